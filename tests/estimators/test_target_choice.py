"""The evidence of transforms, and what a regressor makes of it."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from cutplane import CuttingPlaneRegressor
from cutplane.active.labels import disagrees
from cutplane.errors import InvalidInputError
from cutplane.estimators import target_choice
from cutplane.space.target import Target


def rows(n=60, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 3))


def straight(X, noise=0.05, seed=1):
    return X[:, 0] + 0.5 * np.abs(X[:, 1]) + noise * np.random.default_rng(seed).normal(size=len(X))


def fitted(y, X=None, **options):
    X = rows() if X is None else X
    return CuttingPlaneRegressor(hidden=(40,), random_state=0, **options).fit(X, y)


@pytest.mark.parametrize("seed", range(3))
def test_the_evidence_tells_a_skewed_target_from_one_that_is_not(seed):
    y = straight(rows(), seed=seed)
    assert fitted(y).target_transform_.kind is None
    assert fitted(np.exp(1.5 * y)).target_transform_.kind == "log"
    left = fitted(-np.exp(y)).target_transform_
    assert left.kind == "yeo-johnson"
    assert left.power > 1


def test_the_evidence_is_the_density_of_the_labels(monkeypatch):
    X, y = rows(12), np.exp(straight(rows(12)))
    monkeypatch.setattr(target_choice, "_NOISES", (0.3,))
    monkeypatch.setattr(target_choice, "_AMPLITUDES", (2.0,))
    space = fitted(y, X).version_space_
    own = Target.of("log", y)
    found = target_choice._log_evidence(own, space, y, [target_choice._spectrum(space)])
    gram = space.gate_kernel(space.patterns, space.rows) * space.lengths
    gram *= 4 / np.diag(gram).mean()
    learnt = np.log(y)
    standard = (learnt - learnt.mean()) / learnt.std()
    density = multivariate_normal(cov=gram + 0.09 * np.eye(12)).logpdf(standard)
    jacobian = -learnt.sum() - 12 * np.log(learnt.std())
    assert found + 12 * -0.5 * np.log(2 * np.pi) == pytest.approx(density + jacobian)


def test_a_label_that_counts_twice_is_two_labels():
    X = rows(20)
    y = np.exp(straight(X))
    weight = np.r_[np.full(5, 2.0), np.ones(15)]
    one = CuttingPlaneRegressor(hidden=(20,), random_state=0, target_transform="yeo-johnson")
    one = one.fit(X, y, weight)
    two = fitted(np.r_[y[:5], y], np.vstack([X[:5], X]), target_transform="yeo-johnson")
    assert one.target_transform_.center == pytest.approx(two.target_transform_.center)
    assert one.y_mean_ == pytest.approx(two.y_mean_)


def test_predictions_do_not_depend_on_the_unit():
    X, y = rows(), np.exp(straight(rows()))
    one, other = fitted(y, X), fitted(1000 * y, X)
    np.testing.assert_allclose(1000 * one.predict(X), other.predict(X), rtol=1e-6)


def test_a_logarithm_predicts_in_the_units_of_the_target():
    X, y = rows(), np.exp(straight(rows()))
    model = fitted(y, X, target_transform="log")
    learnt = fitted(np.log(y), X, target_transform=None)
    expected = np.exp(learnt.predict(X))
    seen = (expected > y.min()) & (expected < y.max())
    assert seen.sum() > 50
    np.testing.assert_allclose(model.predict(X)[seen], expected[seen], rtol=1e-6)


def test_the_transform_stays_until_hypotheses_are_tried_again():
    X, y = rows(), np.exp(1.5 * straight(rows()))
    model = fitted(y[:40], X[:40]).partial_fit(X[40:41], y[40:41])
    assert model.evidence_.n_searched == 40
    assert model.target_transform_ == Target.of("log", y[:41])


def test_centers_without_evidence_learn_the_target_itself():
    y = np.exp(straight(rows()))
    assert fitted(y, center="analytic").target_transform_.kind is None
    assert fitted(y, center="analytic", target_transform="log").target_transform_.kind == "log"


def test_labels_within_epsilon_do_not_disagree():
    X, y = rows(), np.exp(straight(rows()))
    model = fitted(y, X, target_transform="log", epsilon=0.1)
    scores = model.scores(X)
    for share, wrong in ((0.9, False), (-0.9, False), (1.1, True), (-1.1, True)):
        told = np.exp(model.y_mean_ + model.y_scale_ * (scores + share * model.epsilon))
        inside = (told > y.min()) & (told < y.max())
        assert np.all(disagrees(model, X, told)[inside] == wrong)


def test_an_unknown_transform_is_refused():
    with pytest.raises(InvalidInputError, match="choose one of auto, None, log, yeo-johnson"):
        fitted(straight(rows()), target_transform="square")


def test_a_third_of_the_units_is_always_on():
    model = fitted(straight(rows()))
    always = np.all(np.array(model.arrangement_.patterns(rows(500, seed=3))[0]) == 1, axis=0)
    assert always.sum() == 1 + 40 // 3
