"""
What the networks left agree on
===============================

The center of gravity is the mean of a law of networks, and the law is known: ``predict_proba``
is the probability of a class over all networks left, those of every assumption about noise
weighed by its evidence, and ``decision_function`` with ``return_std=True`` says how far their
scores differ. Nothing is drawn for either.

Near the boundary, and where no label is near, the probability stays close to one half; the
standard deviation is small at the labels and grows with the distance from them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from cutplane import CuttingPlaneClassifier

X, y = make_moons(200, noise=0.15, random_state=0)
x1, x2 = np.meshgrid(np.linspace(-2.5, 3.5, 120), np.linspace(-2, 2.5, 90))
grid = np.column_stack([x1.ravel(), x2.ravel()])

figure, panels = plt.subplots(
    2, 2, figsize=(9.5, 7), layout="constrained", sharex=True, sharey=True
)
for (left, right), n_labels in zip(panels, (8, 40), strict=True):
    model = CuttingPlaneClassifier(random_state=0).fit(X[:n_labels], y[:n_labels], X_pool=X)
    probability = model.predict_proba(grid)[:, 1]
    _, std = model.decision_function(grid, return_std=True)
    regions = left.contourf(
        x1, x2, probability.reshape(x1.shape), levels=np.linspace(0, 1, 11), cmap="RdBu"
    )
    left.contour(x1, x2, probability.reshape(x1.shape), levels=[0.5], colors="black", linewidths=1)
    spread = right.contourf(x1, x2, std.reshape(x1.shape), levels=12, cmap="viridis")
    for axes in (left, right):
        colors = np.where(y[:n_labels] == 1, "#2166ac", "#b2182b")
        axes.scatter(*X[:n_labels].T, c=colors, edgecolors="white", s=35)
    left.set(title=f"probability of blue, {n_labels} labels", ylabel="second feature")
    right.set(title=f"standard deviation of the score, {n_labels} labels")
    figure.colorbar(regions, ax=left)
    figure.colorbar(spread, ax=right)
    doubtful = np.mean((probability > 0.1) & (probability < 0.9))
    print(f"{n_labels} labels: the probability is between 0.1 and 0.9 on {doubtful:.0%}")
for axes in panels[1]:
    axes.set_xlabel("first feature")
plt.show()
