"""Which cells are measured, cheap ones first."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from scale_suite.cells import CENTERS, NETWORKS, Cell

LABELS = (100, 1_000, 10_000)
ROWS = (10_000, 1_000_000)
COLUMNS = (16, 384, 2_560)
#: The cell in the middle, whose sizes change one at a time with --quick.
_MIDDLE = {"labels": 100, "rows": 10_000, "columns": 384}
#: What grows, alone.
AXES = {
    "labels": (100, 200, 400, 800, 1_600),
    "rows": (10_000, 40_000, 160_000, 640_000),
    "columns": (16, 64, 256, 1_024),
    "gates": (100, 200, 400, 800, 1_600),
}
#: The sizes of an axis that --quick keeps: three, which exponents are fitted to.
_QUICK = {"labels": slice(1, 4), "rows": slice(3), "columns": slice(1, 4), "gates": slice(1, 4)}


def profile(*, quick: bool) -> list[Cell]:
    """All sizes of all networks and centers; with ``quick`` those that differ in one size."""
    sizes = list(product(ROWS, COLUMNS, LABELS))
    if quick:
        middle = tuple(_MIDDLE[name] for name in ("rows", "columns", "labels"))
        sizes = [
            size for size in sizes if sum(a != b for a, b in zip(size, middle, strict=True)) < 2
        ]
    return [
        Cell(network, center, labels, rows, columns)
        for center, network, (rows, columns, labels) in product(CENTERS, NETWORKS, sizes)
    ]


def growth(*, quick: bool) -> list[tuple[str, Cell]]:
    """Cells with the axis that they lie on."""
    cells = []
    for center, network in product(CENTERS, NETWORKS):
        base = Cell(network, center)
        for axis, values in AXES.items():
            chosen = values[_QUICK[axis]] if quick else values
            cells += [(axis, replace(base, **{axis: value})) for value in chosen]
    return cells
