"""
Query synthesis
===============

Without a pool, the learner asks about points of a box. A ReLU network (``activation="relu"``) is
continuous and piecewise linear, so points of its decision boundary are found exactly, and the
one farthest from everything asked so far comes next. Gated networks jump at their gates.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier


def oracle(points):
    """Inside or outside a ring segment that nobody has drawn yet."""
    radius = np.hypot(*points.T)
    return np.where((radius > 0.35) & (radius < 0.8), "safe", "unsafe")


domain = ([-1, -1], [1, 1])
# This oracle never errs, so its labels may cut hard.
classifier = CuttingPlaneClassifier(activation="relu", cost=np.inf, random_state=0)
learner = ActiveLearner(classifier, domain=domain, random_state=0)

x1, x2 = np.meshgrid(np.linspace(-1, 1, 200), np.linspace(-1, 1, 200))
grid = np.column_stack([x1.ravel(), x2.ravel()])
truth = (oracle(grid) == "safe").reshape(x1.shape)
figure, panels = plt.subplots(1, 3, figsize=(11, 4.8), layout="constrained", sharey=True)
for axes, n_labels in zip(panels, (15, 40, 80), strict=True):
    while learner.n_labels_ < n_labels:
        points = learner.ask()
        learner.tell(points, oracle(points))
    safe = (learner.estimator_.predict(grid) == "safe").reshape(x1.shape)
    axes.contourf(x1, x2, safe, levels=[-0.5, 0.5, 1.5], colors=["#f6d9ce", "#d7e8dc"])
    axes.contour(x1, x2, truth, levels=[0.5], colors="black", linewidths=1, linestyles="--")
    for name, color in (("safe", "#3f8f5b"), ("unsafe", "#d1603d")):
        points = learner.X_pool[learner.labels_ == name]
        axes.scatter(*points.T, s=22, color=color, edgecolors="black", label=f"{name}, asked")
    accuracy = np.mean(safe == truth)
    axes.set(title=f"{n_labels} labels: {accuracy:.2f} of the box", xlabel="x1", aspect="equal")
    print(f"{n_labels} labels: {accuracy:.3f} of the box is right")
panels[0].set_ylabel("x2")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()
