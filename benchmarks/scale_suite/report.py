"""Tables of `scale.py`: parts of a question, exponents of growth, targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from scale_suite import sizes
from scale_suite.cells import Cell
from scale_suite.figure import figure
from scale_suite.targets import TARGETS, Bound

PARTS = ("learn", "pass", "close look", "choice")
#: What exponents are fitted to.
GROWS = {"learn": "one more label", "question": "label and question", "mb": "memory"}
#: Sizes that a slope is fitted to: the largest, where overhead is least.
_FITTED = 3
_UNKNOWN = {"failed": "not measured"}


def report(cells: list[dict], verdicts: list[dict], out: Path) -> None:
    """Write scale.md and scale.png from what was measured."""
    parts = [text for text in (targets(verdicts), growth(cells), profile(cells)) if text]
    out.mkdir(parents=True, exist_ok=True)
    (out / "scale.md").write_text("\n".join(parts), encoding="utf-8")
    figure(axes(cells), out / "scale.png")
    print("\n".join(parts))


def targets(verdicts: list[dict]) -> str:
    """Every target beside its bound, also those that were not measured."""
    found = {record["target"]: record for record in verdicts}
    rows = [
        (target.title, bound.name, *_held(record, bound), record.get("on", ""))
        for target in TARGETS
        if found
        for record in [found.get(target.title, _UNKNOWN)]
        for bound in target.bounds
    ]
    return _section("Targets", ("problem", "what", "measured", "bound", "", "on"), rows)


def _held(record: dict, bound: Bound) -> tuple[str, str, str]:
    """What was measured, its bound, and whether it is met."""
    if bound.field not in record:
        is_open = bound.text == "–" or record is _UNKNOWN
        return record["failed"], bound.text, "" if is_open else "missed"
    value = record[bound.field]
    return f"{value:.3g} {bound.unit}".strip(), bound.text, bound.verdict(value)


def growth(cells: list[dict]) -> str:
    """Exponents of everything that grows, along every axis."""
    rows = []
    for (network, center, axis), lying in axes(cells).items():
        row = [f"{network}, {center}", axis]
        done = [record for record in lying if "question" in record]
        ends = f"{done[0][axis]:,} to {done[-1][axis]:,}" if done else ""
        seconds = f"{done[0]['question']:.2g} to {done[-1]['question']:.2g}" if done else ""
        row += [ends, seconds]
        row += [_slope(done, axis, name) for name in GROWS]
        rows.append((*row, _why(lying)))
    head = ("network", "grows", "from, to", "seconds", *GROWS.values(), "")
    return _section("Growth exponents", head, rows)


def axes(cells: list[dict]) -> dict[tuple[str, str, str], list[dict]]:
    """Records by network, center and the axis that they lie on."""
    found: dict[tuple[str, str, str], list[dict]] = {}
    for axis, cell in sizes.growth(quick=False):
        head = asdict(cell)
        lying = found.setdefault((cell.network, cell.center, axis), [])
        lying += [record for record in cells if head.items() <= record.items()]
    return {key: lying for key, lying in found.items() if lying}


def _slope(records: list[dict], axis: str, name: str) -> str:
    last = records[-_FITTED:]
    if len(last) < _FITTED or min(record[name] for record in last) <= 0:
        return ""
    x, value = ([record[field] for record in last] for field in (axis, name))
    return f"{np.polyfit(np.log(x), np.log(value), 1)[0]:.2f}"


def profile(cells: list[dict]) -> str:
    """The parts of a question in every cell, in products with 200 columns."""
    rows = []
    for cell in sizes.profile(quick=False):
        record = next((own for own in cells if asdict(cell).items() <= own.items()), None)
        if record is not None:
            rows.append((*_sizes(cell), *_parts(record)))
    unit = "product, s"
    head = ("network", "labels", "rows", "columns", unit, *PARTS, "question, products", "MB")
    return _section("Where the time of a question goes", head, rows)


def _sizes(cell: Cell) -> tuple[str, ...]:
    numbers = (cell.labels, cell.rows, cell.columns)
    return (f"{cell.network}, {cell.center}", *(f"{number:,}" for number in numbers))


def _parts(record: dict) -> list[str]:
    """Shares of a question's parts, the largest in bold."""
    if "question" not in record:
        return ["", "", "", "", "", _why([record]), ""]
    seconds = [record[name] for name in PARTS]
    shares = [f"{value / record['question']:.0%}" for value in seconds]
    largest = int(np.argmax(seconds))
    shares[largest] = f"**{shares[largest]}**"
    relative = f"{record['question'] / record['product']:.3g}"
    return [f"{record['product']:.2g}", *shares, relative, f"{record['mb']:.0f}"]


def _why(records: Iterable[dict]) -> str:
    """Why a measurement is missing, the first one's reason."""
    for record in records:
        for how in ("failed", "left out"):
            if how in record:
                return f"{how}: {record[how]}"
    return ""


def _section(title: str, head: Iterable[str], rows: list[tuple]) -> str:
    """A heading and a table in Markdown; nothing without rows."""
    if not rows:
        return ""
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *rows]
    return f"### {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
