"""
Linear cutting planes
=====================

With ``hidden=()`` the model is linear, and in two dimensions the version space can be drawn:
every label removes the weights on the wrong side of a line through the origin. A good
question is one whose line passes close to the center, so that either answer halves the set.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier

rng = np.random.default_rng(3)
X = rng.normal(size=(200, 2))
true_weights = np.array([0.8, 0.6])
y = np.where(X @ true_weights > 0, 1, -1)

model = CuttingPlaneClassifier(hidden=(), cost=np.inf, fit_intercept=False, random_state=0)
learner = ActiveLearner(model, X, query="margin", random_state=0)

angle = np.linspace(0, 2 * np.pi, 721)
circle = np.column_stack([np.cos(angle), np.sin(angle)])
figure, panels = plt.subplots(1, 3, figsize=(11, 4.7), layout="constrained", sharey=True)
for axes, n_labels in zip(panels, (3, 4, 6), strict=True):
    while learner.n_labels_ < n_labels:
        rows = learner.ask()
        learner.tell(rows, y[rows])
    asked = learner.labels_rows_
    inside = ((circle @ (X[asked] * y[asked, None]).T) >= 0).all(axis=1)
    axes.plot(*circle.T, color="#9a9a9a", linewidth=1)
    wedge = np.where(inside[:, None], circle, np.nan)
    axes.plot(
        *wedge.T, color="#3b6fb6", linewidth=5, solid_capstyle="butt", label="directions left"
    )
    for row in asked:
        along = np.array([-X[row, 1], X[row, 0]]) / np.linalg.norm(X[row])
        axes.plot(*np.outer([-1, 1], along).T, color="#bbbbbb", linewidth=0.8)
    center = np.ravel(learner.estimator_.center_.weights)
    axes.quiver(0, 0, *center / np.linalg.norm(center), angles="xy", scale_units="xy", scale=1)
    axes.scatter(*true_weights, color="#d1603d", zorder=3, label="true weights")
    axes.set(title=f"{n_labels} labels", xlabel="w1", aspect="equal")
panels[0].set_ylabel("w2")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()
