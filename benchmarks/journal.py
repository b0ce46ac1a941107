"""Milliseconds of one acknowledged event, and seconds to open a journal of many labels.

    python benchmarks/journal.py [--labels 200] [--out DIR]

The journal lies in the folder of temporary files; put that on the disk that is meant (TMPDIR).
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.journal_file import read_journal
from harness import parser, write_record


def milliseconds_of_an_event(path: Path, n_events: int) -> float:
    """Mean time of an append that has returned."""
    with Journal(path) as journal:
        begin = time.perf_counter()
        for row in range(n_events):
            journal.append([Event("labelled", [row], [True], [""])])
        return (time.perf_counter() - begin) / n_events * 1e3


def milliseconds_to_read(path: Path) -> float:
    """Time to read a journal and check every record of it."""
    begin = time.perf_counter()
    read_journal(path)
    return (time.perf_counter() - begin) * 1e3


def seconds_to_learn_and_to_open(path: Path, n_labels: int) -> tuple[float, float]:
    """Time of a run of single questions, and of opening its journal again."""
    X = np.random.default_rng(0).normal(size=(2000, 10))
    y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)

    def opened() -> ActiveLearner:
        model = CuttingPlaneClassifier(random_state=0)
        return ActiveLearner(model, X, random_state=0, journal=path)

    begin = time.perf_counter()
    with opened() as learner:
        while learner.n_labels_ < n_labels:
            rows = learner.ask()
            learner.tell(rows, y[rows])
    middle = time.perf_counter()
    opened().close()
    return middle - begin, time.perf_counter() - middle


def main() -> None:
    """Print one line for each measure."""
    made = parser(__doc__)
    made.add_argument("--labels", type=int, default=200)
    options = made.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events.db"
        event, read = milliseconds_of_an_event(events, options.labels), milliseconds_to_read(events)
        run, again = seconds_to_learn_and_to_open(Path(folder) / "run.db", options.labels)
    record = {"ms an event": event, "ms to read": read, "s of the run": run, "s to open": again}
    for name, value in record.items():
        print(f"{name:14} {value:8.2f}")
    write_record(options.out, "journal", record)


if __name__ == "__main__":
    main()
