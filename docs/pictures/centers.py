"""Three weights, seen in the plane where the third is 1: the centers of one version space."""

import numpy as np
from matplotlib.figure import Figure

from cutplane import CuttingPlaneClassifier

CENTERS = {"analytic": "o", "gravity": "s", "chebyshev": "^"}


def draw() -> Figure:
    """A polygon of linear classifiers, and three of its centers."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(9, 2))
    y = np.where(X @ [0.9, -0.4] + 1 > 0, 1, -1)
    models = {
        name: CuttingPlaneClassifier(
            hidden=(), center=name, cost=np.inf, radius=100.0, flip=0, noise=0, random_state=0
        ).fit(X, y)
        for name in CENTERS
    }
    space = models["analytic"].version_space_
    side = np.linspace(-3, 3, 241)
    w1, w2 = np.meshgrid(side, side)
    weights = np.column_stack([w1.ravel(), w2.ravel(), np.ones(w1.size)])
    inside = np.array([space.contains(w[None]) for w in weights]).reshape(w1.shape)

    figure = Figure(figsize=(6.2, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.contourf(w1, w2, inside.astype(float), levels=[0.5, 1.5], colors=["#a9c4e6"])
    for row, label in zip(space.rows, space.y, strict=True):
        axes.contour(
            w1, w2, (weights @ row * label).reshape(w1.shape), levels=[0], colors="#bbbbbb"
        )
    for (name, marker), color in zip(CENTERS.items(), ("black", "#3f8f5b", "#d1603d"), strict=True):
        center = np.ravel(models[name].center_.weights)
        axes.plot(*center[:2] / center[2], marker, color=color, markersize=9, label=name)
    box = weights.reshape(*w1.shape, 3)[inside][:, :2]
    low, high = box.min(axis=0) - 0.4, box.max(axis=0) + 0.4
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="w1 / w3", ylabel="w2 / w3")
    axes.legend(frameon=False)
    return figure
