"""
Next to scikit-activeml's strategies
====================================

The query loop of scikit-activeml, with its uncertainty and random sampling and with three
strategies of cutplane. The model is the same everywhere, so the curves differ by their
questions alone.
"""

import matplotlib.pyplot as plt
import numpy as np
from skactiveml.pool import RandomSampling, UncertaintySampling
from skactiveml.utils import MISSING_LABEL
from sklearn.datasets import make_moons

from cutplane import CuttingPlaneClassifier
from cutplane.integrations.skactiveml import (
    ActiveCuttingPlaneClassifier,
    CuttingPlaneExtremes,
    CuttingPlaneMargin,
    VersionSpaceSplit,
)

# %%
# A pool without labels; scikit-activeml marks a missing label with NaN.
X, truth = make_moons(400, noise=0.15, random_state=0)
X_test, y_test = make_moons(1000, noise=0.15, random_state=1)
model = ActiveCuttingPlaneClassifier(
    CuttingPlaneClassifier(hidden=(100,), random_state=0), classes=[0, 1], random_state=0
)
strategies = {
    "cutplane: margin": CuttingPlaneMargin(random_state=0),
    "cutplane: version space split": VersionSpaceSplit(random_state=0),
    "cutplane: extremes": CuttingPlaneExtremes(random_state=0),
    "scikit-activeml: uncertainty": UncertaintySampling(random_state=0),
    "scikit-activeml: random": RandomSampling(random_state=0),
}

# %%
# Their loop: ask, fill the label in, fit. Strategies that look at no model take none; the others
# need not fit it again.
budget = 30
figure, axes = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
for name, strategy in strategies.items():
    y = np.full(len(X), MISSING_LABEL)
    accuracy = []
    model.fit(X, y)
    for _ in range(budget):
        if isinstance(strategy, RandomSampling):
            rows = strategy.query(X, y)
        else:
            rows = strategy.query(X, y, model, fit_clf=False)
        y[rows] = truth[rows]
        accuracy.append(model.fit(X, y).score(X_test, y_test))
    style = "-" if name.startswith("cutplane") else "--"
    style = ":" if isinstance(strategy, VersionSpaceSplit) else style
    axes.plot(range(1, budget + 1), accuracy, style, label=name)
    print(f"{name}: accuracy {accuracy[-1]:.3f} after {budget} labels")
axes.set(xlabel="labels", ylabel="test accuracy", ylim=(0.4, 1))
axes.grid(alpha=0.25)
axes.legend(loc="lower right")
plt.show()
