"""What every benchmark shares: names of options, one thread, timing, processes of their own.

Options have one name everywhere: ``--data`` is the folder of data files, ``--out`` the folder
that results are written to, ``--seeds`` how many seeds from 0 on, ``--quick`` the shortest run
that still says something.

Times are taken on one thread. Libraries that compute side by side wait busily for each other, so
a second thread slows small problems down whenever the other core is in use.
"""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

P = ParamSpec("P")
R = TypeVar("R")


def parser(
    doc: str, *, data: bool = False, out: bool = True, seeds: int | None = None, quick: str = ""
) -> argparse.ArgumentParser:
    """A parser with the common options that a script has.

    Parameters
    ----------
    doc : str
        The script's docstring; all of it is the help.
    data, out : bool
        Whether there are ``--data`` and ``--out``.
    seeds : int, optional
        Default of ``--seeds``.
    quick : str
        What ``--quick`` leaves out; no such option where empty.
    """
    made = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if data:
        made.add_argument("--data", type=Path, metavar="FOLDER", help="folder with the data files")
    if out:
        made.add_argument("--out", type=Path, metavar="DIR", help="folder for the results")
    if seeds is not None:
        made.add_argument("--seeds", type=int, default=seeds, help="seeds 0, 1, ...")
    if quick:
        made.add_argument("--quick", action="store_true", help=quick)
    return made


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: while the function runs, BLAS and OpenMP use one thread."""

    @functools.wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with threadpool_limits(1):
            return function(*args, **kwargs)

    return limited


@dataclass
class Stopwatch:
    """Seconds of calls, elapsed and on the CPU, one entry for each call."""

    elapsed: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def time(self, call: Callable[[], R]) -> R:
        """Time one call; gives what it returns."""
        cpu, begin = time.process_time(), time.perf_counter()
        out = call()
        self.elapsed.append(time.perf_counter() - begin)
        self.cpu.append(time.process_time() - cpu)
        return out

    @property
    def median(self) -> float:
        """Median of the elapsed seconds."""
        return float(np.median(self.elapsed))

    @property
    def median_cpu(self) -> float:
        """Median of the CPU seconds."""
        return float(np.median(self.cpu))


def in_own_process(
    function: Callable[..., R],
    *arguments: Any,
    limit: float | None = None,
    threads: int | None = 1,
) -> R:
    """Call a module-level function in a fresh process.

    Parameters
    ----------
    limit : float, optional
        Seconds that it may take.
    threads : int or None, default=1
        Threads of BLAS and OpenMP; None leaves them as they are.

    Raises
    ------
    multiprocessing.TimeoutError
        It took longer than ``limit`` seconds.
    """
    with multiprocessing.get_context("spawn").Pool(1) as workers:
        return workers.apply_async(_on_threads, (threads, function, *arguments)).get(limit)


def _on_threads(threads: int | None, function: Callable[..., R], *arguments: Any) -> R:
    # in the call, when the modules of the function are loaded: a limit finds no other libraries
    with threadpool_limits(threads):
        return function(*arguments)


def peak_mb() -> float:
    """Largest resident memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_record(out: Path | None, name: str, record: dict | list) -> None:
    """Write ``DIR/NAME.json``; nothing without a folder."""
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.json"
    path.write_text(json.dumps(record, indent=1), encoding="utf-8")
    print(f"written to {path}")


def versions(*packages: str) -> dict[str, str]:
    """Versions of Python and of packages, and the machine, to keep beside times."""
    found = {name: __import__(name).__version__ for name in ("numpy", *packages)}
    return found | {"python": platform.python_version(), "machine": platform.machine()}
