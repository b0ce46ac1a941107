"""
Batches and stopping rules
==========================

Asking for several rows at once saves round trips and costs some accuracy; a batch holds no
near-duplicates. Stopping rules combine with ``|`` and ``&`` and end a run when more labels
would change little.
"""

import matplotlib.pyplot as plt

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run
from cutplane.active.stopping import Budget, StablePredictions
from cutplane.tables.datasets import load_dataset

digits = load_dataset("digits-3v8")
X, X_test = digits.X[::2] / 16, digits.X[1::2] / 16
y, y_test = digits.y[::2], digits.y[1::2]
oracle = ColumnOracle(y)


def learn(batch_size, budget, stop=None):
    """The learner at the end, labels asked and test accuracy after every answer."""
    classifier = CuttingPlaneClassifier(hidden=(100,), random_state=0)
    learner = ActiveLearner(classifier, X, batch_size=batch_size, random_state=0)
    curve = []

    def measure(learner):
        if learner.is_fitted:
            curve.append((learner.n_labels_, learner.estimator_.score(X_test, y_test)))

    run(learner, oracle, budget, on_answer=measure, stop=stop)
    return learner, curve


# %%
# The same 60 labels in batches of 1, 5 and 15, and a run that stops by itself.
figure, axes = plt.subplots(figsize=(7, 4.4), layout="constrained")
for batch_size, color in ((1, "#1b3a5c"), (5, "#3f8f5b"), (15, "#b08a2e")):
    learner, curve = learn(batch_size, budget=60)
    axes.plot(*zip(*curve, strict=True), color=color, marker=".", label=f"batches of {batch_size}")

rule = Budget(60) | StablePredictions(patience=5)
learner, curve = learn(1, budget=60, stop=rule)
axes.axvline(learner.n_labels_, color="#d1603d", linestyle="--", label="stable predictions")
axes.set(xlabel="labels asked", ylabel="test accuracy", title="Digits, 3 or 8")
axes.grid(alpha=0.25)
axes.legend()
print(f"stopped after {learner.n_labels_} of 60 labels, test accuracy {curve[-1][1]:.3f}")
plt.show()
