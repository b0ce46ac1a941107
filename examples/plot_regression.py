"""
Regression: y = x²
==================

A label cuts the version space with a slab around the value, and the learner asks where an answer
narrows most what the networks left still disagree on. By default the labels may have noise, and
the band is as wide as the evidence leaves it. For a function that is known to be exact and
continuous, ReLU networks and hard slabs (``cost=inf``) are nearer to it with the same labels.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import ActiveLearner, CuttingPlaneRegressor

X = np.linspace(-1, 1, 100)[:, None]
y = X[:, 0] ** 2
models = {
    "default": CuttingPlaneRegressor(random_state=0),
    "relu, hard slabs": CuttingPlaneRegressor(activation="relu", cost=np.inf, random_state=0),
}

figure, panels = plt.subplots(2, 3, figsize=(11, 7), layout="constrained", sharex=True, sharey=True)
for row, (name, regressor) in zip(panels, models.items(), strict=True):
    learner = ActiveLearner(regressor, X, random_state=0)
    for axes, budget in zip(row, (3, 6, 12), strict=True):
        while learner.n_labels_ < budget:
            rows = learner.ask()
            learner.tell(rows, y[rows])
        model = learner.estimator_
        predicted = model.predict(X)
        spread = model.spread(X) * model.y_scale_
        band = (predicted - spread, predicted + spread)
        axes.fill_between(X[:, 0], *band, color="#3b6fb6", alpha=0.2, linewidth=0, label="spread")
        axes.plot(X, y, color="#9a9a9a", linestyle="--", label="truth")
        axes.plot(X, predicted, color="#3b6fb6", label="prediction")
        asked = learner.labels_rows_
        axes.scatter(X[asked], learner.labels_, color="#d1603d", zorder=3, label="asked")
        rmse = np.sqrt(np.mean((predicted - y) ** 2))
        axes.set(title=f"{name}: {budget} labels, RMSE {rmse:.3f}", ylim=(-0.5, 1.5))
        axes.grid(alpha=0.25)
        print(f"{name}, {budget} labels: RMSE {rmse:.4f}")
for axes in panels[1]:
    axes.set_xlabel("x")
for axes in panels[:, 0]:
    axes.set_ylabel("y")
figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plt.show()
