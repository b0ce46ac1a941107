"""
Two classes from thirty labels
==============================

An :class:`~cutplane.ActiveLearner` asks for the labels it needs most and learns from every
answer. By default it asks about the row whose answer is expected to narrow the predictions most;
random questions serve as the comparison. Every answer counts.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.tables.datasets import load_dataset

moons = load_dataset("moons")
X, X_test = moons.X[::2], moons.X[1::2]
y, y_test = moons.y[::2], moons.y[1::2]


def learn(query):
    """Spend 30 labels; the learner and its test accuracy after every answer."""
    classifier = CuttingPlaneClassifier(hidden=(200,), random_state=0)
    learner = ActiveLearner(classifier, X, query=query, random_state=0)
    accuracy = []
    while learner.n_labels_ < 30:
        rows = learner.ask()
        learner.tell(rows, y[rows])
        if learner.is_fitted:
            accuracy.append((learner.n_labels_, learner.estimator_.score(X_test, y_test)))
    return learner, np.array(accuracy)


# %%
# The network that 30 default questions leave, the rows it asked about, and both curves.
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
for query, color in (("default", "#1b3a5c"), ("random", "#9a9a9a")):
    learner, accuracy = learn(None if query == "default" else query)
    right.plot(*accuracy.T, color=color, label=f"{query} questions")
    if query == "default":
        asked, model = learner.labels_rows_, learner.estimator_

x1, x2 = np.meshgrid(np.linspace(-1.7, 2.7, 200), np.linspace(-1.3, 1.8, 200))
scores = model.decision_function(np.column_stack([x1.ravel(), x2.ravel()])).reshape(x1.shape)
left.contourf(x1, x2, scores > 0, levels=[-0.5, 0.5, 1.5], colors=["#cddcef", "#f6d9ce"])
left.scatter(*X.T, s=6, color="#888888", label="not asked")
for value, color in ((0, "#3b6fb6"), (1, "#d1603d")):
    left.scatter(*X[asked[y[asked] == value]].T, color=color, edgecolors="black", label=value)
left.set(xlabel="x1", ylabel="x2", title="30 labels")
left.legend(loc="upper right")
right.set(xlabel="labels asked", ylabel="test accuracy", title="Moons")
right.grid(alpha=0.25)
right.legend()
print(f"{learner.n_labels_} labels, {learner.n_cuts_} cuts")
plt.show()
