"""Mean accuracies by labels, every set: ours, and uncertainty sampling of the same seeds."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cutplane.drawing import save_phone_form
from published_suite.protocol import N_FIRST, after_each_answer
from published_suite.store import OURS, THEIRS, Runs
from published_suite.theirs import Theirs

#: Name of a curve, color and line.
LOOKS = {
    "whole": ("whole pipeline", "#0072B2", "-"),
    "svm": ("our questions, their SVM", "#56B4E9", "--"),
    "us_c": ("US-C, their SVM", "#D55E00", "-."),
}
#: Labels up to which curves are drawn.
_MOST = 200
_COLUMNS = 4


def figure(runs: Runs, theirs: Theirs, sets: pd.DataFrame, path: Path) -> None:
    """Draw all sets, and a narrow form of the picture for phones."""
    n_lines = -(-len(sets) // _COLUMNS)
    fig, places = plt.subplots(
        n_lines, _COLUMNS, figsize=(13, 3 * n_lines), squeeze=False, layout="constrained"
    )
    for place, own in zip(places.flat, sets.to_dict("records"), strict=False):
        _draw(place, curves(runs, theirs, own["data"]))
        seeds = "1 seed" if own["seeds"] == 1 else f"{own['seeds']} seeds"
        place.set_title(f"{own['data']}, {seeds}", fontsize=10)
    for place in places.flat[len(sets) :]:
        place.remove()
    for line in places:
        line[0].set_ylabel("accuracy")
    for place in places.flat[max(0, len(sets) - _COLUMNS) : len(sets)]:
        place.set_xlabel("labels")
    handles, labels = places[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=3)
    fig.savefig(path, dpi=90)
    save_phone_form(fig, path)
    plt.close(fig)


def curves(runs: Runs, theirs: Theirs, data: str) -> dict[str, list]:
    """Accuracies at 20, 21, ... labels by seed, of ours and of US-C."""
    found: dict[str, list] = {name: [] for name in LOOKS}
    for run in runs.of(data, OURS):
        for name in ("whole", "svm"):
            later = after_each_answer(run["n_labels"], run[name])
            found[name].append(np.append(run[name][0], later))
        published = theirs.accuracies(data, run["seed"])
        if published is None and (replayed := runs.find(data, THEIRS, run["seed"])):
            published = np.array(replayed["accuracies"])
        if published is not None:
            found["us_c"].append(published)
    return found


def _draw(place: Axes, found: dict[str, list]) -> None:
    for name, (label, color, line) in LOOKS.items():
        if found[name]:
            shown = min(_MOST - N_FIRST + 1, *map(len, found[name]))
            mean = np.mean([curve[:shown] for curve in found[name]], axis=0)
            place.plot(N_FIRST + np.arange(shown), mean, line, color=color, label=label)
    place.grid(alpha=0.3)
