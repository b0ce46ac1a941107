"""The one way in which commands end: an exit code, and one sentence on stderr if it is not 0."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import typer
from typer.core import TyperGroup

from cutplane.cli import say
from cutplane.errors import (
    CutplaneError,
    EmptyVersionSpaceError,
    InvalidInputError,
    JournalError,
    ModelFileError,
)

FAILURE = 1
BAD_INPUT = 2
INTERRUPTED = 130

# Answers that contradict each other, or a damaged file, are something the user handed in.
_BAD_INPUT_ERRORS = (InvalidInputError, EmptyVersionSpaceError, ModelFileError, JournalError)
#: click's UsageError, of which some releases of typer bring a copy.
_UsageError: Any = typer.BadParameter.__base__


class Commands(TyperGroup):
    """A group of commands that end without a traceback, and say why in one sentence."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        """Run a command and exit with its code."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        _make_robust()
        with _explained():
            code = super().main(args, standalone_mode=False, **extra)
            _flush()
        sys.exit(code)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command inside, where typer has not yet turned Ctrl-C into something else."""
        with _explained():
            super().invoke(ctx)
            _flush()


@contextmanager
def _explained() -> Iterator[None]:
    """End with a sentence and an exit code for whatever the library raises on purpose."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _say_warning
            yield
    except _UsageError as error:
        raise _ended(BAD_INPUT, _usage(error)) from error
    except CutplaneError as error:
        raise _ended(_code(error), f"Error: {error}") from error
    except BrokenPipeError as error:  # a reader such as `head` that has seen enough
        raise _ended(FAILURE) from error
    except OSError as error:  # a full disk, a folder that went away
        raise _ended(FAILURE, f"Error: {_by_system(error)}") from error
    except MemoryError as error:
        message = f"Error: out of memory ({error}); use fewer rows or gates"
        raise _ended(FAILURE, message) from error
    except (KeyboardInterrupt, typer.Abort) as error:
        raise _ended(INTERRUPTED, "Interrupted; nothing was written.") from error


def _ended(code: int, *sentences: str) -> SystemExit:
    """Say the last words; what is left of the output goes nowhere if it can go nowhere."""
    try:
        for sentence in sentences:
            say.remark(sentence)
        _flush()
    except OSError:
        _discard_output()
    return SystemExit(code)


def _code(error: CutplaneError) -> int:
    """Bad input, or a failure; of a journal that is a disk, a file in use, or a server."""
    import sqlite3  # loaded by whoever has a journal

    failures: tuple[type[Exception], ...] = (sqlite3.OperationalError,)
    if (of_servers := sys.modules.get("sqlalchemy.exc")) is not None:
        failures = (*failures, of_servers.OperationalError)
    has_failed = isinstance(error.__cause__, failures)
    return BAD_INPUT if isinstance(error, _BAD_INPUT_ERRORS) and not has_failed else FAILURE


def _by_system(error: OSError) -> str:
    """What the operating system says, without its numbers."""
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{reason}: {error.filename!r}"


def _usage(error: Any) -> str:
    """What was wrong with options or arguments, and which help tells what is right."""
    context = error.ctx
    path = "cutplane" if context is None else context.command_path
    return f"Error: {error.format_message().rstrip('.')}; see {path} --help"


def _say_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as a sentence, without the line of code that it came from."""
    say.remark(f"Warning: {message}")


def _make_robust() -> None:
    """Write out what a terminal's encoding lacks, instead of failing there."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    """Send what was printed on its way, so that a failure there is met here."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _discard_output() -> None:
    """Have Python's last flush succeed, when the output has no reader left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
