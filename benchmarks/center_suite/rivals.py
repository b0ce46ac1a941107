"""One solve by a generic conic solver: CLARABEL or SCS, through CVXPY or its own interface.

Each solve runs in a process of its own, so that its time can be limited and its peak memory
measured.
"""

from __future__ import annotations

import multiprocessing
import resource
import warnings

from center_suite.cvxpy_forms import solve_cvxpy
from center_suite.native_forms import NATIVE_FORMULATIONS, solve_native
from center_suite.problems import CenterProblem
from center_suite.result import RivalResult

MEMORY_LIMIT = 14 * 2**30  # bytes of address space per rival


def solve_rival(
    problem: CenterProblem, formulation: str, solver: str, time_limit: float, **options
) -> RivalResult:
    """Solve in a fresh process; failures, time-outs and lack of memory become a status."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_child, args=(sender, problem, formulation, solver, options), daemon=True
    )
    process.start()
    sender.close()
    try:
        result = (
            receiver.recv() if receiver.poll(time_limit) else f"stopped after {time_limit:.0f} s"
        )
    except EOFError:
        result = "process died (out of memory)"
    if process.is_alive():
        process.kill()
    process.join()
    return result if isinstance(result, RivalResult) else RivalResult(formulation, solver, result)


def _child(sender, problem, formulation, solver, options) -> None:
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    import cvxpy  # noqa: F401  (the import is nobody's solve time)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = solve_native if formulation in NATIVE_FORMULATIONS else solve_cvxpy
    try:
        result = run(problem, formulation, solver, **options)
    except MemoryError:
        sender.send("out of memory")
        return
    except Exception as error:  # a solver may fail in any way: the benchmark reports it
        sender.send(f"{type(error).__name__}: {error}".splitlines()[0][:120])
        return
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sender.send(RivalResult(**{**vars(result), "peak_mb": peak}))
