"""Hypotheses under which hard labels leave no network, beside those under which they do."""

import json

import numpy as np
import pytest

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import EmptyVersionSpaceError
from cutplane.estimators.evidence import Evidence
from cutplane.space.hypothesis import Hypothesis

X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
SETTINGS = {"hidden": (3,), "activation": "gated_relu", "center": "gravity", "random_state": 0}


def test_weights_and_numbers_of_hypotheses_without_a_law():
    hypotheses = Hypothesis(), Hypothesis(0.0)
    one = Evidence(hypotheses, np.array([-np.inf, -2.0]), 3, 3)
    assert (one.kept, one.ranked, one.log_z_of(hypotheses[0])) == ([1], [1, 0], None)
    assert [own["log_evidence"] for own in one.as_dicts()] == [-2.0, None]
    none = Evidence(hypotheses, np.full(2, -np.inf), 3, 3)
    assert none.kept == []
    assert none.is_old(3)  # all are tried again
    assert not one.is_old(3)
    json.dumps(none.as_dicts(), allow_nan=False)


def test_constants_that_fit_no_label_leave_slopes_alone():
    rows = np.array([[1.0], [1.001]])  # one pattern, so no constant tells them apart
    model = CuttingPlaneClassifier(**SETTINGS, flip=0, noise=0).fit(
        np.vstack([X, rows]), [0, 0, 0, 1, 0, 1], X_pool=X
    )
    slope, constant = model.evidence_.as_dicts()
    assert (slope["slope"], slope["weight"]) == (1.0, 1.0)
    assert (constant["log_evidence"], constant["weight"]) == (None, 0.0)


def test_contradictions_under_every_hypothesis_are_said():
    model = CuttingPlaneClassifier(**SETTINGS, flip=0, noise=0)
    with pytest.raises(EmptyVersionSpaceError, match="contradict"):
        model.fit(np.vstack([X, X[:1]]), [0, 0, 1, 1, 1])


def test_slabs_that_contradict_leave_noise():
    model = CuttingPlaneRegressor(**SETTINGS).fit(np.vstack([X, X]), [0, 1, 2, 3, 1, 2, 3, 4])
    numbers = model.evidence_.as_dicts()
    assert {own["log_evidence"] for own in numbers if own["noise"] == 0} == {None}
    assert numbers[0]["noise"] > 0
