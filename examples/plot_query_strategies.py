"""
Query strategies
================

Every strategy asks 16 questions of the same pool, after the same first rows. The default,
``variance_reduction``, asks where an answer is expected to narrow the predictions most;
``halving``, ``information`` and ``expected_error`` read other gains off the same law of the
networks left. The margin goes to the boundary; coverage and random questions learn the shape of
the pool, and ``frontier`` does both; the spread looks where the networks left differ most, and so
at the rim; ``volume_split`` and ``disagreement`` ask where networks drawn from the version space
contradict each other. The paper's extremes are the rows that the model is surest of: only an
answer that contradicts it cuts.

One small pool is no ranking: with few labels, strategies that cover the pool are often ahead.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.query import STRATEGIES

X, y = make_moons(200, noise=0.15, random_state=0)
names = np.array(["upper", "lower"])[y]
x1, x2 = np.meshgrid(np.linspace(-1.6, 2.6, 150), np.linspace(-1.1, 1.6, 150))
grid = np.column_stack([x1.ravel(), x2.ravel()])

figure, panels = plt.subplots(3, 4, figsize=(13, 9), layout="constrained", sharex=True, sharey=True)
for axes, query in zip(panels.flat, STRATEGIES, strict=True):
    classifier = CuttingPlaneClassifier(hidden=(60,), activation="gated_relu", random_state=0)
    learner = ActiveLearner(classifier, X, query=query, random_state=0)
    while learner.n_labels_ < 16:
        rows = learner.ask()
        learner.tell(rows, names[rows])
    upper = (learner.estimator_.predict(grid) == "upper").reshape(x1.shape)
    axes.contourf(x1, x2, upper, levels=[-0.5, 0.5, 1.5], colors=["#f6d9ce", "#d3e0f2"])
    for name, color in (("upper", "#3b6fb6"), ("lower", "#d1603d")):
        axes.scatter(*X[names == name].T, s=5, color=color)
        asked = X[learner.labels_rows_[learner.labels_ == name]]
        axes.scatter(*asked.T, s=32, color=color, edgecolors="black", label=f"{name}, asked")
    accuracy = learner.estimator_.score(X, names)
    axes.set_title(f"{query}: {accuracy:.2f}", fontsize=10)
    print(f"{query}: {learner.n_labels_} labels, {learner.n_cuts_} cuts, accuracy {accuracy:.3f}")
figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()
