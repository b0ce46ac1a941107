"""Milliseconds from an answer to the next question, while people label a table at once.

    python benchmarks/label_load.py [--people 8] [--seconds 120] [--out DIR]

`cutplane label` serves a table of numbers with known labels on loopback, in a process of its own;
each person is a thread that answers, as the page's script does, waits a moment, asks for the
figures, and answers the next one. At the end every answer that was acknowledged is looked for in
the journal.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

import matplotlib.pyplot as plt
import numpy as np

from cutplane.active.journal_file import read_journal
from cutplane.app.team.database import Database
from cutplane.app.team.people import People
from cutplane.app.web.sessions import form_token
from harness import parser, versions, write_record

CLASSES = ("no", "yes")
#: Seconds until a server has started, and until it has ended.
STARTED, ENDED = 120.0, 10.0


@dataclass
class Annotator(Thread):
    """One person, who answers until the time is over."""

    name_: str
    port: int
    token: str
    labels: list[str]
    until: float
    pause: float
    answer_ms: list[float] = field(default_factory=list)
    figures_ms: list[float] = field(default_factory=list)
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._rng = np.random.default_rng(sum(self.token.encode()))

    __hash__ = Thread.__hash__

    def run(self) -> None:
        """Answer, wait, and look at the figures."""
        row = row_of(self._ask("GET", "/question", self.figures_ms))
        while row is not None and time.monotonic() < self.until:
            time.sleep(self._rng.exponential(self.pause))
            label = self.labels[row]
            fields = {"row": row, "label": label, "csrf": form_token(self.token)}
            reply = self._ask("POST", "/answer", self.answer_ms, urlencode(fields))
            if reply is not None:
                self.acknowledged.append((row, label))
            row = row_of(reply)
            self._ask("GET", "/figures", self.figures_ms)
        self._connection.close()

    def _ask(self, method: str, path: str, times: list[float], body: str = "") -> str | None:
        """A fragment, and the time until it was there; None where the status is no success."""
        headers = {
            "Cookie": f"cutplane-{self.port}={self.token}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
            "X-Fragment": "1",
        }
        begin = time.perf_counter()
        try:
            self._connection.request(method, path, body, headers)
            reply = self._connection.getresponse()
            text = reply.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.errors.append(f"{method} {path}: {error!r}")
            return None
        times.append((time.perf_counter() - begin) * 1e3)
        if reply.status != 200:
            self.errors.append(f"{method} {path}: {reply.status} {text[:200]}")
            return None
        return text


def row_of(fragment: str | None) -> int | None:
    """The row that a fragment asks about."""
    found = None if fragment is None else re.search(r'name="row" value="(\d+)"', fragment)
    return None if found is None else int(found[1])


def make_table(path: Path, n_rows: int, n_columns: int, n_known: int) -> list[str]:
    """Numbers of two classes, the first rows with labels; all labels are returned."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, n_columns))
    labels = np.array(CLASSES)[(X[:, 0] + X[:, 1] ** 2 > 1).astype(int)]
    told = np.where(np.arange(n_rows) < n_known, labels, "")
    columns = [f"x{j}" for j in range(n_columns)]
    np.savez(path, X=X, columns=columns, kind=told)
    return labels.tolist()


def started(table: Path, journal: Path, options: list[str]) -> tuple[subprocess.Popen, int]:
    """A server in a process of its own, and its port."""
    command = [sys.executable, "-m", "cutplane", "label", str(table), "--target", "kind"]
    command += ["--classes", ",".join(CLASSES), "--columns", "x0,x1", "--journal", str(journal)]
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [*command, "--annotator", "Owner", "--no-browser", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | one_thread,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    port = urlsplit(address).port
    if port is None:
        process.kill()
        raise SystemExit(f"the server said {address!r} and no address")
    return process, port


def measured(folder: Path, options) -> tuple[dict, dict[str, list[float]]]:
    """Counts and percentiles of one run, and the times."""
    table, journal = folder / "load.npz", folder / "load.journal"
    load = os.getloadavg()[0]
    labels = make_table(table, options.rows, options.columns, options.labels)
    process, port = started(table, journal, options.label_options)
    try:
        with Database.beside(journal) as database:
            people = People(database)
            names = [f"Person {k}" for k in range(options.people)]
            tokens = [people.add(name, "label") for name in names]
        until = time.monotonic() + options.seconds
        annotators = [
            Annotator(name, port, token, labels, until, options.pause)
            for name, token in zip(names, tokens, strict=True)
        ]
        for annotator in annotators:
            annotator.start()
        for annotator in annotators:
            annotator.join()
        begin = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait(ENDED)
        seconds_to_end = time.perf_counter() - begin
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    times = {
        "answer to next question": [ms for one in annotators for ms in one.answer_ms],
        "figures": [ms for one in annotators for ms in one.figures_ms],
    }
    record = record_of(annotators, journal, times, options, seconds_to_end)
    return record | {"load before": round(load, 1)}, times


def record_of(annotators, journal: Path, times, options, seconds_to_end: float) -> dict:
    """What is kept of a run."""
    acknowledged = Counter(
        (one.name_, *answer) for one in annotators for answer in one.acknowledged
    )
    recorded = Counter(
        (event.details["by"], *answer)
        for event in read_journal(journal)[1]
        if event.kind in ("labelled", "opinion") and "by" in event.details
        for answer in zip(event.questions, event.labels, strict=True)
    )
    errors = [text for one in annotators for text in one.errors]
    return {
        "people": options.people,
        "seconds": options.seconds,
        "pause": options.pause,
        "rows": options.rows,
        "columns": options.columns,
        "labels at first": options.labels,
        "answers": acknowledged.total(),
        "lost": (acknowledged - recorded).total(),
        "doubled": (recorded - acknowledged).total(),
        "errors": len(errors),
        "first errors": errors[:3],
        "milliseconds": {name: percentiles(values) for name, values in times.items()},
        "seconds to end": round(seconds_to_end, 2),
        "cores": os.cpu_count(),
        "versions": versions("starlette", "uvicorn"),
    }


def percentiles(values: list[float]) -> dict[str, float]:
    """Of milliseconds."""
    shares = {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    return {name: round(float(np.percentile(values, q)), 1) for name, q in shares.items()}


def page(record: dict) -> str:
    """The run in Markdown."""
    head = (
        f"{record['people']} people for {record['seconds']:g} s, who wait {record['pause']:g} s on "
        f"average before an answer; {record['rows']:,} rows x {record['columns']} columns, "
        f"{record['labels at first']} labels at first; {record['cores']} cores with a load "
        f"of {record['load before']} before, "
        f"Python {record['versions']['python']}.\n"
    )
    counts = (
        f"{record['answers']:,} answers were acknowledged, {record['lost']} of them lost, "
        f"{record['doubled']} doubled; {record['errors']} errors. Ctrl-C ended the server in "
        f"{record['seconds to end']} s.\n"
    )
    lines = ["| milliseconds | p50 | p95 | p99 | longest |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {' | '.join(map(str, values.values()))} |"
        for name, values in record["milliseconds"].items()
    ]
    return "\n".join([head, counts, *lines]) + "\n"


def draw(times: dict[str, list[float]], path: Path) -> None:
    """Shares of requests that were answered within a time."""
    figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
    for name, values in times.items():
        axes.plot(np.sort(values), np.arange(1, len(values) + 1) / len(values), label=name)
    axes.axvline(100, color="0.6", linewidth=0.8, linestyle="--")
    axes.set(xscale="log", xlabel="milliseconds", ylabel="share answered", ylim=(0, 1.01))
    axes.legend()
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main() -> None:
    """Print the record as JSON and the page."""
    made = parser(__doc__)
    made.add_argument("--people", type=int, default=8)
    made.add_argument("--seconds", type=float, default=120.0)
    made.add_argument("--pause", type=float, default=0.5, help="mean seconds before an answer")
    made.add_argument("--rows", type=int, default=10_000)
    made.add_argument("--columns", type=int, default=384)
    made.add_argument("--labels", type=int, default=200, help="known at first")
    made.add_argument(
        "label_options", nargs="*", help="further options of cutplane label, after --"
    )
    options = made.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        record, times = measured(Path(folder), options)
    print(page(record))
    write_record(options.out, "label_load", record)
    if options.out is not None:
        (options.out / "label_load.md").write_text(page(record), encoding="utf-8")
        draw(times, options.out / "label_load.png")


if __name__ == "__main__":
    main()
