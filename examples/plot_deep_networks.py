"""
Deep networks
=============

``hidden`` takes one number of gates for every hidden layer. A network of several layers is a
tree of leaves, ``prod(2 * P)`` of them, and every label cuts it with linear constraints all
the same. With ``activation="relu"`` every leaf has weights of its own, within sign rows, and the
decoded network is an ordinary ReLU network. A gated network of any depth is one kernel matrix.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import CuttingPlaneClassifier
from cutplane.tables.datasets import load_dataset

moons = load_dataset("moons")
rng = np.random.default_rng(0)
labelled = rng.choice(len(moons.X), 60, replace=False)
X, y = moons.X[labelled], moons.y[labelled]

x1, x2 = np.meshgrid(np.linspace(-1.7, 2.7, 150), np.linspace(-1.3, 1.8, 150))
grid = np.column_stack([x1.ravel(), x2.ravel()])
figure, panels = plt.subplots(2, 2, figsize=(9, 7), layout="constrained", sharex=True, sharey=True)
for axes, hidden in zip(panels.flat, ((), (200,), (24, 12), (8, 6, 4)), strict=True):
    model = CuttingPlaneClassifier(hidden=hidden, activation="relu", random_state=0)
    model.fit(X, y, X_pool=moons.X)
    scores = model.decision_function(grid).reshape(x1.shape)
    limit = np.abs(scores).max()
    axes.contourf(x1, x2, scores, levels=np.linspace(-limit, limit, 21), cmap="RdBu_r", alpha=0.7)
    axes.contour(x1, x2, scores, levels=[0], colors="black", linewidths=1)
    for value, color in ((0, "#1b3a5c"), (1, "#8c2d0f")):
        axes.scatter(*X[y == value].T, color=color, s=16)
    n_leaves = int(np.prod([2 * width for width in model.arrangement_.n_patterns]))
    accuracy = model.score(moons.X, moons.y)
    axes.set_title(f"hidden={hidden}, leaves: {n_leaves}, accuracy {accuracy:.2f}")
    print(f"hidden={hidden}: leaves {n_leaves}, {model.n_iter_} Newton iterations")
for axes in panels[1]:
    axes.set_xlabel("x1")
for axes in panels[:, 0]:
    axes.set_ylabel("x2")
plt.show()
