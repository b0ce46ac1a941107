"""What comes with labels: weights, annotators, weights of classes."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from cutplane.errors import InvalidInputError
from cutplane.estimators.told import (
    Told,
    checked_annotators,
    checked_weight,
    class_weights,
    mean_and_spread,
)


def test_labels_count_once_unless_told():
    np.testing.assert_array_equal(checked_weight(None, 3), 1)
    np.testing.assert_array_equal(checked_weight(2, 3), 2)
    np.testing.assert_array_equal(checked_weight([0, 1, 0.5], 3), [0, 1, 0.5])
    assert checked_weight([1, 2], 2).dtype == float


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0, 2.0], r"shape \(2,\) .* expected 3 finite numbers"),
        (np.ones((3, 1)), r"shape \(3, 1\)"),
        ([1.0, -0.5, 1.0], r"from -0.5 to 1 arrived"),
        ([1.0, np.inf, 1.0], "to inf arrived"),
        ([1.0, np.nan, 1.0], "nan"),
        (-1.0, "from -1"),
        ([], r"shape \(0,\)"),
    ],
)
def test_weights_that_count_nothing_are_refused(weight, message):
    with pytest.raises(InvalidInputError, match=message):
        checked_weight(weight, 3)


def test_annotators_are_numbered_as_they_come():
    names, places = checked_annotators(["bo", "al", "bo"], None, 3)
    assert names.tolist() == ["bo", "al"]
    np.testing.assert_array_equal(places, [0, 1, 0])
    names, places = checked_annotators(["cy", "al"], names, 2)
    assert names.tolist() == ["bo", "al", "cy"]
    np.testing.assert_array_equal(places, [2, 1])
    names, places = checked_annotators("al", names, 4)
    assert names.tolist() == ["bo", "al", "cy"]
    np.testing.assert_array_equal(places, 1)


def test_labels_without_a_name_are_the_first_annotators():
    names, places = checked_annotators(None, None, 2)
    assert names.tolist() == [""]
    np.testing.assert_array_equal(places, 0)
    names, places = checked_annotators(["al"], names, 1)
    assert names.tolist() == ["", "al"]
    np.testing.assert_array_equal(places, [1])
    _, places = checked_annotators(None, np.array(["bo", "al"], dtype=object), 3)
    np.testing.assert_array_equal(places, 0)


def test_names_may_be_numbers():
    names, places = checked_annotators(np.array([7, 3, 7]), None, 3)
    assert names.tolist() == [7, 3]
    np.testing.assert_array_equal(places, [0, 1, 0])


@pytest.mark.parametrize("annotator", [["al", "bo"], ["al"], [["al"], ["bo"], ["cy"]], []])
def test_names_that_do_not_fit_the_labels_are_refused(annotator):
    with pytest.raises(InvalidInputError, match=r"annotator of shape .* give one name, or 3"):
        checked_annotators(annotator, None, 3)


def test_some_of_what_was_told():
    told = Told(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 0])).of_rows(
        np.array([True, False, True])
    )
    np.testing.assert_array_equal(told.weight, [1, 3])
    np.testing.assert_array_equal(told.annotator, [0, 0])
    assert told.as_options().keys() == {"weight", "annotator"}


@pytest.mark.parametrize("y", [np.array([0, 1, 1, 2]), np.array(["a", "b", "b", "c"])])
def test_classes_weigh_as_scikit_learn_weighs_them(y):
    classes = np.unique(y)
    assert class_weights(None, y, classes) is None
    balanced = class_weights("balanced", y, classes)
    np.testing.assert_allclose(balanced, compute_sample_weight("balanced", y))
    given = {classes[1].item(): 5.0}
    np.testing.assert_allclose(class_weights(given, y, classes), compute_sample_weight(given, y))
    np.testing.assert_array_equal(class_weights({}, y, classes), 1)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ("heavy", "class_weight='heavy' arrived"),
        (3.0, "class_weight=3.0 arrived"),
        ({0: -1.0}, "holds -1.0"),
        ({0: np.inf}, "holds inf"),
        ({0: np.nan}, "holds nan"),
        ({0: "2"}, "holds '2'"),
    ],
)
def test_weights_of_classes_that_make_no_sense_are_refused(weight, message):
    with pytest.raises(InvalidInputError, match=message):
        class_weights(weight, np.array([0, 1]), np.array([0, 1]))


def test_no_class_at_all_is_refused():
    with pytest.raises(InvalidInputError, match=r"zero for every class of \[0, 1\]"):
        class_weights({0: 0.0, 1: 0.0}, np.array([0, 1]), np.array([0, 1]))


@pytest.mark.parametrize("annotator", [np.array(["al", "bo"] * 10), "al"])
def test_centers_without_a_law_have_no_flips_of_annotators(make, affine, annotator):
    X, y = affine()
    with pytest.raises(InvalidInputError, match="center='analytic' has no flips"):
        make(center="analytic").fit(X, y, annotator=annotator)


def test_weights_multiply_the_price_of_centers_without_a_law(make, affine):
    X, y = affine()
    options = {"center": "analytic", "tol": 1e-9}
    twice = make(cost=10.0, **options).fit(X, y, np.full(20, 2.0))
    np.testing.assert_allclose(
        twice.scores(X), make(cost=20.0, **options).fit(X, y).scores(X), rtol=1e-6
    )
    some = make(cost=10.0, **options).fit(X, y, np.where(np.arange(20) < 4, 0.0, 1.0), X_pool=X)
    rest = make(cost=10.0, **options).fit(X[4:], y[4:], X_pool=X)
    np.testing.assert_allclose(some.scores(X), rest.scores(X), rtol=1e-6)


def test_hard_cuts_do_not_feel_weights(make, affine):
    X, y = affine()
    options = {"cost": np.inf, "tol": 1e-9}
    weighed = make(**options).fit(X, y, np.full(20, 3.0))
    alike = make(**options).fit(X, y)
    np.testing.assert_allclose(weighed.scores(X), alike.scores(X), rtol=1e-9)


@pytest.mark.parametrize("final_solve", ["sparse", "ridge"])
def test_a_final_solve_counts_labels_as_often(make, affine, final_solve):
    X, y = affine()
    weight = np.where(np.arange(20) % 5 == 0, 2.0, 1.0)
    again = np.repeat(np.arange(20), weight.astype(int))
    options = {"final_solve": final_solve, "center": "analytic", "activation": "relu"}
    one = make(**options).fit(X, y, weight, X_pool=X)
    two = make(**options).fit(X[again], y[again], X_pool=X)
    alike = make(**options).fit(X, y, X_pool=X)
    size = np.abs(two.scores(X)).max()
    assert np.abs(one.scores(X) - two.scores(X)).max() < 1e-2 * size
    assert np.abs(alike.scores(X) - two.scores(X)).max() > 2e-2 * size


@pytest.mark.parametrize("weight", ["balanced", {0: 3.0}])
@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_classes_multiply_the_price_once(classifier, affine, activation, weight):
    """However often labels come, and times what their rows count."""
    X, y = affine()
    options = {"center": "analytic", "activation": activation, "cost": 10.0, "tol": 1e-9}
    told = 1.0 + np.arange(20) % 3
    once = classifier(class_weight=weight, **options).fit(X, y, told)
    parts = classifier(class_weight=weight, **options)
    for rows in (slice(0, 8), slice(8, 9), slice(9, 20)):
        parts.partial_fit(X[rows], y[rows], sample_weight=told[rows], X_pool=X)
    each = told * compute_sample_weight(weight, y)
    plain = classifier(**options).fit(X, y, each)
    np.testing.assert_allclose(once.scores(X), plain.scores(X), rtol=1e-7)
    np.testing.assert_allclose(parts.scores(X), plain.scores(X), rtol=1e-6)
    once.reprice(3.0)
    plain.reprice(3.0)
    np.testing.assert_allclose(once.scores(X), plain.scores(X), rtol=1e-7)


def test_weights_survive(classifier, affine, tmp_path):
    """Those of labels, apart from those of classes."""
    X, y = affine()
    for center in ("analytic", "gravity"):
        known = classifier(center=center, class_weight="balanced", flip=0.1, noise=0.1)
        known.fit(X[:12], y[:12], 1.0 + np.arange(12) % 3, X_pool=X)
        known.save(tmp_path / "estimator.npz")
        again = type(known).load(tmp_path / "estimator.npz")
        for model in (known, again):
            model.partial_fit(X[12:], y[12:])
        np.testing.assert_array_equal(again.scores(X), known.scores(X))


def test_no_price_is_multiplied_by_a_class_of_weight_zero(classifier, affine):
    X, y = affine()
    with pytest.raises(InvalidInputError, match=r"class_weight holds 0.*center='gravity'"):
        classifier(center="analytic", class_weight={0: 0.0}).fit(X, y)


def test_weights_that_are_all_zero_are_named(make, affine):
    X, y = affine()
    with pytest.raises(InvalidInputError, match="each sample_weight of 20 labels is zero"):
        make().fit(X, y, np.zeros(20))


def test_a_label_told_twice_is_two_labels(make, affine):
    """Where the gates are the same; so the contract of scikit-learn holds to a tolerance."""
    X, y = affine()
    weight = np.where(np.arange(20) % 5 == 0, 2.0, 1.0)
    weight[1] = 0.0
    again = np.repeat(np.arange(20), weight.astype(int))
    one = make(noise=0.3, tol=1e-8).fit(X, y, weight, X_pool=X)
    two = make(noise=0.3, tol=1e-8).fit(X[again], y[again], X_pool=X)
    np.testing.assert_allclose(one.evidence_.log_z, two.evidence_.log_z, rtol=1e-4)
    np.testing.assert_allclose(one.scores(X), two.scores(X), atol=1e-4)
    if hasattr(one, "classes_"):
        np.testing.assert_allclose(one.predict_proba(X), two.predict_proba(X), atol=1e-4)
    else:
        np.testing.assert_allclose(one.predict(X), two.predict(X), atol=1e-4)


def test_values_of_weight_nothing_are_absent(regressor, affine):
    """Be they anywhere: the target's mean and unit do not know them either."""
    X, _ = affine()
    weight = np.where(np.arange(20) < 15, 1.0, 0.0)
    y = np.where(weight > 0, X[:, 0], 1e3)
    one = regressor(center="gravity", activation="gated_relu").fit(X, y, weight, X_pool=X)
    two = regressor(center="gravity", activation="gated_relu").fit(X[:15], y[:15], X_pool=X)
    assert (one.y_mean_, one.y_scale_) == pytest.approx((two.y_mean_, two.y_scale_))
    np.testing.assert_allclose(one.predict(X), two.predict(X), atol=1e-3)


def test_a_spread_counts_by_weight():
    weight = np.array([1.0, 2.0, 0.0])
    told = np.repeat([1.0, 5.0, 100.0], weight.astype(int))
    assert mean_and_spread(np.array([1.0, 5.0, 100.0]), weight) == pytest.approx(
        (told.mean(), told.std())
    )


@pytest.mark.parametrize("size", [1e-150, 0.1, 1e150])
def test_equal_values_are_their_mean_and_small_differences_a_spread(size):
    weight = np.array([1e-10, 1e-3, 0.1, 0.0])
    equal = np.array([size, size, size, 7.0])
    assert mean_and_spread(equal, weight) == (size, 0.0)
    apart = size * (1 + 1e-13 * np.arange(3))
    _, spread = mean_and_spread(apart, np.ones(3))
    assert spread == pytest.approx(1e-13 * size * np.sqrt(2 / 3), rel=1e-2)


def test_annotators_are_kept_from_call_to_call(classifier, affine):
    X, y = affine()
    model = classifier(center="gravity", activation="gated_relu")
    model.fit(X[:10], y[:10], annotator="al").partial_fit(X[10:], y[10:], annotator=["bo"] * 10)
    assert list(model.annotators_) == ["al", "bo"]
    own = model._scores[0].space.labels.annotator
    np.testing.assert_array_equal(own, np.repeat([0, 1], 10))
    assert list(model.fit(X, y).annotators_) == [""]


@pytest.mark.parametrize("center", ["gravity", "analytic"])
def test_rows_of_weight_nothing_are_absent_exactly(make, affine, center):
    """In the gates, in the unit of the target, in what is chosen, and in updates."""
    X, y = affine()
    y = y if hasattr(make(), "flip") else X[:, 0]
    weight = np.where(np.arange(20) % 3 == 0, 0.0, 1.0 + np.arange(20) % 2)
    kept = weight > 0
    odd = np.where(kept[:, None], X, 1e6)
    one = make(center=center).fit(odd[:12], y[:12], weight[:12])
    two = make(center=center).fit(X[:12][kept[:12]], y[:12][kept[:12]], weight[:12][kept[:12]])
    for model, rows, mask in ((one, odd, slice(None)), (two, X, kept[12:])):
        model.partial_fit(rows[12:][mask], y[12:][mask], sample_weight=weight[12:][mask])
    np.testing.assert_array_equal(one.scores(X), two.scores(X))
    before = one.scores(X)
    one.partial_fit(X[:3], y[:3], sample_weight=0.0)
    np.testing.assert_array_equal(one.scores(X), before)


def test_a_class_of_weight_nothing_is_absent(classifier, affine):
    X, y = affine()
    three = np.where(np.arange(20) < 3, 2, y)
    model = classifier().fit(X, three, np.where(three == 2, 0.0, 1.0))
    assert model.classes_.tolist() == [0, 1]
    names = np.where(three == 2, "nobody", "al")
    model.fit(X, three, np.where(three == 2, 0.0, 1.0), annotator=names)
    assert model.annotators_.tolist() == ["al"]
