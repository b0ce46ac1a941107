"""Files of every release open, and say what they said; see ``released/make.py``."""

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.network import load_network
from cutplane.tables.model import load_model
from cutplane.tables.table import read_table

RELEASED = Path(__file__).with_name("released")


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make", RELEASED / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=sorted(path.name for path in RELEASED.glob("[0-9]*")))
def folder(request, tmp_path):
    """A copy of what a release wrote: an open journal has a lock beside it."""
    return Path(shutil.copytree(RELEASED / request.param, tmp_path / "files"))


@pytest.fixture
def said(folder):
    return json.loads((folder / "said.json").read_text())


def test_models_and_networks(make, folder, said):
    X, _, _ = make.rows()
    scores = load_network(folder / "network.npz")(X)
    np.testing.assert_allclose(scores, said["scores"], rtol=1e-9)
    classifier = CuttingPlaneClassifier.load(folder / "classifier.npz")
    assert classifier.predict(X).tolist() == said["classes"]
    regressor = CuttingPlaneRegressor.load(folder / "regressor.npz")
    np.testing.assert_allclose(regressor.predict(X), said["values"], rtol=1e-4)


def test_a_model_of_a_table(folder, said):
    table = read_table(folder / "table.csv", "y")
    predictions = load_model(folder).predictions(table, None)
    assert (predictions.frame.iloc[:, 1] == table.target).mean() > 0.9


def test_a_learner_and_its_journal_go_on(make, folder, said):
    X, classes, _ = make.rows()
    with make.learner(folder / "answers.journal") as own:
        assert own.labels_rows_.tolist() == said["told"]
        assert own.skipped_.size == 1
        asked = own.ask()
        assert not set(asked) & {*said["told"], *own.skipped_.tolist()}
        own.tell(asked, classes[asked])
    saved = ActiveLearner.load(folder / "learner.npz", X)
    assert saved.labels_rows_.tolist() == said["told"]
