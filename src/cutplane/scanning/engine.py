"""Who goes through the fragments of a source: this process, or others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from cutplane.scanning.source import Fragment

S = TypeVar("S")
R = TypeVar("R")
F = TypeVar("F", bound="Fragment")


class Engine(Protocol):
    """Applies a function to every fragment; results come in any order."""

    def __call__(
        self, function: Callable[[S, F], R], state: S, fragments: Sequence[F]
    ) -> Iterator[R]:
        """``function(state, fragment)`` of each fragment; the state is sent once.

        Parameters
        ----------
        function : callable
            Of a module, so that it can be sent by its name.
        state : object
            What the function needs beside the fragment; picklable and small.
        fragments : sequence of Fragment
        """
        ...


def serial(function: Callable[[S, F], R], state: S, fragments: Sequence[F]) -> Iterator[R]:
    """One fragment after the other, here."""
    return (function(state, fragment) for fragment in fragments)
