"""y = x^2 on [-1, 1]: 100 points, 80 of them in the pool, the paper's regression problem."""

from __future__ import annotations

from functools import partial

import numpy as np

from cutplane.experiments import learners
from cutplane.experiments.experiment import Experiment, Method, play_deep
from cutplane.experiments.referee import Problem
from cutplane.tables.datasets import load_dataset

#: Hidden units of all networks. With 100, hard cuts by extremes emptied the version space in two
#: of three runs; with 400 in none.
WIDTH = 400
N_POOL = 80


def quadratic(epochs: int = 2000, training: str = "adam") -> Experiment:
    """The regression experiment.

    Parameters
    ----------
    epochs : int, default=2000
        Epochs of the deep baselines after every label.
    training : {"adam", "sgd"}, default="adam"
        How they are trained; see :mod:`cutplane.experiments.deep_network`.
    """
    return Experiment(
        name="quadratic",
        title="y = x², 80 rows in the pool",
        problem=problem,
        methods=(*_cutting_planes(), *_deep(epochs, training)),
        settings={"epochs": epochs, "training": training, "width": WIDTH},
        grid=np.linspace(-1.1, 1.1, 221)[:, None],
        picture_at=10,
        is_regression=True,
    )


def problem(seed: int) -> Problem:
    """Pool and test rows of a seed."""
    data = load_dataset("quadratic")
    return Problem.divide(data.X, data.y, N_POOL, seed, is_regression=True)


def _cutting_planes() -> tuple[Method, ...]:
    hard = partial(learners.play, hidden=(WIDTH,), cost=float("inf"))
    cpal = partial(hard, query="extremes")
    return (
        Method(
            "cpal",
            "CPAL, before final solve",
            cpal,
            published="CPAL before final solve",
        ),
        Method(
            "cpal-final",
            "CPAL, after final solve",
            partial(cpal, model="final"),
            published="CPAL after final solve",
        ),
        Method(
            "variance-reduction",
            "ours: variance reduction, hard cuts",
            partial(hard, query="variance_reduction"),
        ),
        Method("spread", "ours: spread, hard cuts", partial(hard, query="spread")),
        Method(
            "spread-elastic",
            "ours: spread, default price",
            partial(learners.play, hidden=(WIDTH,), query="spread"),
        ),
        Method("random", "ours: random, hard cuts", partial(hard, query="random")),
    )


def _deep(epochs: int, training: str) -> tuple[Method, ...]:
    names = (
        ("random", "random", "RandomSampling"),
        ("typiclust", "k-means (TypiClust)", None),
        ("dropout-variance", "variance by dropout", "BALDDropout"),
        ("committee", "committee of 4", "QueryByCommittee"),
        ("greedy-x", "GreedyX", "GreedyX"),
        ("greedy-target", "GreedyTarget", "GreedyTarget"),
    )
    return tuple(
        Method(
            f"deep-{name}",
            f"deep: {label}",
            partial(play_deep, strategy=name, width=WIDTH, epochs=epochs, training=training),
            "deep",
            published,
        )
        for name, label, published in names
    )
