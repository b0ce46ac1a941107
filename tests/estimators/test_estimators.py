"""The scikit-learn estimators: Algorithm 1, several classes, regression, and odd data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris, make_moons
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError

HIDDEN = [(), (15,), (6, 4), (4, 3, 2), (3, 2, 2, 2)]
ACTIVATIONS = ["relu", "gated_relu"]


@parametrize_with_checks(
    [
        kind(hidden=(8,), activation=activation, random_state=0)
        for kind in (CuttingPlaneClassifier, CuttingPlaneRegressor)
        for activation in ACTIVATIONS
    ]
    + [
        kind(hidden=(4,), activation=activation, final_solve="sparse", random_state=0)
        for kind in (CuttingPlaneClassifier, CuttingPlaneRegressor)
        for activation in ACTIVATIONS
    ]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def classifier(hidden=(15,), **options):
    return CuttingPlaneClassifier(hidden=hidden, **{"random_state": 0} | options)


def regressor(hidden=(15,), **options):
    return CuttingPlaneRegressor(hidden=hidden, **{"random_state": 0} | options)


def affine(n=20, d=2, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, d))
    return X, (X[:, 0] > 0.2).astype(int)


# Classification


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_realizable_label_is_learnt(hidden, activation):
    X, y = affine()
    clf = classifier(hidden, activation=activation, cost=np.inf).fit(X, y)
    assert clf.score(X, y) == 1.0
    assert clf.center_.status == "optimal"
    assert clf.version_space_.contains(clf.center_.weights)


def test_learns_what_no_linear_model_can():
    X, y = make_moons(120, noise=0.05, random_state=0)
    X_test, y_test = make_moons(200, noise=0.05, random_state=1)
    for activation in ACTIVATIONS:
        clf = classifier((60,), activation=activation, cost=np.inf).fit(X, y)
        assert clf.score(X_test, y_test) > 0.98
    assert classifier(()).fit(X, y).score(X_test, y_test) < 0.95


@pytest.mark.parametrize("hidden", HIDDEN[:4])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cost", [np.inf, 5.0])
def test_warm_partial_fit_is_one_fit(hidden, activation, cost):
    X, y = affine()
    options = {"activation": activation, "cost": cost, "tol": 1e-9}
    once = classifier(hidden, **options).fit(X, y)
    parts = classifier(hidden, **options)
    for rows in (slice(0, 10), slice(10, 11), slice(11, 20)):
        parts.partial_fit(X[rows], y[rows], X_pool=X)
    np.testing.assert_allclose(parts.center_.weights, once.center_.weights, atol=1e-7)
    np.testing.assert_allclose(parts.decision_function(X), once.decision_function(X), atol=1e-7)


def test_a_warm_update_takes_fewer_iterations():
    X, y = affine(60)
    clf = classifier((40,), tol=1e-6).fit(X[:59], y[:59], X_pool=X)
    cold = clf.n_iter_
    clf.partial_fit(X[59:], y[59:])
    assert clf.n_iter_ < cold


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_order_of_labels_does_not_matter(activation):
    X, y = affine()
    order = np.random.default_rng(5).permutation(len(X))
    here = classifier(activation=activation, tol=1e-9).fit(X, y, X_pool=X)
    there = classifier(activation=activation, tol=1e-9).fit(X[order], y[order], X_pool=X)
    np.testing.assert_allclose(here.decision_function(X), there.decision_function(X), atol=1e-7)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_swapping_the_two_classes_flips_the_score(activation):
    X, y = affine()
    here = classifier(activation=activation, tol=1e-9).fit(X, y)
    there = classifier(activation=activation, tol=1e-9).fit(X, 1 - y)
    np.testing.assert_allclose(here.decision_function(X), -there.decision_function(X), atol=1e-7)


def test_radius_scales_the_weights_only():
    X, y = affine()
    one = classifier(tol=1e-9).fit(X, y)
    five = classifier(tol=1e-9, radius=5.0).fit(X, y)
    np.testing.assert_allclose(five.center_.weights, 5 * one.center_.weights, atol=1e-8)


def test_contradictory_labels():
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
def test_a_default_run_never_dies_of_its_labels(hidden, activation, fit_intercept):
    """Random labels, twice the same rows, more labels than an arrangement can give."""
    rng = np.random.default_rng(7)
    X = np.repeat(rng.normal(size=(15, 2)), 2, axis=0)
    y = rng.integers(0, 2, 30)
    clf = classifier(hidden, activation=activation, fit_intercept=fit_intercept).fit(X, y)
    assert np.isfinite(clf.predict_proba(X)).all()


def test_one_row_with_both_labels_makes_a_model():
    X = np.array([[1.0, 2.0]] * 2)
    for hidden in HIDDEN[:3]:
        for activation in ACTIVATIONS:
            clf = classifier(hidden, activation=activation).fit(X, [0, 1])
            np.testing.assert_allclose(clf.predict_proba(X).sum(axis=1), 1.0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_rank_as_the_scores_do(activation, n_classes):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.digitize(X[:, 0], [-0.4, 0.4][: n_classes - 1])
    clf = classifier(activation=activation).fit(X, y)
    proba, scores = clf.predict_proba(X), clf.decision_function(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(clf.classes_[proba.argmax(axis=1)], clf.predict(X))
    if n_classes == 2:
        order = np.argsort(scores)
        assert (np.diff(proba[order, 1]) >= 0).all()
    assert 0 <= proba.min() <= proba.max() <= 1


def test_flipped_labels_cost_less_under_elastic_cuts():
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


# Depth of cuts


def center_slack(before, after):
    """Slack of the newest cut at the center before it, in the solver's scale."""
    theta = before.center_.weights / before.center_.scale
    return float(after.version_space_.slacks(theta)[0][-1])


@pytest.mark.parametrize("hidden", HIDDEN[:4])
def test_deep_loses_neutral_touches_and_shallow_keeps_the_center(hidden):
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


def test_depth_leaves_rows_that_the_model_has_right_alone():
    X, y = affine()
    first = classifier(cost=np.inf).fit(X[:15], y[:15], X_pool=X)
    right = [i for i in range(15, 20) if first.predict(X[[i]]) == y[i]]
    first.partial_fit(X[right], y[right], depth=1.0)
    np.testing.assert_array_equal(first.version_space_.depth, 0)


# Several classes


@pytest.mark.parametrize("hidden", [(), (15,), (6, 4)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_several_classes_are_lists_in_the_order_of_classes(hidden, activation):
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


def test_one_against_rest_is_the_binary_problem():
    X = np.random.default_rng(0).normal(size=(40, 2))
    y = np.digitize(X[:, 0], [-0.4, 0.4])
    several = classifier(tol=1e-9).fit(X, y)
    for label in range(3):
        binary = classifier(tol=1e-9).fit(X, y == label)
        np.testing.assert_allclose(
            several.decision_function(X)[:, label], binary.decision_function(X), atol=1e-7
        )


def test_threads_change_nothing():
    X, y = load_iris(return_X_y=True)
    one = classifier().fit(X, y).decision_function(X)
    two = classifier(n_jobs=2).fit(X, y).decision_function(X)
    np.testing.assert_allclose(two, one, rtol=1e-9)


def test_iris_is_learnt():
    X, y = load_iris(return_X_y=True)
    for activation in ACTIVATIONS:
        model = make_pipeline(StandardScaler(), classifier((40,), activation=activation))
        assert cross_val_score(model, X, y, cv=3).mean() > 0.93


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("start", [(0, 1), (0, 2), (1, 2)])
def test_a_class_that_appears_later_is_learnt(activation, start):
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


def test_classes_announced_at_partial_fit_are_checked():
    X, y = affine()
    with pytest.raises(InvalidInputError, match=r"y holds \[1\], which classes=\[0, 2\] lacks"):
        classifier().partial_fit(X, y, classes=[0, 2])
    assert classifier().partial_fit(X, y, classes=[0, 1, 2]).classes_.tolist() == [0, 1]


def test_fit_forgets_what_partial_fit_learnt():
    X, y = affine()
    clf = classifier().fit(X, y)
    expected = clf.decision_function(X)
    clf.partial_fit(-X, y)
    np.testing.assert_array_equal(clf.fit(X, y).decision_function(X), expected)


def test_a_failed_update_leaves_the_model_as_it_was():
    X, y = affine()
    clf = classifier(cost=np.inf).fit(X, y)
    expected = clf.decision_function(X)
    with pytest.raises(EmptyVersionSpaceError):
        clf.partial_fit(X[:1], 1 - y[:1])
    np.testing.assert_array_equal(clf.decision_function(X), expected)
    clf.partial_fit(X[:1], y[:1])
    assert clf.version_space_.n_rows == 21


# Kinds of input: each gives the model of the plain float array


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_rows_are_dense_rows(activation, fit_intercept):
    X, _ = affine(40, 5)
    X[np.abs(X) < 0.5] = 0
    y = (X[:, 0] > 0.1).astype(int)
    options = {"activation": activation, "fit_intercept": fit_intercept, "tol": 1e-9}
    for make in (classifier, regressor):
        dense = make(**options).fit(X, y)
        for convert in (sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array):
            other = make(**options).fit(convert(X), y)
            np.testing.assert_allclose(other.scores(convert(X)), dense.scores(X), atol=1e-6)
            other.partial_fit(convert(X[:3]), y[:3])


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64, np.uint8, bool])
def test_other_number_types_are_the_same_numbers(dtype):
    X = np.random.default_rng(0).integers(0, 2, size=(30, 4))
    y = X[:, 0] ^ X[:, 1]
    for make in (classifier, regressor):
        plain = make().fit(X.astype(float), y)
        other = make().fit(X.astype(dtype), y)
        np.testing.assert_array_equal(other.predict(X.astype(dtype)), plain.predict(X))


def test_data_frames_keep_their_names():
    X, y = affine()
    frame = pd.DataFrame(X, columns=["left", "right"])
    labels = pd.Series(np.where(y == 1, "yes", "no"), name="answer")
    clf = classifier().fit(frame, labels)
    assert clf.feature_names_in_.tolist() == ["left", "right"]
    plain = classifier().fit(X, labels.to_numpy())
    np.testing.assert_array_equal(clf.predict(frame), plain.predict(X))
    with pytest.raises(ValueError, match="feature names"):
        clf.predict(frame[["right", "left"]])
    clf.partial_fit(frame.iloc[:2], labels.iloc[:2])


@pytest.mark.parametrize("names", [("no", "yes"), (False, True), (-1, 1), (0.0, 1.0), (3, 7)])
@pytest.mark.parametrize("as_list", [False, True])
def test_labels_of_any_kind_come_back(names, as_list):
    X, y = affine()
    labels = np.array(names)[y]
    clf = classifier(cost=np.inf).fit(X, labels.tolist() if as_list else labels)
    assert clf.classes_.tolist() == list(names)
    assert clf.predict(X).dtype.kind == labels.dtype.kind
    np.testing.assert_array_equal(clf.predict(X), labels)
    clf.partial_fit(X[:2], labels[:2])
    np.testing.assert_array_equal(clf.predict(X), labels)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("make", [classifier, regressor])
def test_missing_and_infinite_cells_are_named(make, bad):
    X, y = affine()
    model = make().fit(X, y)
    X[3, 1] = bad
    for call in (make().fit, model.partial_fit):
        with pytest.raises(ValueError, match=r"NaN|infinity"):
            call(X, y)
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        model.predict(X)
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        make().fit(*affine(), X_pool=X)
    if make is regressor:
        targets = np.arange(20.0)
        targets[4] = bad
        with pytest.raises(ValueError, match=r"NaN|infinity"):
            make().fit(affine()[0], targets)


def test_one_class_is_named():
    X, _ = affine()
    with pytest.raises(ValueError, match="one class"):
        classifier().fit(X, np.ones(20))


def test_rows_of_zeros_without_an_intercept():
    X, y = affine()
    X[4] = 0
    for activation in ACTIVATIONS:
        clf = classifier(activation=activation, fit_intercept=False).fit(X, y)
        assert clf.version_space_.n_rows == 19
        assert clf.decision_function(np.zeros((1, 2)))[0] == 0
        regressor(activation=activation, fit_intercept=False).fit(X, X[:, 0])


@pytest.mark.parametrize("make", [classifier, regressor])
def test_nothing_but_zeros_without_an_intercept_is_named(make):
    model = make(fit_intercept=False)
    with pytest.raises(InvalidInputError, match="zero"):
        model.fit(np.zeros((4, 2)), [0, 1, 0, 1])


@pytest.mark.parametrize("make", [classifier, regressor])
def test_an_update_of_zeros_only_is_named_and_changes_nothing(make):
    X, y = affine()
    model = make(fit_intercept=False).fit(X, y)
    expected = model.predict(X)
    with pytest.raises(InvalidInputError, match="zero"):
        model.partial_fit(np.zeros((2, 2)), [0, 1])
    np.testing.assert_array_equal(model.predict(X), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "tanh"}, "relu, gated_relu"),
        ({"center": "middle"}, "choose one of"),
        ({"cost": 0}, "cost=0"),
        ({"cost": np.nan}, "cost=nan"),
        ({"cost": "high"}, "cost='high'"),
        ({"radius": -1.0}, "radius"),
        ({"tol": 0.0}, "tol"),
        ({"hidden": (0,)}, "positive whole number"),
        ({"hidden": (4, 2.5)}, "positive whole number"),
        ({"hidden": "many"}, "hidden"),
        ({"hidden": None}, "hidden"),
    ],
)
@pytest.mark.parametrize("make", [classifier, regressor])
def test_parameters_that_make_no_sense_are_named(make, options, message):
    with pytest.raises(InvalidInputError, match=message):
        make().set_params(**options).fit(*affine())


def test_a_number_is_one_hidden_layer():
    X, y = affine()
    assert len(classifier(7).fit(X, y).arrangement_.gates) == 1


def test_too_many_leaves_are_counted_before_memory_is_gone():
    X, y = affine(60)
    with pytest.raises(InvalidInputError, match="leaves") as error:
        classifier((2000, 2000)).fit(X, y)
    assert not isinstance(error.value, EmptyVersionSpaceError)


# Seeds


@pytest.mark.parametrize("make", [classifier, regressor])
def test_a_seed_decides_everything_and_nothing_else_is_drawn(make):
    X, y = affine()
    np.random.seed(12345)  # noqa: NPY002
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first = make(random_state=3).fit(X, y).scores(X)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    np.testing.assert_array_equal(make(random_state=3).fit(X, y).scores(X), first)
    assert not np.allclose(make(random_state=4).fit(X, y).scores(X), first)


@pytest.mark.parametrize("make", [classifier, regressor])
def test_data_and_parameters_are_left_alone(make):
    X, y = affine()
    kept_X, kept_y = X.copy(), y.copy()
    model = make()
    before = model.get_params()
    model.fit(X, y).partial_fit(X, y)
    np.testing.assert_array_equal(X, kept_X)
    np.testing.assert_array_equal(y, kept_y)
    assert clone(model).get_params() == before


# Regression


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_hard_slabs_leave_every_target_inside_epsilon(hidden, activation):
    X, _ = affine()
    y = 3 * X[:, 0] - 2 * X[:, 1] + 40
    model = regressor(hidden, activation=activation, cost=np.inf, epsilon=0.05).fit(X, y)
    error = np.abs(model.predict(X) - y)
    assert error.max() < 0.05 * y.std()
    assert model.version_space_.contains(model.center_.weights)
    assert np.linalg.norm(model.center_.weights) < model.radius


def test_an_empty_slab_is_named():
    X, _ = affine()
    y = X[:, 0].copy()
    X[1] = X[0]
    y[0], y[1] = 0.0, 5.0
    with pytest.raises(EmptyVersionSpaceError):
        regressor(cost=np.inf).fit(X, y)
    assert np.isfinite(regressor().fit(X, y).predict(X)).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_parabola_is_learnt(activation):
    x = np.linspace(-1, 1, 100)[:, None]
    model = regressor((100,), activation=activation).fit(x[::8], x[::8, 0] ** 2, X_pool=x)
    assert np.sqrt(np.mean((model.predict(x) - x[:, 0] ** 2) ** 2)) < 0.05


def test_noise_is_smoothed_by_elastic_slabs():
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(-1, 1, 80))[:, None]
    clean = np.sin(3 * x[:, 0])
    noisy = clean + 0.3 * rng.standard_normal(80)
    soft = regressor((50,), cost=100.0).fit(x, noisy)
    strict = regressor((50,), cost=1e5).fit(x, noisy)
    error = [np.sqrt(np.mean((m.predict(x) - clean) ** 2)) for m in (soft, strict)]
    assert error[0] < error[1]
    assert error[0] < 0.15


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("factor", "shift"), [(1e6, 0.0), (1e-6, 3.0), (2.0, -1e4)])
def test_targets_have_no_unit(activation, factor, shift):
    X, _ = affine()
    y = np.sin(X[:, 0])
    plain = regressor(activation=activation, tol=1e-8).fit(X, y).predict(X)
    other = regressor(activation=activation, tol=1e-8).fit(X, factor * y + shift).predict(X)
    np.testing.assert_allclose((other - shift) / factor, plain, atol=1e-4)


@pytest.mark.parametrize("hidden", HIDDEN[:4])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_warm_regression_is_one_fit(hidden, activation):
    X, _ = affine()
    y = X[:, 0] ** 2
    options = {"activation": activation, "tol": 1e-9, "epsilon": 0.05}
    once = regressor(hidden, **options).fit(X, y)
    parts = regressor(hidden, **options)
    for rows in (slice(0, 1), slice(1, 10), slice(10, 20)):
        parts.partial_fit(X[rows], y[rows], X_pool=X)
    np.testing.assert_allclose(parts.predict(X), once.predict(X), atol=1e-5)


def test_constant_and_single_targets():
    X, _ = affine()
    np.testing.assert_allclose(regressor().fit(X, np.full(20, 7.0)).predict(X), 7.0, atol=0.1)
    np.testing.assert_allclose(regressor().fit(X, np.zeros(20)).predict(X), 0.0, atol=0.1)
    assert regressor().fit(X[:1], [5.0]).predict(X[:1])[0] == pytest.approx(5.0, abs=0.05)


def test_one_target_is_one_column():
    X, _ = affine()
    with pytest.raises(ValueError, match="1d array"):
        regressor().fit(X, np.ones((20, 2)))


# Odd data


@st.composite
def odd_rows(draw):
    """Small tables with repeated rows and constant columns."""
    n, d = draw(st.integers(2, 12)), draw(st.integers(1, 4))
    cells = draw(st.lists(st.integers(-2, 2), min_size=n * d, max_size=n * d))
    X = np.array(cells, dtype=float).reshape(n, d)
    if draw(st.booleans()):
        X[:, 0] = X[0, 0]
    if draw(st.booleans()):
        X[n // 2] = X[0]
    return X


options = st.fixed_dictionaries(
    {
        "hidden": st.sampled_from([(), (1,), (9,), (3, 2), (2, 2, 2)]),
        "activation": st.sampled_from(ACTIVATIONS),
        "fit_intercept": st.booleans(),
    }
)


units = st.sampled_from([1.0, 1e-150, 1e-8, 1e8, 1e150])


@settings(max_examples=120)
@given(odd_rows(), units, options, st.integers(2, 4), st.integers(0, 10**6))
def test_odd_tables_are_classified(X, unit, options, n_classes, seed):
    """Whatever the cells and labels: a model with finite scores, or a sentence."""
    if not options["fit_intercept"]:
        X = unit * X
    y = np.random.default_rng(seed).integers(0, n_classes, len(X))
    clf = CuttingPlaneClassifier(random_state=seed, **options)
    cuts = X.any(axis=1) if not options["fit_intercept"] else np.ones(len(X), dtype=bool)
    if np.unique(y[cuts]).size < 2:
        with pytest.raises(InvalidInputError):
            clf.fit(X, y)
        return
    clf.fit(X, y)
    assert np.isfinite(clf.decision_function(X)).all()
    assert np.isfinite(clf.predict_proba(X)).all()
    assert np.isin(clf.predict(X), y).all()
    assert np.isfinite(clf.spread(X)).all()
    other = CuttingPlaneClassifier(random_state=seed, **options).fit(X, y)
    np.testing.assert_array_equal(other.decision_function(X), clf.decision_function(X))
    if cuts[:2].any():
        clf.partial_fit(X[:2], y[:2])
        assert np.isfinite(clf.decision_function(X)).all()


@settings(max_examples=100)
@given(odd_rows(), options, st.sampled_from([1e-100, 1.0, 1e100]), st.integers(0, 10**6))
def test_odd_tables_are_regressed(X, options, unit, seed):
    y = unit * np.random.default_rng(seed).normal(size=len(X))
    model = CuttingPlaneRegressor(random_state=seed, **options)
    if not (X.any() or options["fit_intercept"]):
        with pytest.raises(InvalidInputError):
            model.fit(X, y)
        return
    model.fit(X, y)
    assert np.isfinite(model.predict(X)).all()
    assert np.isfinite(model.spread(X)).all()
    if X[0].any() or options["fit_intercept"]:
        model.partial_fit(X[:1], y[:1])
        assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_regressor_refuses_rows_of_a_wild_unit(unit, activation, fit_intercept):
    """The radius has a unit, so the rows need one."""
    X, _ = affine()
    model = regressor(activation=activation, fit_intercept=fit_intercept)
    with pytest.raises(InvalidInputError, match="StandardScaler"):
        model.fit(unit * X, np.abs(X[:, 0]))


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
def test_a_network_with_an_intercept_refuses_rows_of_a_wild_unit(unit):
    X, y = affine()
    with pytest.raises(InvalidInputError, match="StandardScaler"):
        classifier(activation="relu").fit(unit * X, y)


@pytest.mark.parametrize("offset", [1e5, 1e8])
def test_a_network_refuses_rows_far_from_the_origin(offset):
    X, y = affine()
    with pytest.raises(InvalidInputError, match=r"column 1.*StandardScaler"):
        classifier(activation="relu").fit(X + np.array([0, offset]), y)


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_without_an_intercept_the_unit_does_not_matter(unit, activation):
    X, y = affine()
    options = {"activation": activation, "fit_intercept": False}
    clf, plain = (classifier(**options).fit(factor * X, y) for factor in (unit, 1.0))
    np.testing.assert_array_equal(clf.predict(unit * X), plain.predict(X))


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
def test_a_gated_network_predicts_whatever_the_unit(unit):
    X, y = affine()
    clf = classifier(activation="gated_relu").fit(unit * X, y)
    assert np.isfinite(clf.predict_proba(unit * X)).all()


@pytest.mark.parametrize("center", ["gravity", "chebyshev"])
def test_other_centers_train_and_keep_the_spread_of_the_barrier(center):
    X, y = affine()
    options = {"hidden": (), "cost": float("inf"), "random_state": 0}
    other = CuttingPlaneClassifier(center=center, **options).fit(X, y)
    analytic = CuttingPlaneClassifier(**options).fit(X, y)
    assert other.score(X, y) == 1.0
    assert other.version_space_.contains(other.center_.weights, tol=1e-6)
    assert not np.allclose(other.center_.weights, analytic.center_.weights, rtol=1e-3)
    np.testing.assert_allclose(other.spread(X), analytic.spread(X), rtol=1e-2)
