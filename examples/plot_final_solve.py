"""
The final solve
===============

The center of the version space is a network that agrees with the labels. The final solve
fits, on the same gates, the network of least group norm: few units, wide margins. For a ReLU
network on the spiral that makes the difference.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.tables.datasets import load_dataset

spiral = load_dataset("spiral")
X, y = spiral.X, spiral.y

# %%
# Forty labels that cover the pool, then both models on them.
relu = CuttingPlaneClassifier(hidden=(600,), activation="relu", random_state=0)
learner = ActiveLearner(relu, X, query="coverage", random_state=0)
while learner.n_labels_ < 40:
    rows = learner.ask()
    learner.tell(rows, y[rows])
asked = learner.labels_rows_

x1, x2 = np.meshgrid(np.linspace(-1.1, 1.1, 200), np.linspace(-1.1, 1.1, 200))
grid = np.column_stack([x1.ravel(), x2.ravel()])
figure, panels = plt.subplots(1, 2, figsize=(9, 4.6), layout="constrained", sharey=True)
for axes, final in zip(panels, (None, "sparse"), strict=True):
    model = clone(relu).set_params(final_solve=final).fit(X[asked], y[asked], X_pool=X)
    scores = model.decision_function(grid).reshape(x1.shape)
    axes.contourf(x1, x2, scores > 0, levels=[-0.5, 0.5, 1.5], colors=["#cddcef", "#f6d9ce"])
    for value, color in ((-1, "#3b6fb6"), (1, "#d1603d")):
        axes.scatter(*X[y == value].T, s=10, color=color, alpha=0.6)
        chosen = asked[y[asked] == value]
        axes.scatter(
            *X[chosen].T, s=34, color=color, edgecolors="black", label=f"arm {value}, asked"
        )
    name = "final solve" if final else "center"
    accuracy = model.score(X, y)
    axes.set(title=f"{name}: accuracy {accuracy:.2f}", xlabel="x1", aspect="equal")
    print(f"{name}: accuracy {accuracy:.3f} on all {len(X)} points, {len(asked)} labels")
panels[0].set_ylabel("x2")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()
