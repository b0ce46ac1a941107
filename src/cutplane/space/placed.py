"""Where solvers find what they need of a version space: in NumPy, or on a device."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

from cutplane.arrays import HOST, Place
from cutplane.space.operator import Operator

S = TypeVar("S", bound="Placed")


@dataclass(frozen=True, kw_only=True)
class Placed(ABC):
    """The place of a version space, and the ways there and home.

    Attributes
    ----------
    place : Place
        Where operator, cuts and likelihood are; all else is in NumPy.
    """

    place: Place = field(default=HOST, repr=False)
    _operator: Operator | None = field(default=None, repr=False)
    _home: Operator | None = field(default=None, repr=False)

    @property
    @abstractmethod
    def operator(self) -> Operator:
        """From weights to values on the unit rows."""

    def at(self, place: Place, operator: Operator | None = None) -> Self:
        """The same version space as solvers see it on a device; their centers are in NumPy.

        ``operator`` is its own one there, where another version space has it already.
        """
        home = self.home
        if place.is_host:
            return home
        there = operator or home.operator.at(place)
        return replace(home, place=place, _operator=there, _home=home.operator)

    @property
    def home(self) -> Self:
        """The same version space in NumPy."""
        if self.place.is_host:
            return self
        return replace(self, place=HOST, _operator=self._home, _home=None)


def all_at(spaces: Sequence[S], place: Place) -> list[S]:
    """Version spaces at a place, where those share their operator that do so now."""
    if place.is_host:
        return [space.home for space in spaces]
    known: dict[int, Operator] = {}
    moved = []
    for space in spaces:
        moved.append(space.at(place, known.get(id(space.operator))))
        known[id(space.operator)] = moved[-1].operator
    return moved
