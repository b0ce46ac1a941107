import csv
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.runs.figures import curve_figure
from cutplane.runs.folder import labelled_rows, load_learner, run_folder, write_run
from cutplane.runs.simulation import Curve, Plan, simulate
from cutplane.spreadsheet import original
from cutplane.tables.model import load_model
from cutplane.tables.report import Remark
from cutplane.tables.split import split_table
from cutplane.tables.table import read_table


def do_run(folder, name="moons", budget=12, **plan):
    table = read_table(name)
    split = split_table(table, seed=0)
    kind = CuttingPlaneRegressor if table.task == "regression" else CuttingPlaneClassifier
    estimator = kind(hidden=(20,), random_state=0)
    query = "spread" if table.task == "regression" else "margin"
    simulation = simulate(estimator, split, Plan(query, budget, **plan))
    comparison = simulate(estimator, split, Plan("random", 2)).curve
    metrics = write_run(folder, table, simulation, [comparison], {"query": query})
    return table, split, simulation, metrics


def test_a_run_folder_is_complete_and_consistent(tmp_path):
    table, split, simulation, metrics = do_run(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "labels.csv",
        "metrics.json",
        "model.npz",
        "curve.png",
        "boundary.png",
        "learner.npz",
    }

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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("moons", {"curve.png", "boundary.png"}),
        ("quadratic", {"curve.png", "fit.png"}),
        ("three", {"curve.png", "boundary.png"}),
        ("saddle", {"curve.png", "boundary.png"}),
        ("breast-cancer", {"curve.png"}),
    ],
)
def test_pictures_are_drawn(tmp_path, name, pictures):
    if name in ("three", "saddle"):
        X = np.random.default_rng(0).normal(size=(90, 2))
        angle = np.arctan2(*X.T)
        y = np.digitize(angle, [-1, 1]) if name == "three" else X[:, 0] * X[:, 1]
        np.savez(tmp_path / f"{name}.npz", X=X, y=y)
        name = tmp_path / f"{name}.npz"
    folder = tmp_path / "run"
    folder.mkdir()
    do_run(folder, name)
    assert {path.name for path in folder.glob("*.png")} == pictures
    for picture in pictures:
        pixels = imread(folder / picture)[..., :3].reshape(-1, 3)
        assert len(pixels) > 200_000
        assert len(np.unique(pixels, axis=0)) > 50


def test_a_run_is_drawn_beside_any_number_of_others():
    curves = [Curve(f"query {i}", [1, 2], [1, 2], {"accuracy": [0.5, 0.9]}) for i in range(6)]
    (axes,) = curve_figure(curves).axes
    assert len(axes.lines) == 6


@pytest.mark.slow
def test_regression_metrics_hold_both_measures_and_both_counts(tmp_path):
    table, split, simulation, metrics = do_run(tmp_path, "quadratic")
    assert metrics["task"] == "regression"
    assert (metrics["n_labels"], metrics["n_cuts"]) == (12, simulation.learner.n_cuts_)
    assert metrics["rmse"] == metrics["curve"]["rmse"][-1]
    assert metrics["r2"] == metrics["curve"]["r2"][-1]
    assert set(metrics["curve"]["area"]) == {"rmse", "r2"}
    predicted = load_model(tmp_path).predict(table.features.iloc[split.test_rows])
    rmse = np.sqrt(np.mean((predicted - split.y_test) ** 2))
    assert metrics["rmse"] == pytest.approx(rmse)


@pytest.mark.slow
def test_held_out_labels_come_first_and_are_counted(tmp_path):
    table, _, simulation, metrics = do_run(
        tmp_path, budget=20, stop=("plateau",), n_held_out=8, patience=50
    )
    assert (metrics["n_labels"], metrics["n_held_out"], metrics["n_pool"]) == (20, 8, 700)
    with open(tmp_path / "labels.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [int(line["row"]) for line in lines[:8]] == simulation.held_out_rows.tolist()
    assert len({line["row"] for line in lines}) == 20
    assert all(line["label"] == str(table.target.iloc[int(line["row"])]) for line in lines)


def test_no_model_when_one_class_was_answered(tmp_path):
    *_, metrics = do_run(tmp_path, budget=1)
    assert not metrics["fitted"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "labels.csv",
        "metrics.json",
        "curve.png",
        "learner.npz",
    }


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
    with pytest.raises(InvalidInputError, match="cannot be written"):
        run_folder(tmp_path / "file" / "run").__enter__()


def test_rows_are_numbered_as_in_the_file_and_the_report_is_kept(tmp_path):
    """Row 0 and every row of the file from 500 to 502 are empty."""
    whole = read_table("moons")
    numbers = np.setdiff1d(np.arange(1004), [0, 500, 501, 502])
    said = Remark("rows left out", "4 rows are empty and left out (first: line 2).", (), 4, 2)
    report = whole.report.with_remarks([said])
    features = whole.features.assign(unit="kg")
    table = replace(whole, features=features, numbers=numbers, report=report)
    split = split_table(table, seed=0)
    simulation = simulate(
        CuttingPlaneClassifier(hidden=(8,), random_state=0), split, Plan("margin", 4)
    )
    metrics = write_run(tmp_path, table, simulation)
    labels = pd.read_csv(tmp_path / "labels.csv")
    asked = split.pool_rows[simulation.learner.labels_rows_]
    assert labels["row"].tolist() == numbers[asked].tolist()
    assert labelled_rows(tmp_path, load_learner(tmp_path)) == numbers[asked].tolist()
    kinds = [remark["kind"] for remark in metrics["report"]["remarks"]]
    assert kinds[-2:] == ["rows left out", "columns left out"]
    assert list(metrics["dropped_columns"]) == ["unit"]
    assert load_model(tmp_path).report.as_dict() == metrics["report"]
    assert metrics["n_unlabelled"] == 0


def test_a_run_that_is_being_written_is_refused_before_the_work(tmp_path):
    with run_folder(tmp_path / "run") as partial:
        (partial / "metrics.json").write_text("one")
        for overwrite in (False, True):
            with pytest.raises(InvalidInputError, match="is being written by process"):
                run_folder(tmp_path / "run", overwrite).__enter__()
    assert (tmp_path / "run" / "metrics.json").read_text() == "one"


def test_a_mount_point_is_refused_before_the_work():
    with pytest.raises(InvalidInputError, match=r"is not a run folder|is a mount point"):
        run_folder("/", overwrite=True).__enter__()


def test_a_link_to_a_run_folder_is_overwritten_through(tmp_path):
    with run_folder(tmp_path / "run") as partial:
        (partial / "metrics.json").write_text("old")
    (tmp_path / "latest").symlink_to(tmp_path / "run")
    with pytest.raises(InvalidInputError, match="exists already"):
        run_folder(tmp_path / "latest").__enter__()
    with run_folder(tmp_path / "latest", overwrite=True) as partial:
        (partial / "metrics.json").write_text("new")
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "run" / "metrics.json").read_text() == "new"


def test_labels_of_a_run_are_no_formulas_and_their_rows_come_back(tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.where(X[:, 0] > 0, '=HYPERLINK("x")', "-1.5")
    np.savez(tmp_path / "t.npz", X=X, y=y)
    (tmp_path / "run").mkdir()
    *_, simulation, _ = do_run(tmp_path / "run", tmp_path / "t.npz")
    with open(tmp_path / "run" / "labels.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["label"] for line in lines} == {'\'=HYPERLINK("x")', "-1.5"}
    rows = labelled_rows(tmp_path / "run", simulation.learner)
    assert [original(line["label"]) for line in lines] == y[rows].tolist()
    assert rows == [int(line["row"]) for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        "order,row,label\n1,2,a\n",
        "order,row\n1,x\n",
        "a,b\n1,2\n",
        "row\n" + "-1\n" * 12,
        "\0",
        "row\n\xff",
    ],
)
def test_labels_of_another_run_are_refused(tmp_path, text):
    *_, simulation, _ = do_run(tmp_path)
    (tmp_path / "labels.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelFileError, match=r"labels\.csv"):
        labelled_rows(tmp_path, simulation.learner)
