"""One feature: networks drawn from the version space, their center and the next question."""

import numpy as np
from matplotlib.figure import Figure

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.samplers import sample


def draw() -> Figure:
    """Forty sampled networks after three, five and eight labels."""
    X = np.linspace(-1, 1, 81)[:, None]
    y = np.where(X[:, 0] < 0.35, 1, -1)
    model = CuttingPlaneClassifier(hidden=(20,), activation="relu", cost=np.inf, random_state=0)
    learner = ActiveLearner(model, X, random_state=0)
    figure = Figure(figsize=(10.5, 3.6), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    for axes, n_labels in zip(panels, (3, 5, 8), strict=True):
        while learner.n_labels_ < n_labels:
            rows = learner.ask()
            learner.tell(rows, y[rows])
        draw_networks(axes, learner, X)
    panels[0].set_ylabel("f(x), scaled")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def draw_networks(axes, learner, X) -> None:
    """Every network over the pool, at unit root mean square."""
    space = learner.estimator_.version_space_
    drawn = sample(space, 40, np.random.default_rng(0)).scores(X)
    for number, scores in enumerate(drawn):
        label = "networks left" if number == 0 else None
        axes.plot(X[:, 0], scaled(scores), color="#3b6fb6", alpha=0.18, linewidth=1, label=label)
    axes.plot(X[:, 0], scaled(learner.estimator_.scores(X)), color="black", label="center")
    asked = X[learner.labels_rows_, 0]
    axes.scatter(asked, 2.6 * learner.labels_, color="#d1603d", zorder=3, label="answers")
    axes.axvline(X[learner.ask()[0], 0], linestyle="--", color="#3f8f5b", label="next question")
    axes.axhline(0, color="#999999", linewidth=0.8)
    axes.set(title=f"{learner.n_labels_} labels", xlabel="x", ylim=(-3, 3))


def scaled(scores):
    """Scores have no scale of their own."""
    return scores / np.sqrt(np.mean(scores**2))
