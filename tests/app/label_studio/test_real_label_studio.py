"""Against the real Label Studio: what it sends, and what it does with the replies."""

import json
import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import httpx
import numpy as np
import pytest
from real_label_studio import PROGRAM, free_port, label_studio

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("label studio"),
    pytest.mark.skipif(
        not PROGRAM.exists(), reason=f"there is no {PROGRAM}: make test-label-studio installs it"
    ),
]

CHOICES = """<View><Table name="row" value="$row"/>
<Choices name="kind" toName="row"><Choice value="right"/><Choice value="left"/></Choices>
<Number name="size" toName="row" min="0" max="10"/></View>"""
TEXT = """<View><Text name="words" value="$words"/>
<Choices name="mood" toName="words"><Choice value="good"/><Choice value="bad"/></Choices></View>"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with label_studio(tmp_path_factory.mktemp("label_studio")) as studio:
        yield studio


class Served:
    """The command in a process of its own, over one folder; it may be killed."""

    def __init__(self, folder, label_studio):
        self.folder, self.label_studio, self.port = folder, label_studio, free_port()
        self.address = f"http://cutplane:se%20cret@127.0.0.1:{self.port}"

    def start(self, *options):
        command = [sys.executable, "-m", "cutplane", "serve-label-studio", self.folder, *options]
        command += ["--port", self.port, "--label-studio", self.label_studio]
        environment = {**os.environ, "CUTPLANE_PASSWORD": "se cret"}
        self.process = subprocess.Popen(
            list(map(str, command)), env=environment, stderr=subprocess.DEVNULL
        )
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/health", trust_env=False)
                return self
            except httpx.TransportError:
                assert self.process.poll() is None
                time.sleep(0.2)
        raise AssertionError("the backend does not answer")

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def serve(tmp_path, studio):
    """Function (*options) -> the command, which is killed afterwards."""
    served = Served(tmp_path / "models", str(studio.client.base_url))
    yield served.start
    served.kill()


def choices(name, label, to_name="row"):
    value = {"choices": [label]}
    return {"from_name": name, "to_name": to_name, "type": "choices", "value": value}


def number(name, value):
    return {"from_name": name, "to_name": "row", "type": "number", "value": {"number": value}}


def version_after(studio, model, before, seconds=60):
    """The version that the backend tells Label Studio, once it is another one."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = studio.call("GET", f"/api/ml/{model}")
        assert found["state"] == "CO", found["error_message"]
        if found["model_version"] != before:
            return found["model_version"]
        time.sleep(0.3)
    raise AssertionError(f"the version stays {before}")


def test_answers_are_learnt_and_predictions_fill_the_queue(studio, serve):
    served = serve()
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, size=(40, 2)).round(3)
    data = [{"row": {"x": x, "y": y}} for x, y in points.tolist()]
    project, tasks = studio.project(CHOICES, served.address, data, sampling="Uncertainty sampling")
    (model,) = studio.call("GET", "/api/ml", params={"project": project})
    assert model["model_version"] == "cutplane-0"
    told = {
        task: studio.annotate(
            task, choices("kind", "right" if x > 0 else "left"), number("size", round(5 + 4 * y, 2))
        )
        for task, (x, y) in zip(tasks[:16], points.tolist(), strict=False)
    }
    version = version_after(studio, model["id"], "cutplane-0")
    while version.split("-")[1] != "32":
        version = version_after(studio, model["id"], version)
    predictions = studio.predict_all(project)
    assert sorted(predictions) == sorted(tasks)
    assert {each["model_version"] for each in predictions.values()} == {version}
    new = tasks[16:]
    kinds = [predictions[task]["result"][0]["value"]["choices"][0] for task in new]
    sizes = [predictions[task]["result"][1]["value"]["number"] for task in new]
    assert np.mean(np.array(kinds) == np.where(points[16:, 0] > 0, "right", "left")) >= 0.7
    assert np.abs(sizes - (5 + 4 * points[16:, 1])).mean() < 0.5
    studio.call("PATCH", f"/api/projects/{project}/", json={"model_version": version})
    (least,) = sorted(new, key=lambda task: predictions[task]["score"])[:1]
    assert studio.call("GET", f"/api/projects/{project}/next")["id"] == least

    studio.call("DELETE", f"/api/annotations/{told[tasks[0]]}/")
    wrong = {"result": [choices("kind", "left"), number("size", 0)]}
    studio.call("PATCH", f"/api/annotations/{told[tasks[1]]}/", json=wrong)
    studio.annotate(tasks[30], was_cancelled=True)
    served.kill()
    served.start()
    again = version_after(studio, model["id"], version)
    while again == "cutplane-0" or again == version:
        again = version_after(studio, model["id"], again)
    assert again.split("-")[1] == "30"


@pytest.mark.skipif(find_spec("sentence_transformers") is None, reason="needs the extra text")
def test_annotations_from_before_the_connection_are_learnt_with_the_first_predictions(
    studio, serve
):
    served = serve()
    texts = [f"{mood} film number {i}" for i in range(8) for mood in ("a wonderful", "an awful")]
    body = {"title": "texts", "label_config": TEXT}
    project = studio.call("POST", "/api/projects", json=body)["id"]
    studio.call(
        "POST", f"/api/projects/{project}/import", json=[{"data": {"words": t}} for t in texts]
    )
    tasks = [task["id"] for task in studio.tasks(project)]
    for task, text in zip(tasks[:8], texts, strict=False):
        mood = "good" if "wonderful" in text else "bad"
        studio.annotate(task, choices("mood", mood, "words"))
    model = studio.connect(project, served.address)["id"]
    assert studio.predict_all(project) == {}
    version = version_after(studio, model, "cutplane-0", seconds=120)
    assert version.startswith("cutplane-8-")
    predictions = studio.predict_all(project)
    found = [predictions[task]["result"][0]["value"]["choices"][0] for task in tasks[8:]]
    assert found == ["good" if "wonderful" in text else "bad" for text in texts[8:]]
    assert all(0.5 <= each["score"] <= 1 for each in predictions.values())


def test_the_queue_follows_the_model(studio, serve):
    """A person answers what is shown next, and nobody fetches predictions by hand."""
    served = serve("--follow")
    points = np.linspace(-1, 1, 24).round(3).tolist()
    data = [{"row": {"x": x}} for x in points]
    project, tasks = studio.project(CHOICES, served.address, data, sampling="Uncertainty sampling")
    of_task = dict(zip(tasks, points, strict=True))
    versions = set()
    for task in (tasks[0], tasks[-1]):
        studio.annotate(task, choices("kind", "right" if of_task[task] > 0.2 else "left"))
    for _ in range(3):
        version = _queue_after(studio, project, versions)
        versions.add(version)
        predictions = studio.call("GET", "/api/predictions", params={"project": project})
        assert {each["model_version"] for each in predictions} == {version}
        least = min(predictions, key=lambda each: each["score"])["task"]
        task = studio.call("GET", f"/api/projects/{project}/next")["id"]
        assert task == least
        studio.annotate(task, choices("kind", "right" if of_task[task] > 0.2 else "left"))


def _queue_after(studio, project, versions, seconds=60):
    """The version that the queue is ordered by, once it is a new one and the old ones are gone."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        version = studio.call("GET", f"/api/projects/{project}")["model_version"]
        left = studio.call("GET", f"/api/projects/{project}/model-versions/")
        if version not in {*versions, "cutplane"} and set(left) == {version}:
            return version
        time.sleep(0.3)
    raise AssertionError(f"the queue stays with {version}, of {left}")


ABOUT = Path(__file__).parents[3] / "docs" / "coming-from" / "label-studio.md"
PARTS = """<View><Table name="row" value="$row"/>
<Choices name="kind" toName="row"><Choice value="good"/><Choice value="bad"/></Choices></View>"""


def test_the_page_about_label_studio_reads_its_export_and_writes_what_it_imports(
    studio, tmp_path, monkeypatch
):
    """The blocks of the page run on a real export in the place of their own."""
    monkeypatch.chdir(tmp_path)
    made, *blocks = re.findall(r"```python\n(.*?)```", ABOUT.read_text(encoding="utf-8"), re.S)
    namespace = {"__name__": "page"}
    exec(made, namespace)
    body = {"title": "parts", "label_config": PARTS}
    project = studio.call("POST", "/api/projects", json=body)["id"]
    where = f"/api/projects/{project}"
    studio.call(
        "POST", f"{where}/import", json=[{"data": task["data"]} for task in namespace["tasks"]]
    )
    for number, task in zip(
        (task["id"] for task in studio.tasks(project)), namespace["tasks"], strict=True
    ):
        for said in task["annotations"]:
            studio.annotate(number, *said["result"], was_cancelled=said["was_cancelled"])
    usual = {"exportType": "JSON"}
    assert len(studio.call("GET", f"{where}/export", params=usual)) == 30
    whole = usual | {"download_all_tasks": "true"}
    exported = studio.call("GET", f"{where}/export", params=whole)
    exported.sort(key=lambda task: task["id"])
    Path("export.json").write_text(json.dumps(exported), encoding="utf-8")
    for block in blocks:
        exec(block, namespace)
    assert namespace["skipped"] == [5, 17]
    assert namespace["known"].sum() == 28
    queue = json.loads(Path("queue.json").read_text(encoding="utf-8"))
    studio.call("POST", f"{where}/import", json=queue)
    predictions = studio.call("GET", "/api/predictions", params={"project": project})
    scores = sorted(task["predictions"][0]["score"] for task in queue)
    np.testing.assert_allclose(sorted(each["score"] for each in predictions), scores)
