"""
Several classes
===============

One score for each class, learnt one against the rest on shared gates. A question is the row whose
answer is expected to narrow the predictions most, over all classes. Labels may be text, and a class
may turn up late.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, size=(600, 2))
names = np.array(["east", "north", "south", "west"])
y = np.where(
    np.abs(X[:, 0]) > np.abs(X[:, 1]),
    np.where(X[:, 0] > 0, "east", "west"),
    np.where(X[:, 1] > 0, "north", "south"),
)

learner = ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0)
shown = {}
while learner.n_labels_ < 40:
    rows = learner.ask()
    learner.tell(rows, y[rows])
    if learner.n_labels_ in (8, 20, 40):
        shown[learner.n_labels_] = learner.estimator_.network_

# %%
# The regions after 8, 20 and 40 labels: questions gather where classes meet.
x1, x2 = np.meshgrid(np.linspace(-1, 1, 150), np.linspace(-1, 1, 150))
grid = np.column_stack([x1.ravel(), x2.ravel()])
colors = ["#3b6fb6", "#d1603d", "#3f8f5b", "#b08a2e"]
figure, panels = plt.subplots(1, 3, figsize=(7.2, 3.1), layout="constrained", sharey=True)
for axes, (n_labels, networks) in zip(panels, shown.items(), strict=True):
    best = np.argmax([network(grid) for network in networks], axis=0).reshape(x1.shape)
    levels = np.arange(len(networks) + 1) - 0.5
    axes.contourf(x1, x2, best, levels=levels, colors=colors[: len(networks)], alpha=0.3)
    rows = learner.labels_rows_[:n_labels]
    for name, color in zip(names, colors, strict=True):
        points = X[rows[y[rows] == name]]
        axes.scatter(*points.T, color=color, edgecolors="black", s=30, label=name)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.set_title(f"{n_labels} labels", fontsize=13)
entries = panels[0].get_legend_handles_labels()
figure.legend(*entries, loc="outside lower center", ncols=4, fontsize=12, frameon=False)
print(f"accuracy on the pool: {learner.estimator_.score(X, y):.3f}")
plt.show()
