"""
Regression: y = x²
==================

A label cuts the version space with a slab around the value. The spread of the networks left
says where the prediction is least certain, and that is where the learner asks.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import ActiveLearner, CuttingPlaneRegressor

X = np.linspace(-1, 1, 100)[:, None]
y = X[:, 0] ** 2

learner = ActiveLearner(CuttingPlaneRegressor(hidden=(200,), random_state=0), X, random_state=0)
figure, panels = plt.subplots(1, 3, figsize=(11, 3.8), layout="constrained", sharey=True)
for axes, budget in zip(panels, (3, 6, 12), strict=True):
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
    axes.scatter(X[learner.labels_rows_], learner.labels_, color="#d1603d", zorder=3, label="asked")
    rmse = np.sqrt(np.mean((predicted - y) ** 2))
    axes.set(title=f"{budget} labels, RMSE {rmse:.3f}", xlabel="x", ylim=(-0.5, 1.5))
    axes.grid(alpha=0.25)
    print(f"{budget} labels: RMSE {rmse:.4f}")
panels[0].set_ylabel("y")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plt.show()
