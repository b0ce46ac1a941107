"""The spiral: two arms, 100 points, 80 of them in the pool (Figure 3 of the paper)."""

from __future__ import annotations

from functools import partial

import numpy as np

from cutplane.experiments import learners
from cutplane.experiments.experiment import Experiment, Method, play_deep
from cutplane.experiments.referee import Problem
from cutplane.tables.datasets import load_dataset

#: Hidden units of the two-layer networks: patterns of CPAL, width of the deep baselines.
WIDTH = 623
#: Patterns of the three-layer form.
THREE_LAYERS = (24, 12)
N_POOL = 80
_GRID = 150
_LIMIT = 1.15


def spiral(epochs: int = 2000, training: str = "adam") -> Experiment:
    """The spiral experiment.

    Parameters
    ----------
    epochs : int, default=2000
        Epochs of the deep baselines after every label.
    training : {"adam", "sgd"}, default="adam"
        How they are trained; see :mod:`cutplane.experiments.deep_network`.
    """
    axis = np.linspace(-_LIMIT, _LIMIT, _GRID)
    return Experiment(
        name="spiral",
        title="Spiral, 80 rows in the pool",
        problem=problem,
        methods=(*_cutting_planes(), *_deep(epochs, training)),
        settings={"epochs": epochs, "training": training, "width": WIDTH},
        grid=np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2),
    )


def problem(seed: int) -> Problem:
    """Pool and test rows of a seed."""
    data = load_dataset("spiral")
    return Problem.divide(data.X, data.y.astype(float), N_POOL, seed)


def _cutting_planes() -> tuple[Method, ...]:
    cpal = partial(learners.play, query="extremes", cost=float("inf"))
    two, three = partial(cpal, hidden=(WIDTH,)), partial(cpal, hidden=THREE_LAYERS)
    ours = partial(learners.play, hidden=(WIDTH,), model="final", query_model="final")
    return (
        Method("cpal-2", "CPAL, 2 layers", two),
        Method(
            "cpal-2-final",
            "CPAL, 2 layers, final solve",
            partial(two, model="final"),
            published="CPAL",
        ),
        Method("cpal-3", "CPAL, 3 layers", three),
        Method(
            "cpal-3-final",
            "CPAL, 3 layers, final solve",
            partial(three, model="final"),
        ),
        Method(
            "linear",
            "linear cutting plane",
            partial(learners.play, query="margin", hidden=()),
            published="Linear cutting plane",
        ),
        Method(
            "margin-final",
            "ours: margin of the final solve",
            partial(ours, query="margin"),
        ),
        Method(
            "coverage-final",
            "ours: coverage, final solve",
            partial(ours, query="coverage"),
        ),
        Method(
            "frontier-ridge",
            "ours: frontier, ridge solve",
            partial(ours, query="frontier", final_solve="ridge"),
        ),
    )


def _deep(epochs: int, training: str) -> tuple[Method, ...]:
    # Entropy, least confidence and margin rank rows of two classes alike, so one run is all three.
    strategies = (
        ("random", "random", "random", "RandomSampling"),
        ("uncertainty", "entropy", "entropy = least confident = margin", "EntropySampling"),
        ("typiclust", "typiclust", "k-means (TypiClust)", None),
        ("bald", "bald", "BALD, dropout", "BALDDropout"),
        ("committee", "committee", "committee of 4", "QueryByCommittee"),
        ("greedy-x", "greedy-x", "GreedyX", "GreedyX"),
    )
    return tuple(
        Method(
            f"deep-{name}",
            f"deep: {label}",
            partial(play_deep, strategy=strategy, width=WIDTH, epochs=epochs, training=training),
            "deep",
            published,
        )
        for name, strategy, label, published in strategies
    )
