"""What the results page shows: suites, how each is played, how long that takes, and by which code.

Beside the files of a suite lies ``played.json``: when it was played, and at which revision. What
the library computes by default has changed at times, so a suite that was played before such a
change says so.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PLAYED = "played.json"


@dataclass(frozen=True)
class Suite:
    """One folder of results.

    Attributes
    ----------
    name : str
        Of the folder in docs/results.
    command : str
        That makes its files in the folder ``{out}``; ``{data}`` is the folder of data files, with
        those of the published benchmark in its folder ``published``.
    minutes : int
        That playing it takes, roughly, on one core.
    """

    name: str
    command: str
    minutes: int

    def words(self, out: str, data: str) -> list[str]:
        """The command, ready to run."""
        return [word.format(out=out, data=data) for word in self.command.split()]


SUITES = (
    Suite("label_suite", "python benchmarks/suite.py --data {data} --out {out}", 500),
    Suite(
        "published", "python benchmarks/published.py play --data {data}/published --out {out}", 200
    ),
    Suite("spiral", "cutplane experiment spiral --out {out}", 30),
    Suite("quadratic", "cutplane experiment quadratic --out {out}", 30),
    Suite("sentiment", "cutplane experiment sentiment --seeds 10 --epochs 300 --out {out}", 30),
    Suite("speed", "python benchmarks/speed.py --out {out}", 120),
    Suite("label_load", "python benchmarks/label_load.py --out {out}", 3),
    Suite("scale", "python benchmarks/scale.py --out {out} --quick", 25),
)


@dataclass(frozen=True)
class Change:
    """When the default came to compute something else, and the record that says what."""

    at: str
    record: str
    file: str


#: With up to a thousand labels; the last time that each record's matter changed.
CHANGES = (
    Change("2026-11-26T02:11:28+00:00", "0025", "0025-variance-reduction.md"),
    Change("2026-11-26T06:31:19+00:00", "0033", "0033-gated-mixed-units-by-default.md"),
    Change("2026-11-26T10:53:15+00:00", "0039", "0039-classes.md"),
    Change("2026-11-26T11:45:16+00:00", "0035", "0035-questions-by-the-law.md"),
    Change("2026-11-26T11:45:16+00:00", "0040", "0040-odds-against-wrong-labels.md"),
)
#: What the last of these left; a test compares it with the library.
DEFAULT = {
    "activation": "gated_relu",
    "center": "auto",
    "class_weight": None,
    "cost": None,
    "final_solve": None,
    "fit_intercept": True,
    "flip": "auto",
    "hidden": (200,),
    "max_iter": 100,
    "noise": "auto",
    "query": "variance_reduction",
    "radius": 1.0,
    "threshold": None,
    "tol": 0.001,
    "units": "auto",
}


@dataclass(frozen=True)
class Playing:
    """When a suite was played, in ISO form with its zone, and by which revision.

    Of those played before this was kept, it is the commit that brought or played the files.
    """

    at: str
    revision: str

    @classmethod
    def now(cls, root: Path) -> Playing:
        """By the code of a checkout."""
        words = ["git", "rev-parse", "--short", "HEAD"]
        found = subprocess.run(words, cwd=root, check=True, capture_output=True, text=True)
        return cls(datetime.now().astimezone().isoformat("T", "seconds"), found.stdout.strip())

    @classmethod
    def read(cls, folder: Path) -> Playing | None:
        """Of a folder of results; None where nobody wrote it down."""
        path = folder / PLAYED
        return cls(**json.loads(path.read_text())) if path.exists() else None

    def write(self, folder: Path) -> None:
        """Beside the results."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"at": self.at, "revision": self.revision}, indent=1) + "\n"
        (folder / PLAYED).write_text(text)

    def missed(self, changes: Sequence[Change] = CHANGES) -> list[Change]:
        """Changes of the default that came later."""
        own = datetime.fromisoformat(self.at)
        return [change for change in changes if datetime.fromisoformat(change.at) > own]
