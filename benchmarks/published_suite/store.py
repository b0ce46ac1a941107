"""Finished runs, a file each, which appears whole or not at all."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path

from cutplane.atomic import replacing
from published_suite.play import Pace
from published_suite.unfinished import Unfinished

#: Whose runs a folder has: ours, and their uncertainty sampling played again.
OURS, THEIRS = "ours", "us-c"


class Runs:
    """Folder of runs, by data set, who played, and seed.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, data: str, who: str, seed: int) -> Path:
        """File of a run."""
        return self.folder / data / f"{who}.{seed}.json"

    def find(self, data: str, who: str, seed: int) -> dict | None:
        """A finished run."""
        path = self.path(data, who, seed)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def write(self, data: str, who: str, seed: int, run: dict) -> dict:
        """Write a finished run, and give it with its head."""
        run = {"data": data, "seed": seed, "revision": revision()} | run
        path = self.path(data, who, seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(json.dumps(run).encode())
        return run

    def of(self, data: str, who: str = OURS) -> list[dict]:
        """All finished runs on a data set, by seed."""
        paths = (self.folder / data).glob(f"{who}.*.json")
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return sorted(runs, key=lambda run: run["seed"])

    def unfinished(self, data: str, seed: int, pace: Pace) -> Unfinished:
        """Where a run of ours is kept until it is finished."""
        stamp = f"{revision()}, {pace}"
        return Unfinished(self.folder / data / f"unfinished-{seed}", stamp)


@functools.cache
def revision() -> str:
    """Commit that last changed the package, with a + where it was changed since; asked once."""
    package = Path(__file__).parents[2] / "src" / "cutplane"

    def git(*words: str) -> str:
        command = ["git", "-C", str(package), *words, "--", "."]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    changed = "+" if git("status", "--porcelain") else ""
    return git("log", "-1", "--format=%h") + changed
