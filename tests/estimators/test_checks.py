"""What estimators refuse: each refusal names what arrived."""

import numpy as np
import pytest
from scipy import sparse

from cutplane.errors import InvalidInputError

ACTIVATIONS = ["relu", "gated_relu"]


def data(n=40):
    X = np.random.default_rng(0).normal(size=(n, 3))
    return X, (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"radius": np.inf}, "radius=inf"),
        ({"tol": np.inf}, "tol=inf"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"max_iter": 1.5}, r"max_iter=1\.5"),
        ({"fit_intercept": "no"}, "True or False"),
        ({"final_solve": True}, "final_solve=True arrived; give None, 'sparse' or 'ridge'"),
        ({"final_solve": False}, "final_solve=False arrived; give None, 'sparse' or 'ridge'"),
    ],
)
def test_parameters(make, options, message):
    with pytest.raises(InvalidInputError, match=message):
        make(**options).fit(*data())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "tanh"}, "relu, gated_relu"),
        ({"units": "cubes"}, "choose one of auto, mixed, thirds, halfspaces, balls"),
        ({"units": "balls", "fit_intercept": False}, "units='balls' need the constant"),
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
def test_parameters_that_make_no_sense_are_named(affine, make, options, message):
    with pytest.raises(InvalidInputError, match=message):
        make().set_params(**options).fit(*affine())


@pytest.mark.parametrize("unit", [1e-300, 1e-160, 1e160, 1e300])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_numbers_whose_squares_are_no_numbers(make, unit, fit_intercept):
    X, y = data()
    with pytest.raises(InvalidInputError, match=r"1e-151 to 1e151.*StandardScaler"):
        make(fit_intercept=fit_intercept).fit(unit * X, y)


@pytest.mark.parametrize("small", [1e-7, 1e-12])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_a_column_far_smaller_than_the_others_is_named(make, small, form):
    X, y = data()
    X[:, 1] *= small
    with pytest.raises(InvalidInputError, match=r"column 1.*StandardScaler"):
        make(activation="relu").fit(form(X), y)


def test_a_constant_column_is_not_a_small_one(make):
    X, y = data()
    constant = np.hstack([X, np.full((len(X), 1), 1e-9)])
    assert make().fit(constant, y).score(constant, y) > 0.5


@pytest.mark.parametrize("names", [(0, 1), (False, True), (0.0, 1.0), ("0", "1")])
@pytest.mark.parametrize("other", ["1", 1])
def test_later_labels_have_the_type_of_the_first(classifier, names, other):
    X, y = data()
    clf = classifier().fit(X, np.array(names)[y])
    if isinstance(names[0], str) == isinstance(other, str):
        assert clf.partial_fit(X[:1], [other]).classes_.tolist() == list(names)
    else:
        with pytest.raises(InvalidInputError, match="labels of the same type"):
            clf.partial_fit(X[:1], [other])
        assert clf.classes_.tolist() == list(names)


def test_an_object_target_with_a_gap(regressor):
    X, y = data()
    target = y.astype(object)
    target[3] = None
    with pytest.raises(ValueError, match="label 3 of y is missing"):
        regressor().fit(X, target)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8])
def test_answers_are_in_double_precision(make, dtype):
    X, y = data()
    X = np.round(4 * X).astype(dtype)
    model = make().fit(X, y)
    assert model.scores(X).dtype == np.float64
    assert model.spread(X).dtype == np.float64
    np.testing.assert_array_equal(model.scores(X), make().fit(X.astype(float), y).scores(X))


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_regressor_refuses_rows_of_a_wild_unit(
    regressor, affine, unit, activation, fit_intercept
):
    """The radius has a unit, so the rows need one."""
    X, _ = affine()
    model = regressor(activation=activation, fit_intercept=fit_intercept)
    with pytest.raises(InvalidInputError, match="StandardScaler"):
        model.fit(unit * X, np.abs(X[:, 0]))


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
def test_a_network_with_an_intercept_refuses_rows_of_a_wild_unit(classifier, affine, unit):
    X, y = affine()
    with pytest.raises(InvalidInputError, match="StandardScaler"):
        classifier(activation="relu").fit(unit * X, y)


@pytest.mark.parametrize("offset", [1e5, 1e8])
def test_a_network_refuses_rows_far_from_the_origin(classifier, affine, offset):
    X, y = affine()
    with pytest.raises(InvalidInputError, match=r"column 1.*StandardScaler"):
        classifier(activation="relu").fit(X + np.array([0, offset]), y)


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_without_an_intercept_the_unit_does_not_matter(classifier, affine, unit, activation):
    X, y = affine()
    options = {"activation": activation, "fit_intercept": False}
    clf, plain = (classifier(**options).fit(factor * X, y) for factor in (unit, 1.0))
    np.testing.assert_array_equal(clf.predict(unit * X), plain.predict(X))


@pytest.mark.parametrize("unit", [1e-150, 1e-8, 1e8, 1e150])
def test_a_gated_network_predicts_whatever_the_unit(classifier, affine, unit):
    X, y = affine()
    clf = classifier(activation="gated_relu").fit(unit * X, y)
    assert np.isfinite(clf.predict_proba(unit * X)).all()
