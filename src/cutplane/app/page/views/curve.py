"""A learning curve as points of a drawing, in units of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 96


@dataclass(frozen=True)
class Curve:
    """A learning curve as a drawing of 240 by 96 units.

    Attributes
    ----------
    line, band : str
        Points of a polyline and of the polygon of its interval.
    first, last : str
        What stands at the ends of the axis of labels.
    top, bottom : str
        What stands at the ends of the axis of values.
    text : str
        The curve in words.
    """

    line: str
    band: str
    first: str
    last: str
    top: str
    bottom: str
    text: str


def curve_of(
    points: Sequence[tuple[int, float, float, float]],
    *,
    name: str,
    show: Callable[[float], str],
    bottom: float | None = None,
    top: float | None = None,
) -> Curve | None:
    """Draw values with their intervals against labels; None for fewer than two.

    Parameters
    ----------
    points : sequence of (n_labels, value, low, high)
        By growing n_labels.
    name : str
        Of the value.
    show : callable float -> str
    bottom, top : float, optional
        Ends of the axis; by default those of the intervals.
    """
    if len(points) < 2:
        return None
    numbers, middle, low, high = zip(*points, strict=True)
    first, last = numbers[0], numbers[-1]
    bottom = min(low) if bottom is None else bottom
    top = max(high) if top is None else top
    scale = HEIGHT / ((top - bottom) or 1.0)
    across = [WIDTH * (n - first) / ((last - first) or 1) for n in numbers]

    def at(values: Sequence[float]) -> list[str]:
        return [f"{x:.1f},{(top - y) * scale:.1f}" for x, y in zip(across, values, strict=True)]

    return Curve(
        line=" ".join(at(middle)),
        band=" ".join([*at(high), *reversed(at(low))]),
        first=f"{first:,}",
        last=f"{last:,}",
        top=show(top),
        bottom=show(bottom),
        text=f"{name} {show(middle[0])} with {first:,} labels, {show(middle[-1])} with {last:,}.",
    )
