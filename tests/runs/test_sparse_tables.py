"""Tables of many levels are encoded as CSR matrices, from the file to the run folder."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cutplane.estimators import CuttingPlaneClassifier
from cutplane.runs.fit import fit_table, write_fit
from cutplane.runs.folder import load_learner, write_run
from cutplane.runs.simulation import Plan, simulate
from cutplane.tables.export import pruned_source, write_source
from cutplane.tables.model import load_model
from cutplane.tables.questions import next_rows
from cutplane.tables.split import split_table
from cutplane.tables.table import Table


def table(n_labelled=240, n=240):
    """Three columns of 60 levels, the first of which tells the class."""
    rng = np.random.default_rng(0)
    codes = rng.integers(60, size=(n, 3))
    features = pd.DataFrame({f"c{j}": [f"v{code}" for code in codes[:, j]] for j in range(3)})
    features["z"] = rng.normal(size=n)
    target = pd.Series(np.where(codes[:, 0] < 30, "low", "high"), name="y", dtype=object)
    target[n_labelled:] = np.nan
    return Table("levels", features, target, "classification")


@pytest.fixture
def estimator():
    return CuttingPlaneClassifier(hidden=(8,), random_state=0)


@pytest.mark.parametrize("options", [{}, {"activation": "relu"}, {"final_solve": "ridge"}])
def test_a_run_keeps_rows_sparse(options, estimator, tmp_path):
    data = table()
    split = split_table(data, seed=0)
    assert sparse.issparse(split.X_pool)
    plan = Plan("margin", 14, stop=("plateau",), n_held_out=4, patience=50)
    simulation = simulate(estimator.set_params(**options), split, plan)
    metrics = write_run(tmp_path, data, simulation)
    assert metrics["n_labels"] == 14
    model = load_model(tmp_path)
    predicted = model.predictions(data).frame["label"].to_numpy()
    own = simulation.learner.estimator_.predict(split.X_test)
    np.testing.assert_array_equal(predicted[split.test_rows], own)
    learner = load_learner(tmp_path)
    assert sparse.issparse(learner.X_pool)
    assert len(learner.ask(2)) == 2


def test_a_fit_predicts_and_exports_as_with_a_dense_matrix(estimator, tmp_path):
    data = table(80)
    model = fit_table(estimator, data)
    metrics = write_fit(tmp_path, data, estimator, model, {})
    assert metrics["n_features"] == model.preprocessing.levels.width + 1
    X = model.preprocessing.transform(data.features)
    dense = CuttingPlaneClassifier(hidden=(8,), random_state=0)
    dense.fit(X.toarray()[:80], data.labels, X_pool=X.toarray())
    np.testing.assert_array_equal(model.predict(data.features), dense.predict(X.toarray()))
    for kind in ("npz", "onnx"):
        if kind == "onnx":
            pytest.importorskip("onnx")
        write_source(pruned_source(model)[0], tmp_path / f"network.{kind}", kind, "float64")
        assert (tmp_path / f"network.{kind}").stat().st_size


def test_questions_are_those_of_a_dense_matrix(estimator, monkeypatch):
    data = table(20)
    asked = [row.number for row in next_rows(data, estimator, 3, seed=0).rows]
    monkeypatch.setattr("cutplane.tables.preprocessing._DENSE_LEVELS", 10_000)
    assert [row.number for row in next_rows(data, estimator, 3, seed=0).rows] == asked
