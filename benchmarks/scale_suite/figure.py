"""Seconds of one more label and its question along every axis, as curves."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from cutplane.drawing import save_phone_form
from scale_suite.sizes import AXES

COLORS = {"relu": "#0072B2", "gated": "#D55E00", "deep": "#009E73"}
LINES = {"analytic": "o-", "gravity": "s--"}


def figure(lying: dict[tuple[str, str, str], list[dict]], path: Path) -> None:
    """Draw records by network, center and axis; the legend names what has a curve anywhere."""
    fig, places = plt.subplots(1, len(AXES), figsize=(14, 4), sharey=True, layout="constrained")
    for place, axis in zip(places, AXES, strict=True):
        for (network, center, own), records in lying.items():
            done = [record for record in records if own == axis and "question" in record]
            if not done:
                continue
            place.loglog(
                [record[axis] for record in done],
                [record["question"] for record in done],
                LINES[center],
                color=COLORS[network],
                label=f"{network}, {center}",
            )
        sizes = sorted({int(size) for line in place.lines for size in line.get_xdata()})
        place.set_xticks(sizes, [f"{size:,}" for size in sizes])
        place.minorticks_off()
        place.set_xlabel(axis)
        place.grid(alpha=0.3)
    places[0].set_ylabel("seconds")
    named = {
        label: handle
        for place in places
        for handle, label in zip(*place.get_legend_handles_labels(), strict=True)
    }
    fig.legend(named.values(), named.keys(), loc="outside upper center", ncols=6)
    fig.savefig(path, dpi=110)
    save_phone_form(fig, path)
    plt.close(fig)
