"""The picture of a certificate: ratios beside the bound, volume, spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import ColorType

from cutplane.certificate.certify import Certificate
from cutplane.certificate.splitting import LogEstimate
from cutplane.certificate.theorem import BOUND
from cutplane.drawing import class_colors, lines, open_axes, write

_BLUE, _BOUND_COLOR, _EVIDENCE_COLOR = "#1b3a5c", "#d1603d", "#3f8f5b"
#: Inches that names of axes and ticks take of the width, and names beside the panels.
_TICKS, _LEGEND = 1.2, 1.9
#: Inches of a mark in the legend, and of a line below the panels.
_HANDLE, _LINE = 0.6, 0.17
#: Classes that are named beside the panels; more would hide them.
_MOST_NAMED = 6


def certificate_figure(
    certificates: Sequence[Certificate], title: str = "", figure: Figure | None = None
) -> Figure:
    """Three panels over the labels asked, and the unmet assumptions in words.

    Parameters
    ----------
    certificates : sequence of Certificate
        One, or one for each class.
    title : str
    figure : Figure, optional
        Where to draw, for example ``plt.figure(layout="constrained")``; a new one by default.

    Returns
    -------
    Figure
        What each cut left of the volume with its 95% interval beside ``1 - 1/e``; the volume
        left; the spread of the predictions. Ratios and volume by evidence, where there is any.
    """
    is_alone = len(certificates) == 1
    own = figure or Figure(figsize=(8.4, 8.2), dpi=130, layout="constrained")
    panels = own.subplots(3, 1, sharex=True, height_ratios=[1.3, 1, 1])
    colors: Sequence[ColorType] = [_BLUE] if is_alone else class_colors(len(certificates))
    for number, (certificate, color) in enumerate(zip(certificates, colors, strict=True)):
        name = None if number >= _MOST_NAMED else "" if is_alone else f", {certificate.positive}"
        _draw_ratios(panels[0], certificate, color, name)
        _draw_volume(panels[1], certificate, color)
        _draw_evidence(panels[:2], certificate, color, is_alone=is_alone)
        _draw_spread(panels[2], certificate, color)
    panels[0].axhline(
        BOUND, color=_BOUND_COLOR, linewidth=1.4, linestyle="--", label="bound 1 - 1/e"
    )
    panels[0].set(ylabel="share of the volume\nthat a cut left", ylim=(0, 1.05))
    panels[1].set_ylabel("log10 of the volume\nleft, of the ball")
    panels[2].set(ylabel="spread of the\npredictions on the pool", xlabel="labels asked")
    panels[2].set_ylim(bottom=0)
    panels[2].xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes in panels:
        _dress(axes)
    write(panels[0].set_title("", loc="left"), title, own.get_figwidth() - _TICKS - _LEGEND)
    n_lines = _write_below(own, _sentences(certificates))
    if figure is None:
        own.set_figheight(own.get_figheight() + _LINE * n_lines)
    return own


def _dress(axes: Axes) -> None:
    """Grid, frame, and what the marks are, beside the panel."""
    open_axes(axes)
    if axes.get_legend_handles_labels()[0]:
        legend = axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        for text in legend.get_texts():
            write(text, text.get_text(), _LEGEND - _HANDLE, 2)


def _write_below(figure: Figure, sentences: Sequence[str]) -> int:
    """Sentences under the panels, each from a line of its own; the number of lines."""
    if not sentences:
        return 0
    below = figure.supxlabel("", x=0.01, ha="left", fontsize=8, color="#444444")
    room, font = 0.98 * figure.get_figwidth(), below.get_fontproperties()
    found = [line for sentence in sentences for line in lines(f"- {sentence}", font, room)]
    below.set_parse_math(False)
    below.set_text("\n".join(found))
    return len(found)


def _draw_ratios(axes: Axes, certificate: Certificate, color: ColorType, name: str | None) -> None:
    """Whole cuts as discs, hollow where the theorem gives no bound; prediction rows as bars.

    ``name`` goes with the class in the legend: empty where there is one, None leaves it out.
    """
    cuts, is_alone = certificate.cuts, name == ""
    with_rows = any(cut.volume.label != cut.volume.prediction for cut in cuts)
    for bounded in (True, False):
        chosen = [cut for cut in cuts if (cut.outside is None) == bounded]
        if not chosen:
            continue
        label = "whole cut" if bounded else "whole cut, no bound"
        label = f"{label}{name}" if is_alone or (name and bounded) else "_"
        _points(
            axes,
            [cut.number for cut in chosen],
            [cut.volume.label for cut in chosen],
            fmt="o",
            color=color,
            markerfacecolor=color if bounded else "white",
            label=label,
        )
    if with_rows:
        numbers = [cut.number for cut in cuts]
        estimates = [cut.volume.prediction for cut in cuts]
        label = "prediction row,\ngiven the sign rows" if is_alone else "_"
        style = {"fmt": "^", "color": "#3f8f5b" if is_alone else color, "label": label}
        _points(axes, numbers, estimates, markerfacecolor="white", **style)


def _points(axes: Axes, numbers: list[int], estimates: list[LogEstimate], **style: Any) -> None:
    ratio = np.array([estimate.ratio for estimate in estimates])
    ends = np.exp([estimate.interval() for estimate in estimates])
    error = np.abs(np.minimum(ends, 1.0).T - np.minimum(ratio, 1.0))
    axes.errorbar(
        numbers, np.minimum(ratio, 1.0), yerr=error, markersize=5, elinewidth=1, capsize=2, **style
    )


def _draw_volume(axes: Axes, certificate: Certificate, color: ColorType) -> None:
    numbers = [cut.number for cut in certificate.cuts]
    ends = np.array([cut.volume.volume.interval() for cut in certificate.cuts]) / np.log(10)
    value = np.array([cut.volume.volume.value for cut in certificate.cuts]) / np.log(10)
    axes.plot(numbers, value, color=color, linewidth=1.6)
    axes.fill_between(numbers, ends[:, 0], ends[:, 1], color=color, alpha=0.2, linewidth=0)
    counted = np.cumsum([cut.outside is None for cut in certificate.cuts])
    label = "bound, of the cuts\nthat have one" if not axes.get_legend_handles_labels()[0] else "_"
    floor = counted * np.log10(BOUND)
    axes.plot(numbers, floor, color=_BOUND_COLOR, linewidth=1.4, linestyle="--", label=label)


def _draw_evidence(
    panels: Sequence[Axes], certificate: Certificate, color: ColorType, *, is_alone: bool
) -> None:
    """Ratios by evidence as ticks, the volume as a dotted line; the first class explains both."""
    known = [(cut.number, cut.evidence) for cut in certificate.cuts if cut.evidence is not None]
    if not known:
        return
    numbers = [number for number, _ in known]
    color = _EVIDENCE_COLOR if is_alone else color
    shown = [axes.get_legend_handles_labels()[1] for axes in panels]
    label = ["_" if "by evidence" in labels else "by evidence" for labels in shown]
    ratio = [share.ratio for _, share in known]
    panels[0].scatter(numbers, ratio, marker="_", s=90, color=color, zorder=3, label=label[0])
    power = np.array([share.log_volume for _, share in known]) / np.log(10)
    panels[1].plot(numbers, power, color=color, linestyle=":", linewidth=2.0, label=label[1])


def _draw_spread(axes: Axes, certificate: Certificate, color: ColorType) -> None:
    numbers = [cut.number for cut in certificate.cuts]
    spread = [cut.spread for cut in certificate.cuts]
    axes.plot(numbers, spread, color=color, marker="o", markersize=3, label="spread")
    if certificate.cuts[0].disagreement is not None:
        apart = [float(cut.disagreement or 0.0) for cut in certificate.cuts]
        label = "two networks\ndisagree"
        axes.plot(numbers, apart, color=color, linestyle=":", marker="s", ms=3, label=label)
    handles, labels = axes.get_legend_handles_labels()
    for handle, label in zip(handles[2:], labels[2:], strict=True):
        handle.set_label(f"_{label}")  # the first class explains both lines


def _sentences(certificates: Sequence[Certificate]) -> list[str]:
    """Caveats and notes, each once."""
    said: list[str] = []
    if len(certificates) > _MOST_NAMED:
        said.append(f"The first {_MOST_NAMED} of {len(certificates)} classes are named.")
    for certificate in certificates:
        whose = "" if len(certificates) == 1 else f"{certificate.positive}: "
        new = [*certificate.caveats, *(whose + note for note in certificate.notes)]
        said += [sentence for sentence in new if sentence not in said]
    return said
