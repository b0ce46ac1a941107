"""Exported networks that read the lengths of rows: balls and halves of balls."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor, ReluNetwork
from cutplane.export import Source, save_torch, to_onnx, to_torch
from cutplane.space.inputs import Inputs

UNITS = ["mixed", "balls"]
MODELS = [
    {"hidden": (20,)},
    {"hidden": (6, 5)},
    {"hidden": (20,), "final_solve": "sparse"},
    {"hidden": (20,), "final_solve": "ridge"},
    {"hidden": (20,), "activation": "gated_relu"},
    {"hidden": (6, 5), "activation": "gated_relu"},
    {"hidden": (6, 5), "activation": "gated_relu", "final_solve": "sparse"},
]


def rows(n=60, seed=0, d=5):
    X = np.random.default_rng(seed).normal(size=(n, d))
    return np.where(np.abs(X) < 0.3, 0, X)


def target(X, kind):
    value = (X**2).sum(axis=1) - X[:, 0]
    if kind == "numbers":
        return 3 * value + 10
    return np.digitize(value, [4.0] if kind == "two" else [3.0, 6.0])


def model(kind="two", **options):
    make = CuttingPlaneRegressor if kind == "numbers" else CuttingPlaneClassifier
    return make(**({"random_state": 0} | options))


def answer(fitted, X):
    return fitted.predict(X) if hasattr(fitted, "y_mean_") else fitted.decision_function(X)


def without_ties(fitted, X):
    """Rows that no gate passes through within the accuracy of float32."""
    features, clear = fitted.arrangement_.inputs.of(X), np.ones(len(X), dtype=bool)
    for gate in fitted.arrangement_.gates:
        z = features @ gate
        clear &= (np.abs(z) > 1e-3).all(axis=1)
        features = np.maximum(z, 0)
    return X[clear]


def by_onnx(graph, X):
    session = pytest.importorskip("onnxruntime").InferenceSession(graph.SerializeToString())
    dtype = np.float32 if "float)" in session.get_inputs()[0].type else np.float64
    return session.run(None, {"X": X.astype(dtype)})[0]


def by_torch(module, X):
    torch = pytest.importorskip("torch")
    with torch.no_grad():
        return module(torch.tensor(X, dtype=next(module.parameters()).dtype)).numpy()


def assert_same(exported, scores, tol):
    scores = scores.reshape(len(scores), -1)
    assert exported.shape == scores.shape
    np.testing.assert_allclose(exported, scores, atol=tol * np.abs(scores).max(), rtol=0)


@pytest.mark.parametrize(("dtype", "tol"), [("float32", 1e-4), ("float64", 1e-9)])
@pytest.mark.parametrize("options", MODELS)
@pytest.mark.parametrize("units", UNITS)
def test_exported_networks_agree(units, options, dtype, tol):
    pytest.importorskip("onnx")
    pytest.importorskip("torch")
    X = rows()
    fitted = model(units=units, **options).fit(X, target(X, "two"))
    fresh = without_ties(fitted, 2 * rows(300, seed=1))
    assert len(fresh) > 100
    scores = answer(fitted, fresh)
    assert_same(by_onnx(to_onnx(fitted, dtype=dtype), fresh), scores, tol)
    assert_same(by_torch(to_torch(fitted, dtype=dtype), fresh), scores, tol)


@pytest.mark.parametrize("kind", ["three", "numbers"])
@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_several_scores_measure_lengths_once(kind, activation):
    pytest.importorskip("onnx")
    X = rows()
    fitted = model(kind, units="mixed", activation=activation, hidden=(12,)).fit(X, target(X, kind))
    graph = to_onnx(fitted, dtype="float64")
    assert [node.op_type for node in graph.graph.node].count("ReduceL2") == 1
    scores = answer(fitted, without_ties(fitted, X))
    assert_same(by_onnx(graph, without_ties(fitted, X)), scores, 1e-9)
    module = to_torch(fitted, dtype="float64")
    assert_same(by_torch(module, without_ties(fitted, X)), scores, 1e-9)


@pytest.mark.parametrize("options", MODELS)
@pytest.mark.parametrize("settings", [{}, {"with_mean": False}, {"with_std": False}])
def test_a_scaler_stands_before_the_lengths(options, settings):
    """Lengths are those of the standardised row, so the scaler cannot be folded."""
    pytest.importorskip("onnx")
    pytest.importorskip("torch")
    X = 50 + 7 * rows()
    pipe = make_pipeline(StandardScaler(**settings), model(units="mixed", **options))
    pipe.fit(X, target(rows(), "two"))
    scores = pipe.decision_function(X)
    assert_same(by_onnx(to_onnx(pipe, dtype="float64"), X), scores, 1e-9)
    assert_same(by_torch(to_torch(pipe, dtype="float64"), X), scores, 1e-9)


@pytest.mark.parametrize("options", MODELS)
@pytest.mark.parametrize("units", UNITS)
def test_models_of_sparse_rows(units, options):
    pytest.importorskip("onnx")
    X = rows()
    fitted = model(units=units, **options).fit(sparse.csr_matrix(X), target(X, "two"))
    fresh = without_ties(fitted, rows(100, seed=2))
    scores = answer(fitted, sparse.csr_matrix(fresh))
    np.testing.assert_allclose(scores, answer(fitted, fresh), atol=1e-9 * np.abs(scores).max())
    assert_same(by_onnx(to_onnx(fitted, dtype="float64"), fresh), scores, 1e-9)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_linear_function_of_lengths(fit_intercept):
    """By hand: x_0 + 2 (|x| - 3) - (|x|^2 - 10) / 6, and the constant."""
    pytest.importorskip("onnx")
    pytest.importorskip("torch")
    weights = np.array([[1.0], [0], [2], [-1], *[[0.5]] * fit_intercept])
    network = ReluNetwork((weights,), Inputs(2, fit_intercept, (3.0, 10.0)))
    X = rows(20, d=2)
    length = np.linalg.norm(X, axis=1)
    expected = X[:, 0] + 2 * (length - 3) - (length**2 - 10) / 6 + 0.5 * fit_intercept
    np.testing.assert_allclose(network(X), expected, atol=1e-12)
    assert_same(by_onnx(network.to_onnx(dtype="float64"), X), expected, 1e-12)
    assert_same(by_torch(network.to_torch(dtype="float64"), X), expected, 1e-12)


def test_a_module_that_reads_lengths_is_saved_and_trained_further(tmp_path):
    torch = pytest.importorskip("torch")
    X = rows()
    for options in MODELS[:5]:
        fitted = model(units="mixed", **options).fit(X, target(X, "two"))
        save_torch(Source.of(fitted), tmp_path / "model.pt2", "float64")
        loaded = torch.export.load(tmp_path / "model.pt2").module()
        again = loaded(torch.tensor(X, dtype=torch.float64)).detach().numpy()
        assert_same(again, answer(fitted, X), 1e-9)
        module = to_torch(fitted, dtype="float64")
        origin = torch.zeros((2, 5), dtype=torch.float64, requires_grad=True)
        module(origin).sum().backward()
        assert torch.isfinite(origin.grad).all()
        assert any((p.grad != 0).any() for p in module.parameters() if p.grad is not None)


@pytest.mark.parametrize("tol", [0.0, 0.05, 0.5, 1e9])
@pytest.mark.parametrize("on_rows", [True, False])
@pytest.mark.parametrize("options", MODELS)
def test_pruning_stays_within_its_bound(options, on_rows, tol):
    X, fresh = rows(), 3 * rows(200, seed=3)
    network = model(units="mixed", **options).fit(X, target(X, "two")).network_
    pruned = network.prune(tol, fresh if on_rows else None)
    assert pruned.bound <= tol + 1e-8
    length = 1.0 if on_rows else np.linalg.norm(network.inputs.of(fresh), axis=1)
    change = np.abs(pruned.network(fresh) - network(fresh))
    assert (change <= pruned.bound * length + 1e-9).all()
    assert tol < 1e9 or pruned.n_removed > pruned.n_units
