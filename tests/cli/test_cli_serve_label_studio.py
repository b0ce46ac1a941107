"""`cutplane serve-label-studio`: what it refuses, and that what it acknowledged survives a kill."""

import socket
import subprocess
import sys
import time

import pytest

from cutplane.active.journal import Journal

httpx = pytest.importorskip("httpx", reason="needs the extra dev")
pytest.importorskip("starlette", reason="needs the extra app")

CONFIG = """<View><Header name="h" value="$x"/>
<Choices name="kind" toName="h"><Choice value="a"/><Choice value="b"/></Choices></View>"""
PROJECT = {"id": 1, "created_at": "2026-11-26T16:17:35Z", "label_config": CONFIG}


def test_other_machines_need_a_password(invoke, one_sentence):
    message = one_sentence(invoke("serve-label-studio", "models", "--host", "0.0.0.0"), 2)
    assert "CUTPLANE_PASSWORD" in message


def test_an_address_that_is_none_is_refused(invoke, one_sentence):
    result = invoke("serve-label-studio", "models", "--port", 0, "--label-studio", "here")
    assert "give one such as" in one_sentence(result, 2)


def test_a_port_that_is_taken_is_refused(invoke, one_sentence):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = invoke("serve-label-studio", "models", "--port", taken.getsockname()[1])
    assert "is taken" in one_sentence(result, 2)


def test_a_folder_that_cannot_be_is_refused(invoke, one_sentence, tmp_path):
    (tmp_path / "models").write_text("a file")
    result = invoke("serve-label-studio", "models", "--port", 0)
    one_sentence(result, 2)


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill_and_one_process_has_the_folder(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cutplane", "serve-label-studio", "models", "--port"]
    acknowledged = 0
    for is_first in (True, False):
        with subprocess.Popen([*command, str(port)], stderr=subprocess.DEVNULL) as process:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, process)
            if is_first:
                other = subprocess.run([*command, "0"], capture_output=True, text=True)
                assert other.returncode == 2
                assert "is served by another process" in other.stderr
            with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
                for _ in range(30):
                    reply = client.post("/webhook", json=_webhook(acknowledged)).json()
                    assert reply["n_events"] == 1
                    acknowledged += 1
            process.kill()
    with Journal(tmp_path / "models" / "project-1.1795709855" / "kind.choices.journal") as journal:
        assert [event.details["annotation"] for event in journal.events] == list(range(60))
        assert [event.questions for event in journal.events] == [[i] for i in range(60)]


def _webhook(i):
    result = {"from_name": "kind", "to_name": "h", "type": "choices"}
    annotation = {
        "id": i,
        "task": 500 + i,
        "completed_by": 1,
        "updated_at": "2026-11-26T16:18:00Z",
        "result": [{**result, "value": {"choices": ["ab"[i % 2]]}}],
    }
    task = {"id": 500 + i, "data": {"x": i * 37 % 101 / 10}}
    return {
        "action": "ANNOTATION_CREATED",
        "annotation": annotation,
        "task": task,
        "project": PROJECT,
    }


def _wait_for(url, process, seconds=60):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
            return
        except httpx.TransportError:
            assert process.poll() is None
            time.sleep(0.1)
    raise AssertionError("the backend does not answer")
