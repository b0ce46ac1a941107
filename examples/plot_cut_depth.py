"""
Deep, neutral and shallow cuts
==============================

A label that the model gets wrong cuts the version space. The label's own halfspace goes
through the origin and removes the center with room to spare: a *deep* cut (``depth=0``).
Shifted so that it passes through the center it is *neutral* (``depth=1``), and shifted further
it is *shallow* (``depth=2``) and the center stays inside.

The picture shows a linear model of two weights. Depth is measured at the scale of the center
before the cut.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import CuttingPlaneClassifier

X = np.array([[1.0, 0.3], [0.3, 1.0]])
y = np.array([1, 1])
contrary = np.array([[0.8, -0.45]])  # the center says +1, the oracle will say -1
# Two classes are needed to begin with: the same line, from its other side.
first, first_labels = np.vstack([X, -X[:1]]), np.append(y, -1)

w1, w2 = np.meshgrid(np.linspace(-2.5, 2.5, 400), np.linspace(-2.5, 2.5, 400))
weights = np.column_stack([w1.ravel(), w2.ravel()])


def inside(model):
    """Which weights of the grid lie in the version space."""
    space = model.version_space_
    slack = (weights @ space.tree.rows.T) * space.y - space.depth
    return (slack >= 0).all(axis=1).reshape(w1.shape)


def center(model):
    """The center before it is scaled to the ball."""
    return np.ravel(model.center_.weights) / model.center_.scale


figure, panels = plt.subplots(1, 3, figsize=(11, 4.8), layout="constrained", sharey=True)
names = ("deep: depth=0", "neutral: depth=1", "shallow: depth=2")
for axes, depth, name in zip(panels, (0.0, 1.0, 2.0), names, strict=True):
    model = CuttingPlaneClassifier(hidden=(), cost=np.inf, fit_intercept=False, random_state=0)
    model.fit(first, first_labels)
    before, old_center = inside(model), center(model)
    model.partial_fit(contrary, [-1], depth=depth)
    after, new_center = inside(model), center(model)
    axes.contourf(w1, w2, before, levels=[0.5, 1.5], colors=["#e3e3e3"])
    axes.contourf(w1, w2, after, levels=[0.5, 1.5], colors=["#a9c3e6"])
    normal = contrary[0] / np.linalg.norm(contrary)
    offset = -model.version_space_.depth[-1] * normal
    line = offset + np.outer([-5, 5], [-normal[1], normal[0]])
    axes.plot(*line.T, color="#d1603d", label="the cut")
    axes.scatter(*old_center, color="white", edgecolors="black", zorder=3, label="center before")
    axes.scatter(*new_center, color="black", zorder=3, label="center after")
    axes.set(title=name, xlabel="w1", xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), aspect="equal")
    slack = model.version_space_.y[-1] * (normal @ old_center) - model.version_space_.depth[-1]
    print(f"{name}: the center before the cut has slack {slack:.2f}")
panels[0].set_ylabel("w2")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()
