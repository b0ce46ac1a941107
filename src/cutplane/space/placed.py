"""Several version spaces at one place: what they share is moved there once."""

from __future__ import annotations

from collections.abc import Sequence

from cutplane.arrays import Place
from cutplane.space.operator import Operator
from cutplane.space.version_space import VersionSpace


def all_at(spaces: Sequence[VersionSpace], place: Place) -> list[VersionSpace]:
    """Version spaces at a place, where those share their operator that do so now."""
    if place.is_host:
        return [space.home for space in spaces]
    known: dict[int, Operator] = {}
    moved = []
    for space in spaces:
        moved.append(space.at(place, known.get(id(space.operator))))
        known[id(space.operator)] = moved[-1].operator
    return moved
