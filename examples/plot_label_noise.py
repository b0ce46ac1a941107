"""
Label noise: a price, or evidence
=================================

Labels may be wrong. A ReLU network at its analytic center has a price, ``cost``, at which a cut
may be violated: hard cuts (``cost=inf``) follow every label, a small price lets single labels be
outvoted by their neighbours. The default, the center of gravity, needs no price: it averages
over how often labels are wrong, by evidence. Here one label in five was flipped.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import CuttingPlaneClassifier
from cutplane.errors import EmptyVersionSpaceError
from cutplane.tables.datasets import load_dataset

moons = load_dataset("moons")
rng = np.random.default_rng(0)
order = rng.permutation(len(moons.X))
train, test = order[:150], order[150:]
flipped = rng.random(len(train)) < 0.2
y = np.where(flipped, 1 - moons.y[train], moons.y[train])

# %%
# Contradictory hard cuts leave an empty version space, and the error says so.
try:
    hard = CuttingPlaneClassifier(hidden=(20,), activation="relu", cost=np.inf, random_state=0)
    hard.fit(moons.X[train], y)
except EmptyVersionSpaceError as error:
    print(error)

# %%
# Test accuracy against the price, what ``cost="auto"`` chooses by cross-validation on the labels
# alone (diamonds), and the default, averaged by evidence (dashed).
costs = np.geomspace(0.01, 10_000, 13)
figure, axes = plt.subplots(figsize=(6.4, 4.6), layout="constrained")
for labels, name, color in (
    (moons.y[train], "clean labels", "#777777"),
    (y, "one in five flipped", "#d1603d"),
):
    accuracy = []
    for cost in costs:
        model = CuttingPlaneClassifier(activation="relu", cost=cost, random_state=0)
        model.fit(moons.X[train], labels)
        accuracy.append(model.score(moons.X[test], moons.y[test]))
    axes.plot(costs, accuracy, marker=".", color=color, label=name)
    chosen = CuttingPlaneClassifier(activation="relu", cost="auto", random_state=0)
    reached = chosen.fit(moons.X[train], labels).score(moons.X[test], moons.y[test])
    axes.scatter(chosen.cost_, reached, marker="D", s=60, color=color, edgecolors="black", zorder=3)
    print(f"{name}: cost='auto' chooses {chosen.cost_:g}, test accuracy {reached:.3f}")
    averaged = CuttingPlaneClassifier(random_state=0).fit(moons.X[train], labels)
    reached = averaged.score(moons.X[test], moons.y[test])
    axes.axhline(reached, color=color, linestyle="--", label=f"{name}, by evidence")
    flip = averaged.flips_[""]
    print(f"{name}: by evidence {flip:.0%} of them are wrong, test accuracy {reached:.3f}")
axes.set(xscale="log", xlabel="cost of the ReLU network", ylabel="test accuracy")
axes.grid(alpha=0.25)
figure.legend(loc="outside lower center", ncols=2)
plt.show()

# %%
# The default model of the noisy labels.
x1, x2 = np.meshgrid(np.linspace(-1.7, 2.7, 200), np.linspace(-1.3, 1.8, 200))
scores = averaged.decision_function(np.column_stack([x1.ravel(), x2.ravel()])).reshape(x1.shape)
figure, axes = plt.subplots(figsize=(6, 4.4), layout="constrained")
axes.contourf(x1, x2, scores > 0, levels=[-0.5, 0.5, 1.5], colors=["#cddcef", "#f6d9ce"])
for value, color in ((0, "#3b6fb6"), (1, "#d1603d")):
    axes.scatter(*moons.X[train[y == value]].T, s=18, color=color)
wrong = moons.X[train[flipped]]
axes.scatter(*wrong.T, s=60, facecolors="none", edgecolors="black", label="flipped")
axes.set(title="one in five flipped, averaged by evidence", xlabel="x1", ylabel="x2")
axes.legend()
plt.show()
