"""A Label Studio of its own environment, on loopback, and calls of its API."""

import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

PROGRAM = Path(os.environ.get("LABEL_STUDIO") or f"{sys.prefix}-label-studio/bin/label-studio")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Studio:
    """Calls as a person who is logged in makes them."""

    def __init__(self, url, token):
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": f"Token {token}"}, timeout=60, trust_env=False
        )

    def call(self, method, path, **arguments):
        reply = self.client.request(method, path, **arguments)
        assert reply.status_code < 300, (method, path, reply.status_code, reply.text[:2000])
        return reply.json() if reply.content else None

    def project(self, config, address, tasks=(), **options):
        """A project with tasks and the model at an address: its number, and its tasks'."""
        number = self.call(
            "POST", "/api/projects", json={"title": "cutplane", "label_config": config, **options}
        )["id"]
        self.connect(number, address)
        self.call("POST", f"/api/projects/{number}/import", json=[{"data": each} for each in tasks])
        return number, [task["id"] for task in self.tasks(number)]

    def connect(self, number, address):
        model = {"project": number, "url": address, "title": "cutplane"}
        return self.call("POST", "/api/ml", json=model)

    def tasks(self, number, fields="task_only"):
        page = {"project": number, "page_size": 1000, "fields": fields}
        return self.call("GET", "/api/tasks", params=page)["tasks"]

    def annotate(self, task, *results, **fields):
        body = {"result": list(results), **fields}
        return self.call("POST", f"/api/tasks/{task}/annotations/", json=body)["id"]

    def predict_all(self, number):
        """What the action "Retrieve predictions" does."""
        everything = {"selectedItems": {"all": True, "excluded": []}}
        where = {"id": "retrieve_tasks_predictions", "project": number}
        self.call("POST", "/api/dm/actions", params=where, json=everything)
        predictions = self.call("GET", "/api/predictions", params={"project": number})
        return {each["task"]: each for each in predictions}


@contextmanager
def label_studio(folder):
    """Start the real program with SQLite in a folder; an account of its own, and its token."""
    port, token = free_port(), secrets.token_hex(20)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(folder),
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "USE_DEFAULT_BANNED_SUBNETS": "false",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }
    url = f"http://127.0.0.1:{port}"
    command = [
        *(PROGRAM, "start", "--no-browser", "--data-dir", folder, "--host", url),
        *("--internal-host", "127.0.0.1", "--port", port, "--enable-legacy-api-token"),
        *("--username", "one@example.org", "--password", secrets.token_hex(16)),
        *("--user-token", token),
    ]
    log = folder / "label-studio.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)), env=environment, stdout=output, stderr=output, cwd=folder
        )
    try:
        _wait_for(url, process, log)
        studio = Studio(url, token)
        yield studio
        studio.client.close()
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url, process, log, seconds=600):
    """Its migrations take a minute of one core."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            if httpx.get(f"{url}/health", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError(log.read_text(errors="replace")[-3000:])
