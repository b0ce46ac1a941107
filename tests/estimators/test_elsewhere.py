"""Rows of other array libraries: learnt where they are, answered there."""

import importlib
import pickle

import numpy as np
import pytest
from sklearn import config_context

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.arrays import Place, to_numpy

pytestmark = pytest.mark.filterwarnings("ignore::cutplane.errors.ScaleWarning")
RELU = {"activation": "relu", "hidden": (8,)}


@pytest.fixture(params=["array_api_strict", "torch"])
def place(request, monkeypatch):
    """PyTorch, and a device whose arrays NumPy cannot read, with leave to follow them."""
    pytest.importorskip("array_api_compat")
    pytest.importorskip(request.param)
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    library = importlib.import_module(request.param)
    with config_context(array_api_dispatch=True):
        yield (
            Place("array_api_compat.torch", library.device("cpu"))
            if request.param == "torch"
            else Place(request.param, library.Device("device1"))
        )


@pytest.fixture(scope="module")
def rows():
    X = np.random.default_rng(0).normal(size=(40, 3))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int)


def check_there(place, found, expected):
    assert Place.of(found) == place
    np.testing.assert_allclose(to_numpy(found), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("options", [{}, RELU], ids=["gated", "relu"])
def test_a_classifier_answers_where_its_rows_are(place, rows, options):
    X, y = rows
    here = CuttingPlaneClassifier(random_state=0, **options).fit(X, y)
    there = CuttingPlaneClassifier(random_state=0, **options).fit(place.array(X), place.array(y))
    check_there(place, there.predict(place.array(X)), here.predict(X))
    check_there(place, there.predict_proba(place.array(X)), here.predict_proba(X))
    check_there(place, there.decision_function(place.array(X)), here.decision_function(X))
    both = there.decision_function(place.array(X), return_std=True, n_samples=0)
    expected = here.decision_function(X, return_std=True, n_samples=0)
    for own, other in zip(both, expected, strict=True):
        check_there(place, own, other)
    assert there.score(place.array(X), place.array(y)) == pytest.approx(here.score(X, y))


def test_a_regressor_answers_where_its_rows_are(place, rows):
    X, _ = rows
    here = CuttingPlaneRegressor(random_state=0).fit(X, X[:, 0])
    there = CuttingPlaneRegressor(random_state=0).fit(place.array(X), place.array(X[:, 0]))
    check_there(place, there.predict(place.array(X)), here.predict(X))
    for own, other in zip(
        there.predict_interval(place.array(X)), here.predict_interval(X), strict=True
    ):
        check_there(place, own, other)


def test_labels_and_weights_may_be_elsewhere_than_rows(place, rows):
    X, y = rows
    weight = np.ones(len(y))
    here = CuttingPlaneClassifier(random_state=0).fit(X, y, weight)
    mixed = CuttingPlaneClassifier(random_state=0).fit(X, place.array(y), place.array(weight))
    np.testing.assert_array_equal(mixed.decision_function(X), here.decision_function(X))
    check_there(place, mixed.predict(place.array(X)), here.predict(X))


def test_text_is_answered_in_numpy(place, rows):
    X, y = rows
    names = np.where(y, "in", "out")
    model = CuttingPlaneClassifier(random_state=0).fit(place.array(X), names)
    assert model.predict(place.array(X)).tolist() == names.tolist()


def test_more_labels_may_come_from_elsewhere(place, rows):
    X, y = rows
    model = CuttingPlaneClassifier(random_state=0).fit(X[:30], y[:30])
    here = CuttingPlaneClassifier(random_state=0).fit(X[:30], y[:30]).partial_fit(X[30:], y[30:])
    model.partial_fit(place.array(X[30:]), place.array(y[30:]))
    np.testing.assert_allclose(model.decision_function(X), here.decision_function(X), rtol=1e-6)


def test_what_is_kept_is_in_numpy(place, rows):
    X, y = rows
    model = CuttingPlaneClassifier(random_state=0).fit(place.array(X), place.array(y), X_pool=X)
    again = pickle.loads(pickle.dumps(model))
    assert "_place" not in vars(again)
    assert isinstance(again.version_space_.operator.tree.rows, np.ndarray)
    np.testing.assert_array_equal(again.predict(X), to_numpy(model.predict(place.array(X))))
    assert isinstance(model.to_arrays()[0]["labels"], np.ndarray)


def test_a_center_that_stays_in_numpy_says_so(place, rows):
    X, y = rows
    options = {"activation": "relu", "hidden": (3,), "center": "chebyshev", "random_state": 0}
    with pytest.warns(UserWarning, match="in NumPy, .*: center='chebyshev'"):
        model = CuttingPlaneClassifier(**options).fit(place.array(X[:6]), place.array(y[:6]))
    here = CuttingPlaneClassifier(**options).fit(X[:6], y[:6])
    check_there(place, model.decision_function(place.array(X)), here.decision_function(X))


def test_a_final_solve_stays_in_numpy_and_says_so(place, rows):
    X, y = rows
    options = {"hidden": (3,), "final_solve": "ridge", "random_state": 0}
    with pytest.warns(UserWarning, match=r"in NumPy, .*: final_solve='ridge'"):
        model = CuttingPlaneClassifier(**options).fit(place.array(X), place.array(y))
    here = CuttingPlaneClassifier(**options).fit(X, y)
    check_there(place, model.decision_function(place.array(X)), here.decision_function(X))


def test_without_leave_tensors_are_read_as_numpy(rows):
    torch = pytest.importorskip("torch")
    X, y = rows
    model = CuttingPlaneClassifier(random_state=0).fit(torch.asarray(X), torch.asarray(y))
    assert isinstance(model.predict(torch.asarray(X)), np.ndarray)
