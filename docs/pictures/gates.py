"""Gates: one that is always on and three sampled hyperplanes, and the pattern of every row."""

import numpy as np
from matplotlib.figure import Figure

from cutplane.space.arrangement import sample_arrangement
from cutplane.tables.datasets import load_dataset


def draw() -> Figure:
    """Regions of the plane with the same activation pattern, under the moons."""
    X = load_dataset("moons").X[:250]
    arrangement = sample_arrangement(X, (4,), np.random.default_rng(2))
    x1, x2 = np.meshgrid(np.linspace(-1.7, 2.7, 400), np.linspace(-1.4, 1.9, 400))
    grid = np.column_stack([x1.ravel(), x2.ravel()])
    on = arrangement.patterns(grid)[0]
    code = (on @ 2 ** np.arange(4)).reshape(x1.shape)

    figure = Figure(figsize=(8.6, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for gate in range(1, 4):
        level = on[:, gate].reshape(x1.shape)
        left.contour(x1, x2, level, levels=[0.5], colors=f"C{gate}", linewidths=2)
    left.scatter(*X.T, s=9, color="#555555")
    left.set(title="three gates and one that is always on", xlabel="x1", ylabel="x2")
    right.imshow(
        code,
        origin="lower",
        extent=(-1.7, 2.7, -1.4, 1.9),
        aspect="auto",
        cmap="Pastel2",
        vmin=-0.5,
        vmax=15.5,
        interpolation="nearest",
    )
    for value in np.unique(code):
        inside = np.argwhere(code == value)
        row, column = inside[np.argmin(((inside - inside.mean(axis=0)) ** 2).sum(axis=1))]
        word = "".join(str(value >> gate & 1) for gate in range(4))
        right.text(x1[row, column], x2[row, column], word, ha="center", va="center", weight="bold")
    right.scatter(*X.T, s=5, color="#555555", alpha=0.5)
    right.set(title="their patterns", xlabel="x1")
    return figure
