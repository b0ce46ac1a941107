import csv
import json

import numpy as np
import pytest
from matplotlib.image import imread

from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.model_file import load_model
from cutplane.report import run_folder, write_run
from cutplane.simulation import Curve, simulate, split_table
from cutplane.tables import read_table


def do_run(folder, name="moons", budget=12):
    table = read_table(name)
    split = split_table(table, seed=0)
    estimator = CuttingPlaneClassifier(hidden=(20,), random_state=0)
    simulation = simulate(estimator, split, query="margin", budget=budget)
    comparison = Curve("random", [1, 2], [1, 2], [0.5, 0.6])
    metrics = write_run(folder, table, split, simulation, [comparison], {"query": "margin"})
    return table, split, simulation, metrics


def test_a_run_folder_is_complete_and_consistent(tmp_path):
    table, split, simulation, metrics = do_run(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"labels.csv", "metrics.json", "model.npz", "curve.png", "boundary.png"}

    with open(tmp_path / "labels.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [int(line["order"]) for line in lines] == list(range(1, 13))
    for line in lines:
        assert line["label"] == str(table.target.iloc[int(line["row"])])
        assert int(line["row"]) in split.pool_rows

    assert json.loads((tmp_path / "metrics.json").read_text()) == metrics
    assert metrics["n_labels"] == 12
    assert metrics["n_cuts"] == simulation.learner.n_cuts_
    assert metrics["n_pool"] + metrics["n_test"] == 1000
    assert metrics["accuracy"] == metrics["curve"]["accuracy"][-1]
    assert metrics["comparisons"][0]["query"] == "random"

    test_features = table.features.iloc[split.test_rows]
    predicted = load_model(tmp_path).predict(test_features)
    assert np.mean(predicted == split.y_test) == metrics["accuracy"]


@pytest.mark.parametrize("name", ["curve.png", "boundary.png"])
def test_pictures_are_drawn(tmp_path, name):
    do_run(tmp_path)
    pixels = imread(tmp_path / name)[..., :3].reshape(-1, 3)
    assert len(pixels) > 200_000
    assert len(np.unique(pixels, axis=0)) > 50


def test_no_boundary_for_more_than_two_features(tmp_path):
    do_run(tmp_path, "breast-cancer")
    assert not (tmp_path / "boundary.png").exists()
    assert (tmp_path / "model.npz").exists()


def test_no_model_when_one_class_was_answered(tmp_path):
    *_, metrics = do_run(tmp_path, budget=1)
    assert not metrics["fitted"]
    assert {path.name for path in tmp_path.iterdir()} == {"labels.csv", "metrics.json", "curve.png"}


def test_folder_appears_only_when_complete(tmp_path):
    path = tmp_path / "deep" / "run"
    with run_folder(path) as partial:
        (partial / "metrics.json").write_text("{}")
        assert not path.exists()
        assert partial.parent == path.parent
    assert [p.name for p in path.parent.iterdir()] == ["run"]
    assert (path / "metrics.json").read_text() == "{}"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_when_the_block_raises(tmp_path, error):
    def fail():
        with run_folder(tmp_path / "deep" / "run") as partial:
            (partial / "labels.csv").write_text("order,row,label\n")
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_kept_unless_told(tmp_path):
    path = tmp_path / "run"
    with run_folder(path) as partial:
        (partial / "metrics.json").write_text("old")
    with pytest.raises(InvalidInputError, match=r"exists already.*--overwrite"), run_folder(path):
        pass
    with run_folder(path, overwrite=True) as partial:
        (partial / "metrics.json").write_text("new")
    assert (path / "metrics.json").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_overwrite_spares_what_no_run_wrote(tmp_path):
    thesis = tmp_path / "thesis.tex"
    thesis.write_text("chapter one")
    for path in (tmp_path, thesis):
        with pytest.raises(InvalidInputError, match="is not a run folder"):
            run_folder(path, overwrite=True).__enter__()
    assert thesis.read_text() == "chapter one"


def test_unwritable_place(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot write to"):
        run_folder(tmp_path / "file" / "run").__enter__()
