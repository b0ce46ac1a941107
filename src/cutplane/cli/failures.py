"""Library errors become one sentence on stderr and an exit code, warnings a sentence."""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from cutplane.errors import (
    CutplaneError,
    EmptyVersionSpaceError,
    InvalidInputError,
    ModelFileError,
)

FAILURE = 1
BAD_INPUT = 2
INTERRUPTED = 130

# Answers that contradict each other, or a damaged model, are something the user handed in.
_BAD_INPUT_ERRORS = (InvalidInputError, EmptyVersionSpaceError, ModelFileError)

P = ParamSpec("P")


def explains_failures(command: Callable[P, None]) -> Callable[P, None]:
    """Decorate a command so that what the library raises on purpose ends it without a traceback."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _say
                command(*args, **kwargs)
        except CutplaneError as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(
                BAD_INPUT if isinstance(error, _BAD_INPUT_ERRORS) else FAILURE
            ) from error
        except OSError as error:  # a full disk, a folder that went away
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(FAILURE) from error
        except MemoryError as error:
            typer.echo(f"Error: out of memory ({error}); use fewer rows or gates", err=True)
            raise typer.Exit(FAILURE) from error
        except KeyboardInterrupt as error:
            typer.echo("Interrupted; nothing was written.", err=True)
            raise typer.Exit(INTERRUPTED) from error

    return wrapped


def _say(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as a sentence, without the line of code that it came from."""
    typer.echo(f"Warning: {message}", err=True)
