"""Evidence of a run: in metrics.json, in curve.png, in a picture of its own."""

import json

import numpy as np
import pytest

from cutplane.certificate.theorem import BOUND
from cutplane.drawing import save_figure
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.evidence import Evidence
from cutplane.runs.evidence import evidence_figure
from cutplane.runs.figures import curve_figure
from cutplane.runs.folder import write_run
from cutplane.runs.simulation import Curve, Plan, simulate
from cutplane.space.hypothesis import Hypothesis
from cutplane.tables.split import split_table
from cutplane.tables.table import read_table

GRAVITY = {"hidden": (10,), "activation": "gated_relu", "center": "gravity", "random_state": 0}


def played(folder, name="moons", budget=8, **options):
    table = read_table(name)
    split = split_table(table, seed=0)
    kind = CuttingPlaneRegressor if table.task == "regression" else CuttingPlaneClassifier
    simulation = simulate(kind(**(GRAVITY | options)), split, Plan("random", budget))
    return simulation, write_run(folder, table, simulation)


def curve(query, log_volume, ratio, n_cuts=(0, 2, 3)):
    measures = {"accuracy": [0.5, 0.7, 0.8]}
    return Curve(query, [1, 2, 3], list(n_cuts), measures, list(log_volume), list(ratio))


def test_metrics_hold_evidence_and_what_every_label_left(tmp_path):
    simulation, metrics = played(tmp_path)
    assert json.loads((tmp_path / "metrics.json").read_text()) == metrics
    learner = simulation.learner
    assert metrics["evidence"] == learner.evidence_.as_dicts()
    assert sum(own["weight"] for own in metrics["evidence"]) == pytest.approx(1)
    for name in ("log_volume", "ratio"):
        assert metrics["curve"][name] == [entry[name] for entry in learner.history_]
    assert metrics["log_volume"] == metrics["curve"]["log_volume"][-1] < 0


def test_centers_without_a_law_leave_both_out(tmp_path):
    _, metrics = played(tmp_path, center="analytic")
    assert metrics["evidence"] is metrics["log_volume"] is None
    assert not {"log_volume", "ratio"} & set(metrics["curve"])


def test_values_have_evidence_only(tmp_path):
    _, metrics = played(tmp_path, "quadratic", noise=0.2)
    assert metrics["evidence"][0]["noise"] == 0.2
    assert metrics["log_volume"] is None
    assert "ratio" not in metrics["curve"]


def test_the_curve_has_panels_of_volume_and_ratio():
    own = curve("a", [None, -1.0, -2.0], [None, 0.2, 0.4])
    accuracy, volume, ratio = curve_figure([own, curve("b", [None] * 3, [None] * 3)]).axes
    assert len(accuracy.lines) == len(volume.lines) == 2
    np.testing.assert_allclose(volume.lines[0].get_ydata()[1:], np.array([-1, -2]) / np.log(10))
    single, several = (points.get_offsets().data for points in ratio.collections)
    assert np.array_equal(single, [[3, 0.4]])
    assert np.array_equal(several[1:], [[2, 0.2]])
    assert np.allclose(ratio.lines[0].get_ydata(), BOUND)


def test_only_a_law_has_these_panels():
    assert len(curve_figure([curve("a", [None] * 3, [None] * 3)]).axes) == 1


@pytest.mark.parametrize("has_volume", [False, True])
def test_the_legend_is_inside_the_picture(tmp_path, has_volume):
    volumes = [None, -1.0, -2.0] if has_volume else [None] * 3
    curves = [curve("variance_reduction", volumes, volumes) for _ in range(2)]
    figure = curve_figure(curves)
    save_figure(figure, tmp_path / "curve.png")
    box = figure.legends[0].get_window_extent()
    width, height = figure.canvas.get_width_height()
    assert 0 <= box.x0 < box.x1 <= width
    assert 0 <= box.y0 < box.y1 <= height


def evidence(*pairs):
    hypotheses, log_z = zip(*pairs, strict=True)
    return Evidence(tuple(hypotheses), np.array(log_z, dtype=float), 10, 10)


def test_the_picture_of_evidence(tmp_path):
    found = evidence(
        (Hypothesis(1.0, 0.0, 0.5), -3.0),
        (Hypothesis(1.0, 0.1, 0.1), -2.0),
        (Hypothesis(0.0, 0.0, 0.1), -4.0),
        (Hypothesis(0.0, 0.0, 0.0), -np.inf),
    )
    figure = evidence_figure(found, "evidence")
    save_figure(figure, tmp_path / "evidence.png")
    one, zero = figure.axes
    assert [axes.get_title(loc="left") for axes in (one, zero)] == ["slope 1", "slope 0"]
    assert [text.get_text() for text in one.get_xticklabels()] == ["0.1", "0.5"]
    places = {line.get_label(): line.get_xdata()[0] for line in one.lines}
    assert places == {"flip 0": 1, "flip 0.1": 0}
    height = one.lines[0].get_ydata()[0]
    assert height == pytest.approx(-1 / np.log(10))
    areas = [points.get_sizes()[0] for points in (*one.collections, *zero.collections)]
    weights = [found.weights[0], found.weights[1], found.weights[2]]
    np.testing.assert_allclose(np.array(areas) / sum(areas), weights)


def test_values_are_drawn_by_amplitude():
    found = evidence((Hypothesis(1.0, 0.0, 0.1, 0.5), -3.0), (Hypothesis(1.0, 0.0, 0.1, 2.0), -2.0))
    (axes,) = evidence_figure(found).axes
    assert axes.get_legend_handles_labels()[1] == ["amplitude 0.5", "amplitude 2"]
