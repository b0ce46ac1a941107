"""Two weights: every label cuts the version space, and the center moves on."""

import numpy as np
from matplotlib.figure import Figure

from cutplane import ActiveLearner, CuttingPlaneClassifier

TRUE_WEIGHTS = np.array([0.8, 0.6])


def draw() -> Figure:
    """The disc of weights after two to five labels, and the next question."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 2))
    y = np.where(X @ TRUE_WEIGHTS > 0, 1, -1)
    model = CuttingPlaneClassifier(hidden=(), cost=np.inf, fit_intercept=False, random_state=0)
    learner = ActiveLearner(model, X, random_state=0)
    while not learner.is_fitted:
        answer(learner, y)

    figure = Figure(figsize=(10.5, 3.4), layout="constrained")
    panels = figure.subplots(1, 4, sharey=True)
    for axes in panels:
        draw_disc(axes, learner)
        answer(learner, y)
    panels[0].set_ylabel("w2")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def answer(learner, y) -> None:
    """One label."""
    rows = learner.ask()
    learner.tell(rows, y[rows])


def draw_disc(axes, learner) -> None:
    """Weights that agree with the labels, by asking the version space itself."""
    side = np.linspace(-1, 1, 161)
    w1, w2 = np.meshgrid(side, side)
    space, center = learner.estimator_.version_space_, learner.estimator_.center_
    weights = np.column_stack([w1.ravel(), w2.ravel()])
    inside = np.array([space.contains(w[None]) for w in weights])
    disc = (weights**2).sum(axis=1) <= 1
    for region, color in ((disc, "#e8e8e8"), (inside, "#a9c4e6")):
        shade = region.astype(float).reshape(w1.shape)
        axes.contourf(w1, w2, shade, levels=[0.5, 1.5], colors=[color])
    direction = np.ravel(center.weights) / np.linalg.norm(center.weights)
    question = learner.X_pool[learner.ask()[0]]
    along = np.array([-question[1], question[0]]) / np.linalg.norm(question)
    axes.plot(
        *np.outer([-1, 1], along).T, "--", color="#3f8f5b", linewidth=1, label="next question's cut"
    )
    axes.plot(*np.outer([0, 0.93], direction).T, color="black", linewidth=1, label="center")
    axes.plot(*(0.93 * direction), "o", color="black", markersize=5)
    axes.scatter(*TRUE_WEIGHTS, color="#d1603d", zorder=3, label="true weights")
    share = inside.sum() / disc.sum()
    axes.set(title=f"{learner.n_labels_} labels: {share:.1%} left", xlabel="w1", aspect="equal")
    axes.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
