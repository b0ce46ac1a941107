"""Seconds of one more label and its question along every axis, as curves."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from scale_suite.sizes import AXES

COLORS = {"relu": "#0072B2", "gated": "#D55E00", "deep": "#009E73"}
LINES = {"analytic": "o-", "gravity": "s--"}


def figure(lying: dict[tuple[str, str, str], list[dict]], path: Path) -> None:
    """Draw records by network, center and axis."""
    fig, places = plt.subplots(1, len(AXES), figsize=(14, 4), sharey=True, layout="constrained")
    for place, axis in zip(places, AXES, strict=True):
        for (network, center, own), records in lying.items():
            done = [record for record in records if own == axis and "question" in record]
            place.loglog(
                [record[axis] for record in done],
                [record["question"] for record in done],
                LINES[center],
                color=COLORS[network],
                label=f"{network}, {center}" if own == axis else None,
            )
        place.set_xlabel(axis)
        place.grid(alpha=0.3)
    places[0].set_ylabel("seconds")
    handles, labels = places[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=6)
    fig.savefig(path, dpi=110)
    plt.close(fig)
