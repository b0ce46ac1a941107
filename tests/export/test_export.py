"""An exported network gives the scores of the original, and a pruned one stays in its bound."""

import json
import sys
from itertools import pairwise

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from typer.testing import CliRunner

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor, ReluNetwork
from cutplane.archive import read_archive
from cutplane.cli.main import app
from cutplane.encoding import with_prefix
from cutplane.errors import InvalidInputError
from cutplane.export import Source, save_onnx, save_torch, to_onnx, to_torch
from cutplane.network import network_from_arrays
from cutplane.space.inputs import Inputs

WIDTHS = [(), (7,), (8, 5), (9, 6, 4), (6, 5, 4, 3)]
GATED = [
    {"activation": "gated_relu", "hidden": (20,)},
    {"activation": "gated_relu", "hidden": (6, 5)},
    {"activation": "gated_relu", "hidden": (20,), "final_solve": "sparse"},
    {"activation": "gated_relu", "hidden": (6, 5), "final_solve": "sparse"},
    {"activation": "gated_relu", "hidden": (4, 3, 3), "final_solve": "sparse"},
    {"activation": "gated_relu", "hidden": ()},
]
DTYPES = ["float32", "float64"]


def random_network(widths, fit_intercept, seed=0, d=5):
    rng = np.random.default_rng(seed)
    shape = [d + fit_intercept, *widths, 1]
    weights = [rng.normal(size=pair) for pair in pairwise(shape)]
    return ReluNetwork(tuple(weights), Inputs(d, fit_intercept))


def rows(n=200, d=5, seed=1):
    return 3 * np.random.default_rng(seed).normal(size=(n, d))


def fitted(target="two", **options):
    X = np.random.default_rng(0).normal(size=(40, 5))
    value = X[:, 0] - X[:, 1]
    options = {"hidden": (10,), "activation": "relu", "random_state": 0} | options
    if target == "numbers":
        return CuttingPlaneRegressor(**options).fit(X, 3 * value + 10)
    y = np.digitize(value, [0.0] if target == "two" else [-0.5, 0.5])
    return CuttingPlaneClassifier(**options).fit(X, np.array(["a", "b", "c"])[y])


def without_ties(model, X):
    """Rows that no gate passes through within the accuracy of float32."""
    arrangement = model.arrangement_
    features, clear = arrangement.inputs.of(X), np.ones(len(X), dtype=bool)
    for gate in arrangement.gates:
        z = features @ gate
        clear &= (np.abs(z) > 1e-3).all(axis=1)
        features = np.maximum(z, 0)
    return X[clear]


def by_onnx(model, X):
    session = pytest.importorskip("onnxruntime").InferenceSession(model.SerializeToString())
    dtype = np.float32 if "float)" in session.get_inputs()[0].type else np.float64
    return session.run(None, {"X": X.astype(dtype)})[0]


def by_torch(module, X):
    torch = pytest.importorskip("torch")
    dtype = next(module.parameters()).dtype
    with torch.no_grad():
        return module(torch.tensor(X, dtype=dtype)).numpy()


def assert_same(exported, scores, tol=1e-5):
    scores = scores.reshape(len(scores), -1)
    assert exported.shape == scores.shape
    np.testing.assert_allclose(exported, scores, atol=tol * np.abs(scores).max(), rtol=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("widths", WIDTHS)
def test_random_networks_in_onnx(widths, fit_intercept, dtype, tmp_path):
    onnx = pytest.importorskip("onnx")
    network, X = random_network(widths, fit_intercept), rows()
    path = tmp_path / "network.onnx"
    model = network.to_onnx(path, dtype=dtype)
    assert {node.op_type for node in model.graph.node} <= {"MatMul", "Add", "Relu"}
    tol = 1e-5 if dtype == "float32" else 1e-12
    for some in (X, X[:1]):
        assert_same(by_onnx(model, some), network(some), tol)
        assert_same(by_onnx(onnx.load(path), some), network(some), tol)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("widths", WIDTHS)
def test_random_networks_in_torch(widths, fit_intercept, dtype):
    torch = pytest.importorskip("torch")
    network = random_network(widths, fit_intercept)
    module = network.to_torch(dtype=dtype)
    assert isinstance(module, torch.nn.Sequential)
    assert {type(layer) for layer in module} <= {torch.nn.Linear, torch.nn.ReLU}
    assert_same(by_torch(module, rows()), network(rows()), 1e-5 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", ["two", "three", "numbers"])
@pytest.mark.parametrize("options", [{}, {"hidden": (4, 3)}, {"final_solve": "sparse"}, *GATED])
def test_fitted_estimators(options, target, dtype):
    pytest.importorskip("onnx")
    pytest.importorskip("torch")
    model = fitted(target, **options)
    X = without_ties(model, rows(400))
    assert len(X) > 100
    answer = model.predict(X) if target == "numbers" else model.decision_function(X)
    assert_same(by_onnx(to_onnx(model, dtype=dtype), X), answer)
    assert_same(by_torch(to_torch(model, dtype=dtype), X), answer)


@pytest.mark.parametrize("options", [{}, *GATED[:3]])
@pytest.mark.parametrize("settings", [{}, {"with_mean": False}, {"with_std": False}])
def test_a_scaler_is_folded_in(options, settings):
    pytest.importorskip("onnx")
    pytest.importorskip("torch")
    X = 50 + 7 * np.random.default_rng(0).normal(size=(40, 5))
    y = (X[:, 0] > X[:, 1]).astype(int)
    options = {"hidden": (10,), "activation": "relu", "random_state": 0} | options
    model = CuttingPlaneClassifier(**options)
    pipe = make_pipeline(StandardScaler(**settings), model).fit(X, y)
    network = pipe[-1].network_
    answer = pipe.decision_function(X)
    for scaler in (pipe, pipe[0], pipe[:-1]):
        assert_same(by_onnx(network.to_onnx(scaler=scaler, dtype="float64"), X), answer, 1e-9)
        assert_same(by_torch(network.to_torch(scaler=scaler, dtype="float64"), X), answer, 1e-9)
    assert_same(by_onnx(to_onnx(pipe, dtype=np.float64), X), answer, 1e-9)


def test_two_scalers_compose():
    pytest.importorskip("onnx")
    X = 50 + 7 * np.random.default_rng(0).normal(size=(40, 5))
    first, second = StandardScaler(with_std=False), StandardScaler(with_mean=False)
    model = CuttingPlaneClassifier((10,), "relu", random_state=0)
    pipe = make_pipeline(first, second, "passthrough", model).fit(X, X[:, 0] > X[:, 1])
    assert_same(by_onnx(to_onnx(pipe, dtype="float64"), X), pipe.decision_function(X), 1e-9)


def test_the_graph_carries_classes():
    pytest.importorskip("onnx")
    model = fitted("three")
    for graph in (to_onnx(model), to_onnx(model.network_, classes=model.classes_)):
        notes = {entry.key: entry.value for entry in graph.metadata_props}
        assert json.loads(notes["classes"]) == ["a", "b", "c"]
        assert notes["task"] == "classification"
        assert graph.graph.output[0].name == "scores"
    assert to_onnx(fitted("numbers")).graph.output[0].name == "prediction"


def test_a_suffix_of_onnx_says_text(tmp_path):
    onnx = pytest.importorskip("onnx")
    for name in ("net.onnx", "net", "net.json", "net.textproto"):
        graph = random_network((3,), True).to_onnx(tmp_path / name)
        assert onnx.load(tmp_path / name) == graph
    assert json.loads((tmp_path / "net.json").read_text())["graph"]


def test_a_module_can_be_trained_further():
    torch = pytest.importorskip("torch")
    for options in ({}, *GATED[:3]):
        model = fitted("two", **options)
        module = model.network_.to_torch()
        X = torch.tensor(rows(50), dtype=torch.float32)
        optimizer = torch.optim.Adam([p for p in module.parameters() if p.requires_grad], lr=1e-4)
        losses = []
        for _ in range(20):
            loss = ((module(X) - 1) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        assert losses[-1] < losses[0]


def test_what_cannot_be_folded_or_written_is_named(tmp_path):
    pytest.importorskip("onnx")
    model = fitted()
    X = rows(10)
    with pytest.raises(InvalidInputError, match="MinMaxScaler cannot be folded"):
        model.network_.to_onnx(scaler=MinMaxScaler().fit(X))
    with pytest.raises(InvalidInputError, match="StandardScaler cannot be folded"):
        model.network_.to_onnx(scaler=StandardScaler())
    with pytest.raises(InvalidInputError, match="fitted on 2 columns"):
        model.network_.to_onnx(scaler=StandardScaler().fit(X[:, :2]))
    with pytest.raises(InvalidInputError, match="choose one of float32, float64"):
        model.network_.to_onnx(dtype="float16")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        model.network_.to_onnx(tmp_path / "absent" / "network.onnx")


@pytest.mark.parametrize(("package", "save"), [("onnx", save_onnx), ("torch", save_torch)])
def test_a_failed_export_leaves_the_old_file(package, save, tmp_path, monkeypatch):
    pytest.importorskip(package)
    path = tmp_path / "network"
    path.write_text("old")

    def no_room(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(OSError, match="No space left"):
        save(Source.of(random_network((4,), True)), path, "float32")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("extra", ["onnx", "torch"])
def test_a_missing_package_names_its_extra(extra, monkeypatch):
    monkeypatch.setitem(sys.modules, extra, None)
    network = random_network((3,), True)
    with pytest.raises(InvalidInputError, match=rf"pip install 'cutplane\[{extra}\]'"):
        getattr(network, f"to_{extra}")()


def length(X, fit_intercept, on_rows):
    """What the bound is multiplied with: 1 on given rows, else the length with the constant."""
    return 1.0 if on_rows else np.sqrt((X**2).sum(axis=1) + fit_intercept)


@pytest.mark.parametrize("tol", [0.0, 1e-3, 0.3, 30.0, 1e9])
@pytest.mark.parametrize("on_rows", [True, False])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("widths", WIDTHS)
def test_pruning_stays_within_its_bound(widths, fit_intercept, on_rows, tol):
    network = random_network(widths, fit_intercept)
    X = rows()
    pruned = network.prune(tol, X if on_rows else None)
    assert 0 <= pruned.bound <= tol + 1e-8
    change = np.abs(pruned.network(X) - network(X))
    assert (change <= pruned.bound * length(X, fit_intercept, on_rows) + 1e-9).all()
    assert pruned.n_units == pruned.network.n_units == network.n_units - pruned.n_removed


def test_pruning_removes_and_merges_what_changes_nothing():
    network = random_network((4, 3), True)
    first, second, last = network.weights
    idle = np.zeros((6, 1))
    first = np.hstack([first, 2 * first[:, :1], idle])
    second = np.vstack([second, np.ones((1, 3)), np.ones((1, 3))])
    second, last = np.hstack([second, second[:, :1]]), np.vstack([last, [[0.7]]])
    padded = ReluNetwork((first, second, last), network.inputs)
    pruned = padded.prune()
    assert pruned.n_units == 4 + 3
    assert pruned.n_removed == 3
    np.testing.assert_allclose(pruned.network(rows()), padded(rows()), rtol=1e-9, atol=1e-9)


def test_a_decoded_network_is_pruned_to_its_pattern_classes():
    model = fitted("two", hidden=(60,))
    pruned = model.network_.prune()
    assert pruned.n_units <= 2 * np.unique(model.version_space_.tree.layers[0].member).size
    assert pruned.bound < 1e-9
    np.testing.assert_allclose(pruned.network(rows()), model.network_(rows()), atol=1e-9)


def test_a_final_solve_is_pruned_further():
    solved = fitted("two", hidden=(60,), final_solve="sparse").network_
    assert solved.prune().n_units < fitted("two", hidden=(60,)).network_.prune().n_units


@pytest.mark.parametrize("tol", [0.0, 0.05, 0.5, 1e9])
@pytest.mark.parametrize("on_rows", [True, False])
@pytest.mark.parametrize("options", GATED)
def test_pruning_gated_networks(options, on_rows, tol):
    network = fitted("two", **options).network_
    X = rows()
    pruned = network.prune(tol, X if on_rows else None)
    assert pruned.bound <= tol
    change = np.abs(pruned.network(X) - network(X))
    assert (change <= pruned.bound * length(X, True, on_rows) + 1e-9).all()
    if tol == 1e9 and options["hidden"] != ():
        assert pruned.n_units < pruned.n_removed


def test_pruning_refuses_nonsense():
    network = random_network((3,), True)
    with pytest.raises(InvalidInputError, match="at least 0"):
        network.prune(-1.0)
    with pytest.raises(InvalidInputError, match=r"expects \(n, 5\)"):
        network.prune(0.1, np.ones((3, 2)))


@pytest.fixture(scope="module", params=["two", "three", "numbers", "two mixed", "two gated"])
def run_folder(request, tmp_path_factory):
    """A folder of `cutplane fit`, and the raw rows as the network reads them."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(50, 7, 60), rng.normal(size=60), rng.choice(["x", "y"], 60)
    value = (a - 50) / 7 + b
    y = {
        "two": np.where(value > 0, "no", "yes"),
        "three": np.array(["p", "q", "r"])[np.digitize(value, [-0.5, 0.5])],
        "numbers": 5 * value + 100,
    }[request.param.split()[0]]
    lines = ["a,b,c,y", *(",".join(map(str, row)) for row in zip(a, b, c, y, strict=True))]
    (folder / "table.csv").write_text("\n".join(lines))
    arguments = ["fit", str(folder / "table.csv"), "--target", "y", "--hidden", "20"]
    if "gated" not in request.param:
        units = "mixed" if "mixed" in request.param else "halfspaces"
        arguments += ["--activation", "relu", "--units", units]
    result = CliRunner().invoke(app, [*arguments, "--out", str(folder / "model")])
    assert result.exit_code == 0, result.output
    return folder, np.column_stack([a, b, c == "x", c == "y"]).astype(float)


def answers(folder):
    """What the model itself says of its table: probabilities' scores, or values."""
    from cutplane.tables.model import load_model
    from cutplane.tables.table import read_table

    model = load_model(folder / "model")
    features = read_table(str(folder / "table.csv")).features
    return model.predict(features) if model.classes is None else model.scores(features)


@pytest.mark.parametrize("kind", ["onnx", "torch", "npz"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_command_exports_a_run(run_folder, kind, tmp_path):
    folder, X = run_folder
    if kind != "npz":
        pytest.importorskip(kind)
    path = tmp_path / "network"
    command = ["export", str(folder / "model"), "--format", kind, "--out", str(path), "--json"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["columns"] == ["a", "b", "c=x", "c=y"]
    assert said["n_units"] > 0
    if kind == "onnx":
        session = pytest.importorskip("onnxruntime").InferenceSession(path)
        letters = np.where(X[:, [2]] == 1, "x", "y").astype(object)
        a, b = np.split(X[:, :2].astype(np.float32), 2, axis=1)
        found = session.run(None, {"a": a, "b": b, "c": letters})
        assert_same(found[0], answers(folder))
    elif kind == "torch":
        import torch

        module = torch.export.load(path).module()
        with torch.no_grad():
            assert_same(module(torch.tensor(X, dtype=torch.float32)).numpy(), answers(folder))
    else:
        arrays, metadata = read_archive(path, what="export")
        scaled = (X - arrays["mean"]) / arrays["scale"]
        scores = []
        for i, own in enumerate(metadata["networks"]):
            scores.append(network_from_arrays(with_prefix(arrays, f"network{i}/"), own)(scaled))
        assert_same(arrays["offset"] + np.column_stack(scores), answers(folder), 1e-9)


def test_the_command_says_what_stays(run_folder):
    folder, _ = run_folder
    result = CliRunner().invoke(app, ["export", str(folder / "model"), "--format", "npz"])
    assert result.exit_code == 0
    assert "units stay" in result.stdout
    assert "4 columns: a, b, c=x, c=y" in result.stdout
    assert (folder / "model" / "network.npz").exists()


def test_the_command_refuses_other_formats(tmp_path):
    result = CliRunner().invoke(app, ["export", str(tmp_path), "--format", "pmml"])
    assert result.exit_code == 2
    assert "choose one of onnx, torch, npz" in result.output
