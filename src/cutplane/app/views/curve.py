"""A learning curve as points of a drawing, in units of its own."""

from __future__ import annotations

from collections.abc import Sequence
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
        What stands at the ends of the axis of accuracy.
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


def curve_of(points: Sequence[tuple[int, float, float, float]]) -> Curve | None:
    """Draw accuracies with their intervals against labels; None for fewer than two.

    Parameters
    ----------
    points : sequence of (n_labels, accuracy, low, high)
        By growing n_labels.
    """
    if len(points) < 2:
        return None
    first, last = points[0][0], points[-1][0]
    bottom = min(0.5, int(min(low for _, _, low, _ in points) * 10) / 10)
    across = [WIDTH * (n - first) / max(last - first, 1) for n, *_ in points]

    def at(values: Sequence[float]) -> list[str]:
        up = [HEIGHT * (1 - (value - bottom) / (1 - bottom)) for value in values]
        return [f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True)]

    _, middle, low, high = zip(*points, strict=True)
    return Curve(
        line=" ".join(at(middle)),
        band=" ".join([*at(high), *reversed(at(low))]),
        first=f"{first:,}",
        last=f"{last:,}",
        top="100%",
        bottom=f"{bottom:.0%}",
        text=f"From {middle[0]:.0%} at {first:,} labels to {middle[-1]:.0%} at {last:,}.",
    )
