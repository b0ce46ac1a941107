"""How much of the version space is left: margin questions against random ones."""

import numpy as np
from matplotlib.figure import Figure

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.samplers import sample

N_SAMPLES = 2000
N_LABELS = 16


def draw() -> Figure:
    """Share of the directions left, the product of the shares that each answer leaves."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 3))
    y = np.where(X @ [0.7, -0.5, 0.4] + 0.2 > 0, 1, -1)
    figure = Figure(figsize=(6.4, 3.9), layout="constrained")
    axes = figure.subplots()
    for query, color in (("margin", "#3b6fb6"), ("random", "#9a9a9a")):
        labels, share = shrinkage(X, y, query)
        axes.plot(labels, share, marker=".", color=color, label=f"{query} questions")
    axes.plot(labels, 0.5 ** np.array(labels - labels[0]), ":", color="black", label="halved")
    axes.set(xlabel="labels asked", ylabel="share left since the first model", yscale="log")
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)
    return figure


def shrinkage(X, y, query):
    """Label counts and the share of the first version space left at each."""
    model = CuttingPlaneClassifier(hidden=(), cost=np.inf, random_state=0)
    learner = ActiveLearner(model, X, query=query, random_state=0)
    rng = np.random.default_rng(0)
    counts, share, left = [], [], 1.0
    while learner.n_labels_ < N_LABELS:
        rows = learner.ask()
        if learner.is_fitted:
            counts.append(learner.n_labels_)
            share.append(left)
            drawn = sample(learner.estimator_.version_space_, N_SAMPLES, rng)
            left *= float(np.mean(drawn.scores(X[rows]) * y[rows] > 0))
        learner.tell(rows, y[rows])
    return np.array([*counts, learner.n_labels_]), np.array([*share, left])
