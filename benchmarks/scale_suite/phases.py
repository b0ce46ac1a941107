"""Where the time of a question goes, and the memory that it takes beside files."""

from __future__ import annotations

import cProfile
import pstats
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

#: Functions of the library by phase: file and name. The rest of a question is the choice.
PHASES = {
    "pass": {("scan.py", "scanned"), ("over.py", "over")},
    "close look": {
        ("question.py", "_closely"),
        ("question.py", "_nearest_in_deviations"),
        ("asked.py", "joint_laws"),
    },
}
#: Seconds between two looks at the memory.
_PAUSE = 0.005


def phases(call: Callable[[], object]) -> dict[str, float]:
    """Seconds of one question: of its phases and its choice.

    Those of threads count where the thread that asks waits for them.
    """
    profile = cProfile.Profile()
    begin = time.perf_counter()
    profile.runcall(call)
    whole = time.perf_counter() - begin
    found = dict.fromkeys(PHASES, 0.0)
    for (file, _, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        for phase, functions in PHASES.items():
            if (Path(file).name, name) in functions:
                found[phase] += row[3]
    return found | {"choice": max(whole - sum(found.values()), 0.0)}


class ExtraMemory:
    """Context that sees how far memory grows beside mapped files; ``mb`` says it afterwards.

    Looked at every 5 ms. NaN where there is no /proc.
    """

    mb = float("nan")

    def __enter__(self) -> Self:
        self._before = self._most = anonymous_mb()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self.mb = self._most - self._before

    def _watch(self) -> None:
        while not self._done.wait(_PAUSE):
            self._most = max(self._most, anonymous_mb())


def anonymous_mb() -> float:
    """Resident memory that no file backs, in MB."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return float("nan")
    return next(int(row.split()[1]) / 1024 for row in text.splitlines() if "RssAnon" in row)
