"""Options in groups: a dataclass whose fields several commands have as options of their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import wraps
from typing import Any


def spreads_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every field of its parameters that are dataclasses.

    typer reads options off a signature and knows no groups of them.
    """
    own = inspect.signature(command, eval_str=True)
    kinds = {name: given.annotation for name, given in own.parameters.items()}
    groups: dict[str, Any] = {name: kind for name, kind in kinds.items() if is_dataclass(kind)}
    fields = {
        name: {
            field: parameter.replace(kind=parameter.KEYWORD_ONLY)
            for field, parameter in inspect.signature(group, eval_str=True).parameters.items()
        }
        for name, group in groups.items()
    }
    spread_out = [
        parameter
        for name, given in own.parameters.items()
        for parameter in (fields[name].values() if name in fields else (given,))
    ]

    @wraps(command)
    def wrapped(**arguments: object) -> None:
        made = {
            name: group(**{field: arguments.pop(field) for field in fields[name]})
            for name, group in groups.items()
        }
        command(**made, **arguments)

    wrapped.__signature__ = own.replace(parameters=spread_out)  # type: ignore[attr-defined]
    return wrapped
