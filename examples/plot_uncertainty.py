"""
What the networks left agree on
===============================

The version space holds every network that agrees with the labels. ``predict_proba`` with
``method="version_space"`` is the share of them that predict a class, and
``decision_function`` with ``return_std=True`` says how far their scores differ. Both are taken
over networks drawn from the version space, here 256 of them.

Away from the labels the share stays near one half where the networks contradict each other; the
standard deviation grows with the distance from the labels on either side of the boundary.
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
    model = CuttingPlaneClassifier(activation="gated_relu", random_state=0)
    model.fit(X[:n_labels], y[:n_labels], X_pool=X)
    share = model.predict_proba(grid, method="version_space")[:, 1]
    _, std = model.decision_function(grid, return_std=True)
    regions = left.contourf(
        x1, x2, share.reshape(x1.shape), levels=np.linspace(0, 1, 11), cmap="RdBu"
    )
    left.contour(x1, x2, share.reshape(x1.shape), levels=[0.5], colors="black", linewidths=1)
    spread = right.contourf(x1, x2, std.reshape(x1.shape), levels=12, cmap="viridis")
    for axes in (left, right):
        colors = np.where(y[:n_labels] == 1, "#2166ac", "#b2182b")
        axes.scatter(*X[:n_labels].T, c=colors, edgecolors="white", s=35)
    left.set(title=f"share of networks that say blue, {n_labels} labels", ylabel="second feature")
    right.set(title=f"standard deviation of the score, {n_labels} labels")
    figure.colorbar(regions, ax=left)
    figure.colorbar(spread, ax=right)
    doubtful = np.mean((share > 0.1) & (share < 0.9))
    print(f"{n_labels} labels: the networks disagree by more than 1 in 10 on {doubtful:.0%}")
for axes in panels[1]:
    axes.set_xlabel("first feature")
plt.show()
