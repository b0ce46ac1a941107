"""The classifier: Algorithm 1, depth of cuts, several classes."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_moons
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cutplane import CuttingPlaneClassifier
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError

HIDDEN = [(), (15,), (6, 4), (4, 3, 2), (3, 2, 2, 2)]
ACTIVATIONS = ["relu", "gated_relu"]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_realizable_label_is_learnt(classifier, affine, hidden, activation):
    X, y = affine()
    clf = classifier(hidden, activation=activation, cost=np.inf).fit(X, y)
    assert clf.score(X, y) == 1.0
    assert clf.center_.status == "optimal"
    assert clf.version_space_.contains(clf.center_.weights)


def test_learns_what_no_linear_model_can(classifier):
    X, y = make_moons(120, noise=0.05, random_state=0)
    X_test, y_test = make_moons(200, noise=0.05, random_state=1)
    for activation in ACTIVATIONS:
        clf = classifier((60,), activation=activation, cost=np.inf).fit(X, y)
        assert clf.score(X_test, y_test) > 0.98
    assert classifier(()).fit(X, y).score(X_test, y_test) < 0.95


@pytest.mark.parametrize("hidden", HIDDEN[:4])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cost", [np.inf, 5.0])
def test_warm_partial_fit_is_one_fit(classifier, affine, hidden, activation, cost):
    X, y = affine()
    options = {"activation": activation, "cost": cost, "tol": 1e-9}
    once = classifier(hidden, **options).fit(X, y)
    parts = classifier(hidden, **options)
    for rows in (slice(0, 10), slice(10, 11), slice(11, 20)):
        parts.partial_fit(X[rows], y[rows], X_pool=X)
    np.testing.assert_allclose(parts.center_.weights, once.center_.weights, atol=1e-7)
    np.testing.assert_allclose(parts.decision_function(X), once.decision_function(X), atol=1e-7)


def test_a_warm_update_takes_fewer_iterations(classifier, affine):
    X, y = affine(60)
    clf = classifier((40,), tol=1e-6).fit(X[:59], y[:59], X_pool=X)
    cold = clf.n_iter_
    clf.partial_fit(X[59:], y[59:])
    assert clf.n_iter_ < cold


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_order_of_labels_does_not_matter(classifier, affine, activation):
    X, y = affine()
    order = np.random.default_rng(5).permutation(len(X))
    here = classifier(activation=activation, tol=1e-9).fit(X, y, X_pool=X)
    there = classifier(activation=activation, tol=1e-9).fit(X[order], y[order], X_pool=X)
    np.testing.assert_allclose(here.decision_function(X), there.decision_function(X), atol=1e-7)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_swapping_the_two_classes_flips_the_score(classifier, affine, activation):
    X, y = affine()
    here = classifier(activation=activation, tol=1e-9).fit(X, y)
    there = classifier(activation=activation, tol=1e-9).fit(X, 1 - y)
    np.testing.assert_allclose(here.decision_function(X), -there.decision_function(X), atol=1e-7)


def test_radius_scales_the_weights_only(classifier, affine):
    X, y = affine()
    one = classifier(tol=1e-9).fit(X, y)
    five = classifier(tol=1e-9, radius=5.0).fit(X, y)
    np.testing.assert_allclose(five.center_.weights, 5 * one.center_.weights, atol=1e-8)


def test_contradictory_labels(classifier, affine):
    X, y = affine()
    X[7], y[7] = X[2], 1 - y[2]
    with pytest.raises(EmptyVersionSpaceError, match="contradict") as error:
        classifier(cost=np.inf).fit(X, y)
    assert error.value.rows == (2, 7)
    kept = np.delete(np.arange(20), [2, 7])
    for activation in ACTIVATIONS:
        clf = classifier(activation=activation).fit(X, y)
        assert clf.score(X[kept], y[kept]) > 0.9


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_default_run_never_dies_of_its_labels(classifier, hidden, activation, fit_intercept):
    """Random labels, twice the same rows, more labels than an arrangement can give."""
    rng = np.random.default_rng(7)
    X = np.repeat(rng.normal(size=(15, 2)), 2, axis=0)
    y = rng.integers(0, 2, 30)
    clf = classifier(hidden, activation=activation, fit_intercept=fit_intercept).fit(X, y)
    assert np.isfinite(clf.predict_proba(X)).all()


def test_one_row_with_both_labels_makes_a_model(classifier):
    X = np.array([[1.0, 2.0]] * 2)
    for hidden in HIDDEN[:3]:
        for activation in ACTIVATIONS:
            clf = classifier(hidden, activation=activation).fit(X, [0, 1])
            np.testing.assert_allclose(clf.predict_proba(X).sum(axis=1), 1.0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_rank_as_the_scores_do(classifier, activation, n_classes):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.digitize(X[:, 0], [-0.4, 0.4][: n_classes - 1])
    clf = classifier(activation=activation).fit(X, y)
    proba, scores = clf.predict_proba(X), clf.decision_function(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(clf.classes_[proba.argmax(axis=1)], clf.predict(X))
    if n_classes == 2:
        order = np.argsort(scores)
        assert (np.diff(clf.predict_proba(X, method="link")[order, 1]) >= 0).all()
    assert 0 <= proba.min() <= proba.max() <= 1


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_row_without_a_score_is_of_each_class_alike(classifier, affine, n_classes):
    X, _ = affine()
    y = np.digitize(X[:, 0], [-0.4, 0.4][: n_classes - 1])
    for hidden in ((), (15,)):
        clf = classifier(hidden, fit_intercept=False).fit(X, y)
        np.testing.assert_allclose(clf.predict_proba(np.zeros((1, 2))), 1 / n_classes)


def test_a_row_far_from_all_labels_is_nearer_to_one_half(classifier):
    """Of rows with like scores; so the law does not rank as the scores do."""
    X = np.random.default_rng(0).normal(size=(60, 2))
    clf = classifier().fit(X, X[:, 0] > 0)
    rows = 5 * np.random.default_rng(1).normal(size=(500, 2))
    standard = np.abs(clf.decision_function(rows)) / clf.spread(rows)
    proba = np.abs(clf.predict_proba(rows)[:, 1] - 0.5)
    rank = [np.argsort(np.argsort(own)) for own in (standard, proba, clf.spread(rows))]
    assert np.corrcoef(rank[0], rank[1])[0, 1] > 0.9
    assert np.corrcoef(rank[2], rank[1])[0, 1] < 0.5


def test_flipped_labels_cost_less_under_elastic_cuts(classifier):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(150, 2))
    truth = X[:, 0] + X[:, 1] > 0
    noisy = truth ^ (rng.random(150) < 0.15)
    soft = classifier((30,), cost=0.3).fit(X, noisy)
    strict = classifier((30,), cost=1e4).fit(X, noisy)
    X_test = rng.normal(size=(1000, 2))
    y_test = X_test[:, 0] + X_test[:, 1] > 0
    assert soft.score(X_test, y_test) > strict.score(X_test, y_test)
    assert soft.score(X_test, y_test) > 0.85


def center_slack(before, after):
    """Slack of the newest cut at the center before it, in the solver's scale."""
    theta = before.center_.weights / before.center_.scale
    return float(after.version_space_.slacks(theta)[0][-1])


@pytest.mark.parametrize("hidden", HIDDEN[:4])
def test_deep_loses_neutral_touches_and_shallow_keeps_the_center(classifier, affine, hidden):
    X, _ = affine(80, seed=2)
    y = (X[:, 0] + 0.5 * X[:, 1] > 0.4).astype(int)
    first = classifier(hidden, cost=np.inf, tol=1e-9).fit(X[:8], y[:8], X_pool=X)
    theta = first.center_.weights
    gated = [
        first.version_space_.with_labels(X[[i]], [2.0 * y[i] - 1]).slacks(theta)[0][-1]
        for i in range(80)
    ]
    row = int(np.argmin(gated))  # the center gives it the wrong sign
    assert first.predict(X[[row]]) != y[row]
    slack = {}
    for depth in (0.0, 0.5, 1.0, 2.0):
        after = classifier(hidden, cost=np.inf, tol=1e-9).fit(X[:8], y[:8], X_pool=X)
        after.partial_fit(X[[row]], y[[row]], depth=depth)
        slack[depth] = center_slack(first, after)
    assert slack[0.0] < slack[0.5] < slack[1.0] < slack[2.0]
    assert slack[1.0] == pytest.approx(0, abs=1e-9)
    assert slack[2.0] == pytest.approx(-slack[0.0])


def test_depth_leaves_rows_that_the_model_has_right_alone(classifier, affine):
    X, y = affine()
    first = classifier(cost=np.inf).fit(X[:15], y[:15], X_pool=X)
    right = [i for i in range(15, 20) if first.predict(X[[i]]) == y[i]]
    first.partial_fit(X[right], y[right], depth=1.0)
    np.testing.assert_array_equal(first.version_space_.depth, 0)


@pytest.mark.parametrize("hidden", [(), (15,), (6, 4)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_several_classes_are_lists_in_the_order_of_classes(classifier, hidden, activation):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.array(["low", "mid", "top"])[np.digitize(X[:, 0], [-0.4, 0.4])]
    clf = classifier(hidden, activation=activation).fit(X, y)
    assert clf.classes_.tolist() == ["low", "mid", "top"]
    scores = clf.decision_function(X)
    assert len(clf.center_) == len(clf.network_) == len(clf.version_space_) == 3
    for column, network in enumerate(clf.network_):
        np.testing.assert_allclose(scores[:, column], network(X), atol=1e-9)
    np.testing.assert_array_equal(clf.predict(X), clf.classes_[scores.argmax(axis=1)])
    for name, space in zip(clf.classes_, clf.version_space_, strict=True):
        np.testing.assert_array_equal(space.y, np.where(y == name, 1, -1))
    if hidden:
        assert clf.score(X, y) > 0.9


@pytest.mark.parametrize(
    "options",
    [{"center": "analytic"}, {"flip": 0, "noise": 0, "fit_intercept": False}],
    ids=["analytic", "hard"],
)
def test_one_against_rest_is_the_binary_problem(classifier, options):
    """Hard cuts are neutral, however many classes there are.

    Of several hypotheses each problem on its own would have weights of its own.
    """
    X = np.random.default_rng(0).normal(size=(40, 2))
    y = np.digitize(X[:, 0], [-0.4, 0.4])
    several = classifier(tol=1e-9, **options).fit(X, y)
    for label in range(3):
        binary = classifier(tol=1e-9, **options).fit(X, y == label)
        np.testing.assert_allclose(
            several.decision_function(X)[:, label], binary.decision_function(X), atol=1e-7
        )


def test_threads_change_nothing(classifier):
    X, y = load_iris(return_X_y=True)
    one = classifier().fit(X, y).decision_function(X)
    two = classifier(n_jobs=2).fit(X, y).decision_function(X)
    np.testing.assert_allclose(two, one, rtol=1e-9)


def test_iris_is_learnt(classifier):
    X, y = load_iris(return_X_y=True)
    for activation in ACTIVATIONS:
        model = make_pipeline(StandardScaler(), classifier((40,), activation=activation))
        assert cross_val_score(model, X, y, cv=3).mean() > 0.93


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("start", [(0, 1), (0, 2), (1, 2)])
def test_a_class_that_appears_later_is_learnt(classifier, activation, start):
    """Wherever it sorts among the classes, the result is one fit."""
    X = np.random.default_rng(1).normal(size=(45, 2))
    y = np.digitize(X[:, 0], [-0.4, 0.4])
    early, late = np.isin(y, start), ~np.isin(y, start)
    clf = classifier(activation=activation, tol=1e-9)
    clf.partial_fit(X[early], y[early], X_pool=X)
    assert clf.decision_function(X).ndim == 1
    clf.partial_fit(X[late], y[late])
    assert clf.classes_.tolist() == [0, 1, 2]
    order = np.concatenate([np.flatnonzero(early), np.flatnonzero(late)])
    once = classifier(activation=activation, tol=1e-9).fit(X[order], y[order], X_pool=X)
    np.testing.assert_allclose(clf.decision_function(X), once.decision_function(X), atol=1e-7)


def test_classes_announced_at_partial_fit_are_checked(classifier, affine):
    X, y = affine()
    with pytest.raises(InvalidInputError, match=r"y holds \[1\], which classes=\[0, 2\] lacks"):
        classifier().partial_fit(X, y, classes=[0, 2])
    model = classifier().partial_fit(X, y, classes=[0, 1, 2])
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.labelled_classes_.tolist() == [0, 1]


def test_fit_forgets_what_partial_fit_learnt(classifier, affine):
    X, y = affine()
    clf = classifier().fit(X, y)
    expected = clf.decision_function(X)
    clf.partial_fit(-X, y)
    np.testing.assert_array_equal(clf.fit(X, y).decision_function(X), expected)


def test_a_failed_update_leaves_the_model_as_it_was(classifier, affine):
    X, y = affine()
    clf = classifier(cost=np.inf).fit(X, y)
    expected = clf.decision_function(X)
    with pytest.raises(EmptyVersionSpaceError):
        clf.partial_fit(X[:1], 1 - y[:1])
    np.testing.assert_array_equal(clf.decision_function(X), expected)
    clf.partial_fit(X[:1], y[:1])
    assert clf.version_space_.n_rows == 21


@pytest.mark.parametrize("center", ["gravity_sampled", "chebyshev"])
def test_other_centers_train_and_keep_the_spread_of_the_barrier(affine, center):
    X, y = affine()
    options = {"hidden": (), "cost": float("inf"), "random_state": 0}
    other = CuttingPlaneClassifier(center=center, **options).fit(X, y)
    analytic = CuttingPlaneClassifier(center="analytic", **options).fit(X, y)
    assert other.score(X, y) == 1.0
    assert other.version_space_.contains(other.center_.weights, tol=1e-6)
    assert not np.allclose(other.center_.weights, analytic.center_.weights, rtol=1e-3)
    np.testing.assert_allclose(other.spread(X), analytic.spread(X), rtol=1e-2)
