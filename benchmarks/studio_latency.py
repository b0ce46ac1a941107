"""How long the Label Studio backend takes to answer while it learns.

    python benchmarks/studio_latency.py [--tasks 10000] [--columns 384] [--labels 200] [--out DIR]

The command runs in a process of its own. Answers are sent one after the other, as webhooks, each
followed by a setup and by a prediction of one task; the model learns all the while. Printed are
milliseconds at the median, the 95th percentile and the longest.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

from harness import parser, write_record

CONFIG = """<View><Header name="h" value="$x"/>
<Choices name="kind" toName="h"><Choice value="a"/><Choice value="b"/></Choices></View>"""
PORT = 9095
PROJECT = {"id": 1, "created_at": "2026-01-01T00:00:00Z", "label_config": CONFIG}
UID = "1.1767225600"


def tasks_and_labels(n_tasks: int, n_columns: int) -> tuple[list[dict], list[str]]:
    """Tasks with a list of numbers each; two of them decide between a and b."""
    points = np.random.default_rng(0).normal(size=(n_tasks, n_columns)).round(4)
    tasks = [{"id": i, "data": {"v": point}} for i, point in enumerate(points.tolist())]
    return tasks, np.where(points[:, 0] + points[:, 1] / 2 > 0, "a", "b").tolist()


def webhook(task: dict, label: str) -> dict:
    """That somebody answered a task."""
    result = {"from_name": "kind", "to_name": "h", "type": "choices", "value": {"choices": [label]}}
    annotation = {"id": task["id"], "task": task["id"], "completed_by": 1, "result": [result]}
    made = {"annotation": {**annotation, "updated_at": "2026-01-01T00:00:01Z"}, "task": task}
    return {"action": "ANNOTATION_CREATED", **made, "project": PROJECT}


def measure(client: httpx.Client, n_tasks: int, n_columns: int, n_labels: int) -> dict:
    """Seconds of each kind of request."""
    tasks, labels = tasks_and_labels(n_tasks, n_columns)
    seconds: dict[str, list[float]] = defaultdict(list)

    def timed(name: str, path: str, body: dict) -> dict:
        begin = time.perf_counter()
        reply = client.post(path, json=body).raise_for_status().json()
        seconds[name].append(time.perf_counter() - begin)
        return reply

    timed("tasks", "/webhook", {"action": "TASKS_CREATED", "tasks": tasks, "project": PROJECT})
    for task, label in zip(tasks[:n_labels], labels, strict=False):
        timed("webhook", "/webhook", webhook(task, label))
        timed("setup", "/setup", {"project": UID, "schema": CONFIG})
        timed("predict one", "/predict", {"project": UID, "tasks": [task]})
        time.sleep(0.05)
    begin = time.perf_counter()
    _wait(lambda: _version(client).startswith(f"cutplane-{n_labels}-"))
    seconds["last model"].append(time.perf_counter() - begin)
    timed("predict all", "/predict", {"project": UID, "tasks": tasks})
    return dict(seconds)


def served(n_tasks: int, n_columns: int, n_labels: int) -> dict:
    """Start the command, measure, and end it."""
    command = [sys.executable, "-m", "cutplane", "serve-label-studio"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [*command, str(Path(folder) / "models"), "--port", str(PORT)],
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{PORT}"
            with httpx.Client(base_url=url, timeout=300, trust_env=False) as client:
                _wait(lambda: _is_up(client))
                return measure(client, n_tasks, n_columns, n_labels)
        finally:
            process.terminate()
            process.wait()


def _version(client: httpx.Client) -> str:
    return client.post("/setup", json={"project": UID, "schema": CONFIG}).json()["model_version"]


def _is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def _wait(is_so: Callable[[], bool], seconds: float = 300.0) -> None:
    ends = time.perf_counter() + seconds
    while not is_so():
        if time.perf_counter() > ends:
            raise RuntimeError(f"nothing happened in {seconds:g} seconds")
        time.sleep(0.1)


def main() -> None:
    """Print a line for each kind of request."""
    made = parser(__doc__)
    made.add_argument("--tasks", type=int, default=10_000)
    made.add_argument("--columns", type=int, default=384)
    made.add_argument("--labels", type=int, default=200)
    given = made.parse_args()
    seconds = served(given.tasks, given.columns, given.labels)
    for name, times in seconds.items():
        shown = [f"{1000 * value:.0f}" for value in np.quantile(times, [0.5, 0.95, 1])]
        print(f"{name}: {', '.join(shown)} ms")
    settings = {"tasks": given.tasks, "columns": given.columns, "labels": given.labels}
    write_record(given.out, "studio_latency", {**settings, "seconds": seconds})


if __name__ == "__main__":
    main()
