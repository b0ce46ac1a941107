"""What labels left of the networks, told by evidence: the learner's history and evidence_."""

import json

import numpy as np
import pytest

from cutplane import ActiveLearner
from cutplane.active.volume import Volume
from cutplane.estimators.evidence import Evidence
from cutplane.space.hypothesis import Hypothesis

ONE, OTHER = Hypothesis(), Hypothesis(flip=0.1)


@pytest.fixture
def gravity(classifier):
    """Function (**options) -> classifier by the center of gravity, of one hypothesis."""
    settings = {"activation": "gated_relu", "center": "gravity", "flip": 0.1, "noise": 0.1}
    return lambda **options: classifier(**({**settings, "fit_intercept": False} | options))


def volume(*log_z, n_labels=1, n_scores=1, hypotheses=(ONE, OTHER)):
    evidence = Evidence(hypotheses[: len(log_z)], np.array(log_z, dtype=float), n_labels, 1)
    return Volume(evidence, n_scores)


def test_the_heaviest_hypothesis_is_compared_with_itself():
    before, after = volume(-1.0, -4.0), volume(-9.0, -4.5, n_labels=2)
    assert after.since(before) == {"log_volume": -4.5, "ratio": pytest.approx(np.exp(-0.5))}


def test_before_the_first_cut_all_is_there():
    assert volume(-2.0).since(Volume(None, 0))["ratio"] == pytest.approx(np.exp(-2))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (volume(-1.0), volume(-9.0, -2.0, n_labels=2)),  # the heaviest was not compared
        (volume(-1.0), volume(-1.0)),  # no cut came
        (volume(-1.0), volume(-2.0, n_labels=2, n_scores=3)),  # a class came
        (volume(-np.inf), volume(-2.0, n_labels=2)),  # no law
        (Volume(None, 1), volume(-2.0, n_labels=2)),
    ],
)
def test_what_cannot_be_compared_has_no_ratio(before, after):
    found = after.since(before)
    assert found["ratio"] is None
    assert found["log_volume"] == max(after.evidence.log_z)


def test_without_a_law_there_is_neither():
    nothing = {"log_volume": None, "ratio": None}
    assert volume(-np.inf, n_labels=2).since(volume(-1.0)) == nothing
    assert Volume(None, 1).since(volume(-1.0)) == nothing


def test_several_classes_have_the_mean_of_their_ratios():
    after = volume(-9.0, n_labels=2, n_scores=3)
    found = after.since(volume(-3.0, n_scores=3))
    assert found == {"log_volume": -9.0, "ratio": pytest.approx(np.exp(-2))}


def test_history_holds_what_every_label_left(pool, learner, gravity):
    X, y = pool()
    active = learner(X, gravity())
    first, *_ = np.flatnonzero(y == 1)
    active.tell([first], [1])
    assert (active.history_[0]["log_volume"], active.history_[0]["ratio"]) == (None, None)
    for row in [int(np.flatnonzero(y == 0)[0]), *range(20, 25)]:
        active.tell([row], [y[row]])
    volumes = [entry["log_volume"] for entry in active.history_[1:]]
    ratios = [entry["ratio"] for entry in active.history_[1:]]
    np.testing.assert_allclose(np.cumsum(np.log(ratios)), volumes)
    assert all(0 < ratio < 1 for ratio in ratios)
    assert volumes[-1] == pytest.approx(active.estimator_.center_.law.log_z)
    assert active.evidence_ is active.estimator_.evidence_
    assert active.evidence_.n_labels == active.n_cuts_


def test_a_label_that_does_not_cut_leaves_all(pool, learner, gravity):
    X, y = pool()
    active = learner(X, gravity(), cut_agreeing=False)
    active.tell(np.arange(12), y[:12])
    agreeing = [row for row in range(12, 50) if active.estimator_.predict(X[[row]])[0] == y[row]]
    active.tell(agreeing[:1], y[agreeing[:1]])
    told, last = active.history_
    assert last["log_volume"] == told["log_volume"]
    assert last["ratio"] is None


@pytest.mark.parametrize("center", ["analytic", "chebyshev"])
def test_centers_without_a_law_say_so(pool, learner, classifier, center):
    X, y = pool()
    active = learner(X, classifier(center=center, activation="gated_relu"))
    active.tell(np.arange(10), y[:10])
    assert active.history_[0]["log_volume"] is active.history_[0]["ratio"] is None
    assert not hasattr(active, "evidence_")
    with pytest.raises(AttributeError, match=rf"10 labels with center='{center}'; use center="):
        _ = active.evidence_


def test_values_have_evidence_and_no_volume(pool, learner, regressor):
    X, _ = pool()
    active = learner(
        X, regressor(activation="gated_relu", center="gravity", noise=0.2), query="random"
    )
    assert not hasattr(active, "evidence_")
    active.tell(np.arange(8), X[:8, 0])
    assert active.history_[0]["log_volume"] is None
    assert np.isfinite(active.evidence_.log_z.max())


def test_a_saved_learner_goes_on_with_history_and_evidence(pool, learner, gravity, tmp_path):
    X, y = pool()
    active = learner(X, gravity(flip="auto"))
    active.tell(np.arange(10), y[:10])
    json.dumps(active.history_, allow_nan=False)
    active.save(tmp_path / "learner.npz")
    again = ActiveLearner.load(tmp_path / "learner.npz")
    assert again.history_ == active.history_
    assert again.evidence_.as_dicts() == active.evidence_.as_dicts()
    for own in (active, again):
        own.tell([20], [y[20]])
    assert again.history_[-1]["ratio"] == pytest.approx(active.history_[-1]["ratio"])
