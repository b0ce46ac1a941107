"""Exported regressors give numbers in the units of y, whatever they learnt."""

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import torch
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cutplane import CuttingPlaneRegressor
from cutplane.export import to_onnx, to_torch
from cutplane.space.target import Target
from cutplane.tables.export import pruned_source, write_source
from cutplane.tables.model import TableModel, load_model
from cutplane.tables.preprocessing import Preprocessing

KINDS = [("log", 1.0), *(("yeo-johnson", power) for power in (0.0, 0.5, 1.5, 2.0))]


def model(kind, power, monkeypatch, **options):
    """A regressor of this transform, whatever the evidence."""
    place = "cutplane.estimators.regressor.choose_target"
    monkeypatch.setattr(place, lambda name, space, labels, slopes: Target.of(kind, labels, power))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = np.exp(X[:, 0] + 0.1 * rng.normal(size=60))
    chosen = CuttingPlaneRegressor(hidden=(10,), random_state=0, target_transform=kind, **options)
    fitted = make_pipeline(StandardScaler(), chosen).fit(X[:30], y[:30])
    return fitted, 2 * X  # beyond the labels too


@pytest.mark.parametrize(("kind", "power"), KINDS)
@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_onnx_and_torch_predict_what_the_model_does(kind, power, activation, monkeypatch):
    fitted, X = model(kind, power, monkeypatch, activation=activation)
    expected = fitted.predict(X)
    graph = to_onnx(fitted, dtype="float64")
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    (found,) = session.run(["prediction"], {"X": X})
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-8, atol=1e-8)
    module = to_torch(fitted, dtype="float64")
    with torch.no_grad():
        np.testing.assert_allclose(module(torch.tensor(X)).numpy()[:, 0], expected, rtol=1e-8)


@pytest.mark.parametrize("kind", ["onnx", "torch", "npz"])
def test_files_of_tables_hold_the_transform(kind, tmp_path, monkeypatch):
    fitted, X = model("log", 1.0, monkeypatch)
    features = pd.DataFrame(X, columns=list("abc"))
    table = TableModel.from_estimator(fitted[-1], Preprocessing.fit(features), "price")
    table.save(tmp_path / "model.npz")
    again = load_model(tmp_path / "model.npz")
    expected = table.predict(features)
    np.testing.assert_array_equal(again.predict(features), expected)
    path = tmp_path / f"network.{kind}"
    write_source(pruned_source(again)[0], path, kind, "float64")
    if kind == "onnx":
        session = onnxruntime.InferenceSession(path)
        columns = dict(zip("abc", np.split(X, 3, axis=1), strict=True))
        found = session.run(["prediction"], columns)[0]
    elif kind == "torch":
        found = torch.export.load(path).module()(torch.tensor(X)).detach().numpy()
    else:
        return
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-8)
