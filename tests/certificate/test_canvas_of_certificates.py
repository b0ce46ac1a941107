"""No name of a class, and no caveat, leaves the canvas of a certificate."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from canvas import leaving
from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.run import run
from cutplane.certificate.figure import certificate_figure

LONG = "the third measurement of the left ventricle, in millimetres " * 3


@pytest.fixture(scope="module")
def certificate():
    X = np.random.default_rng(0).normal(size=(60, 2))
    model = CuttingPlaneClassifier(
        hidden=(4,), center="gravity", cost=np.inf, flip=0, noise=0, random_state=0
    )
    learner = run(ActiveLearner(model, X, random_state=0), (X[:, 0] > 0).__getitem__, 5)
    return learner.certificate(max_cuts=2, n_chains=8, n_draws=8)


def named(certificate, *names):
    return [replace(certificate, positive=name, caveats=(name + ".",)) for name in names]


@pytest.mark.parametrize("names", [(LONG,), (LONG, "W" * 90, "$_{"), map(str, range(12))])
def test_names_stay_on_the_canvas(certificate, names):
    figure = certificate_figure(named(certificate, *names), LONG)
    assert leaving(figure) == {}


def test_a_narrow_figure_is_kept(certificate):
    figure = Figure(figsize=(6, 9), layout="constrained")
    assert leaving(certificate_figure(named(certificate, LONG), "moons", figure)) == {}
    assert tuple(figure.get_size_inches()) == (6, 9)


def test_classes_that_are_not_named_are_counted(certificate):
    figure = certificate_figure(named(certificate, *map(str, range(8))))
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert sum(label.startswith("whole cut, ") for label in labels) <= 6
    assert "The first 6 of 8 classes are named." in figure.get_supxlabel()
