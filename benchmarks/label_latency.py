"""Milliseconds from an answer to the next question, and how new the model behind it is.

    python benchmarks/label_latency.py [--labels 200] [--only classes] [--think 0.5] [--out DIR]

A simulated person answers questions about 10,000 rows of 384 columns: two classes, four, or a
value. Everything between the answer and the next question is timed that the page does without the
network: the answer brought to disk, the row leased, the question recorded. With the defaults two
people answer one after the other, one who thinks for half a second and one who does not think.
Beside it stands how long a request waits that does nothing, while the model learns; and before it
what the thread does for an answer, alone.
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
from cutplane.active.events import Event, Label
from cutplane.active.journal import Journal
from cutplane.active.ledger import Ledger
from cutplane.app.answers.assignments import Assignments
from cutplane.app.answers.desk import Desk
from cutplane.app.answers.rules import Rules
from cutplane.app.learning.ahead import Ready
from cutplane.app.learning.trainer import Trainer
from cutplane.app.team.database import Database
from cutplane.app.team.leases import Leases
from harness import Stopwatch, one_thread, parser, write_record

#: How many classes; none of values.
PROBLEMS = {"classes": 2, "four classes": 4, "values": 0}
#: Seconds between two requests that do nothing.
_PAUSE = 0.02
N_ROWS, N_COLUMNS, WHO = 10_000, 384, "somebody"


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
        begin = time.perf_counter()
        while not self._is_over.wait(_PAUSE):
            sum(range(10_000))  # less than a millisecond of work
            self.seconds.append(time.perf_counter() - begin - _PAUSE)
            begin = time.perf_counter()


def begun(n_classes: int, X: np.ndarray) -> Ledger:
    """A run before any answer."""
    model = CuttingPlaneClassifier() if n_classes else CuttingPlaneRegressor()
    return ActiveLearner(model.set_params(random_state=0), X, random_state=0)._ledger


def costs(n_classes: int, n_labels: int, n_rows: int, n_columns: int) -> dict:
    """What the thread does for one answer, with nobody beside it: learn it, choose eight rows."""
    X, labels = table(n_classes, n_rows, n_columns)
    ledger, learning, choosing = begun(n_classes, X), Stopwatch(), Stopwatch()
    for _ in range(n_labels):
        row = choosing.time(lambda: Ready.of(ledger)).rows[0]  # noqa: B023
        event = Event("labelled", [row], [labels[row]])
        ledger = learning.time(lambda: ledger.after(event))  # noqa: B023
    late = slice(n_labels // 10, None)  # the first models try all hypotheses, and the pool is read
    return {
        "ms to learn": milliseconds(learning.elapsed[late]),
        "ms to choose": milliseconds(choosing.elapsed[late]),
    }


def run(n_classes: int, n_labels: int, think: float, n_rows: int, n_columns: int) -> dict:
    """Answer so many questions; what was measured."""
    X, labels = table(n_classes, n_rows, n_columns)
    task = "classification" if n_classes else "regression"
    rules = Rules(task=task, seed=0, takes_names=n_classes > 0)
    seconds, behind, known = [], [], []
    with ExitStack() as open_, tempfile.TemporaryDirectory() as folder:
        log = open_.enter_context(Journal(Path(folder) / "labels.journal"))
        database = open_.enter_context(closing(Database.beside(log)))
        trainer = open_.enter_context(Trainer(begun(n_classes, X), log, seed=0))
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
            question = assignments.next(WHO, (row, label))
            seconds.append(time.perf_counter() - begin)
            known.append(question is not None and question.reason == "model")
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
        alone = one_thread(costs)(PROBLEMS[name], options.labels, options.rows, N_COLUMNS)
        record[name] = alone
        print(f"{name}, nobody beside: {alone}", flush=True)
        for think in (0.5, 0.0) if options.think is None else (options.think,):
            found = run(PROBLEMS[name], options.labels, think, options.rows, N_COLUMNS)
            record[f"{name}, {think:g} s"] = found
            print(f"{name}, {think:g} s of thought: {found}", flush=True)
    write_record(options.out, "label_latency", record)


if __name__ == "__main__":
    main()
