"""Milliseconds from an answer to the next question, and how new the model behind it is.

    python benchmarks/label_latency.py [--labels 200] [--only classes] [--think 0.5] [--out DIR]

A simulated person answers questions about 10,000 rows of 384 columns: two classes, four, or a
value. Everything between the answer and the next question is timed that the page does without the
network: the answer brought to disk, the row leased, the question recorded. With the defaults two
people answer one after the other, one who thinks for half a second and one who does not think.
Beside it stands how long a request waits that does nothing, while the model learns.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane._types import Array
from cutplane.active.events import Label
from cutplane.active.journal import Journal
from cutplane.app.assignments import Assignments
from cutplane.app.database import Database
from cutplane.app.desk import Desk
from cutplane.app.leases import Leases
from cutplane.app.rules import Rules
from cutplane.app.trainer import Trainer
from harness import parser, write_record

#: How many classes; none of values.
PROBLEMS = {"classes": 2, "four classes": 4, "values": 0}
N_ROWS, N_COLUMNS, WHO = 10_000, 384, "somebody"
Model = CuttingPlaneClassifier | CuttingPlaneRegressor


def table(n_classes: int, n_rows: int, n_columns: int) -> tuple[np.ndarray, list[Label]]:
    """Rows in eight clouds, as embeddings are, and what a person says of them."""
    rng = np.random.default_rng(0)
    cloud = rng.integers(0, 8, size=n_rows)
    X = 0.35 * rng.normal(size=(8, n_columns))[cloud] + rng.normal(size=(n_rows, n_columns))
    labels = cloud % n_classes if n_classes else X[:, :5].sum(axis=1) + np.sin(X[:, 5])
    return X.astype(np.float32), labels.tolist()


class Waits:
    """How long requests wait that do nothing but take turns with the thread that learns."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._is_over, self._thread = Flag(), Thread(target=self._ask)

    def __enter__(self) -> Waits:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._is_over.wait(0.02):
            begin = time.perf_counter()
            sum(range(20_000))  # a millisecond of work
            self.seconds.append(time.perf_counter() - begin)


def run(n_classes: int, n_labels: int, think: float, n_rows: int, n_columns: int) -> dict:
    """Answer so many questions; what was measured."""
    X, labels = table(n_classes, n_rows, n_columns)
    model: Model = CuttingPlaneClassifier(random_state=0) if n_classes else CuttingPlaneRegressor()
    learner = ActiveLearner(model, X, random_state=0)
    task = "classification" if n_classes else "regression"
    rules = Rules(task=task, seed=0, takes_names=n_classes > 0)
    seconds, behind, known = [], [], []
    with ExitStack() as open_, tempfile.TemporaryDirectory() as folder:
        log = open_.enter_context(Journal(Path(folder) / "labels.journal"))
        database = open_.enter_context(closing(Database.beside(log)))
        trainer = open_.enter_context(Trainer(learner._ledger, log, seed=0))
        desk = Desk(log, n_rows, rules)
        assignments = Assignments(desk, Leases(database), trainer, rules)
        question = assignments.next(WHO)
        waits = open_.enter_context(Waits())
        for number in range(n_labels):
            if question is None:
                raise RuntimeError(assignments.why_none(WHO))
            time.sleep(think)
            row, label = question.row, labels[question.row]
            begin = time.perf_counter()
            desk.answer(row, label, WHO)
            trainer.wake()
            ready = trainer.ready((row, label))
            question = assignments.next(WHO, (row, label))
            seconds.append(time.perf_counter() - begin)
            known.append(ready.source == "model" and question is not None and question.row in ready.rows)
            behind.append(number + 1 - trainer.status.n_labels)
    return {
        "ms": milliseconds(seconds),
        "ms of a request that does nothing": milliseconds(waits.seconds),
        "share asked by the model": float(np.mean(known)),
        "labels behind": float(np.mean(behind)),
    }


def milliseconds(seconds: list[float]) -> dict[str, float]:
    """Median, 95th percentile and the most."""
    all_of_them: Array = 1e3 * np.array(seconds)
    names = ("median", "95%", "most")
    return dict(zip(names, np.percentile(all_of_them, [50, 95, 100]).tolist(), strict=True))


def main() -> None:
    """Print a line for each problem and person."""
    made = parser(__doc__)
    made.add_argument("--labels", type=int, default=200)
    made.add_argument("--only", choices=PROBLEMS, help="one of the problems")
    made.add_argument("--think", type=float, help="seconds of thought; of one person only")
    made.add_argument("--rows", type=int, default=N_ROWS)
    options = made.parse_args()
    record = {}
    for name in [options.only] if options.only else PROBLEMS:
        for think in (0.5, 0.0) if options.think is None else (options.think,):
            found = run(PROBLEMS[name], options.labels, think, options.rows, N_COLUMNS)
            record[f"{name}, {think:g} s"] = found
            print(f"{name}, {think:g} s of thought: {found}", flush=True)
    write_record(options.out, "label_latency", record)


if __name__ == "__main__":
    main()
