"""The picture of what the labels said of the hypotheses."""

from __future__ import annotations

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cutplane._types import Metadata
from cutplane.drawing import open_axes, write
from cutplane.estimators.evidence import Evidence

_COLORS = ("#1b3a5c", "#3f8f5b", "#d1603d", "#9a9a9a")
#: Largest disc, in points squared, for a weight of 1.
_LARGEST = 1000.0
#: Powers of ten below the best that are shown.
_DEPTH = 8.0


def evidence_figure(evidence: Evidence, title: str = "", figure: Figure | None = None) -> Figure:
    """Evidence of every hypothesis, one panel for each slope; what is averaged as discs.

    Parameters
    ----------
    evidence : Evidence
        Of an estimator or a learner.
    title : str
    figure : Figure, optional
        Where to draw, for example ``plt.figure(layout="constrained")``; a new one by default.

    Returns
    -------
    Figure
        log10 of the evidence relative to the best, against the noise; lines join hypotheses
        of one flip (values: of one amplitude). A disc has the area of its weight.
    """
    figure = figure or Figure(figsize=(8.4, 4.4), dpi=130, layout="constrained")
    rows = [row for row in evidence.as_dicts() if row["log_evidence"] is not None]
    slopes = sorted({row["slope"] for row in rows}, reverse=True)
    panels = figure.subplots(1, len(slopes), sharey=True, squeeze=False)[0]
    noises = sorted({row["noise"] for row in rows})
    for axes, slope in zip(panels, slopes, strict=True):
        own = [row | {"place": noises.index(row["noise"])} for row in rows if row["slope"] == slope]
        _draw(axes, own, max(row["log_evidence"] for row in rows))
        axes.set_title(f"slope {slope:g}", loc="left")
        axes.set_xlabel("noise")
        axes.set_xticks(range(len(noises)), [f"{noise:g}" for noise in noises])
        axes.set_xlim(-0.3, len(noises) - 0.7)
        axes.legend(fontsize=8, frameon=False)
        open_axes(axes)
    panels[0].set_ylabel("log10 of the evidence,\nrelative to the best")
    panels[0].set_ylim(max(panels[0].get_ylim()[0], -_DEPTH), 1.0)
    if title:
        write(figure.suptitle("", x=0.01, ha="left"), title, 0.98 * figure.get_figwidth())
    return figure


def _draw(axes: Axes, rows: list[Metadata], best: float) -> None:
    """Hypotheses of one slope."""
    name = "flip" if len({str(row["flip"]) for row in rows}) > 1 else "amplitude"
    values = {str(row[name]): row[name] for row in rows}
    for color, value in zip(cycle(_COLORS), sorted(values.values()), strict=False):
        own = sorted((row for row in rows if row[name] == value), key=lambda row: row["place"])
        place = [row["place"] for row in own]
        power = (np.array([row["log_evidence"] for row in own]) - best) / np.log(10)
        weight = np.array([row["weight"] for row in own])
        axes.plot(place, power, color=color, linewidth=1.2, marker=".", label=f"{name} {value:.3g}")
        axes.scatter(place, power, s=_LARGEST * weight, color=color, alpha=0.5, linewidths=0)
