"""Axes and cases of the speed benchmark, and what its tables say."""

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("cvxpy")

import speed
from harness import Stopwatch
from speed import AXES, METHODS, OURS, Measured, Setting, settings
from speed_report import COLORS, NAMES, ONE_LABEL, one_label, table


def test_one_label_is_timed_for_both_centers_of_the_same_network():
    sizes = [(s.patterns, s.labels) for s in settings(ONE_LABEL, "gated, gravity", False)]
    assert sizes == [(400, 100), (400, 1_000)]
    for method in OURS:
        analytic = method.removesuffix(", gravity")
        assert settings(ONE_LABEL, method, False) == settings(ONE_LABEL, analytic, False)
    assert settings(ONE_LABEL, "torch", False) == settings("pool", "SCS", False) == []
    assert len(settings("labels", "relu, gravity", True)) == 3 < len(AXES["labels"])


def test_every_method_has_a_name_and_a_color():
    assert set(METHODS) == set(NAMES) == set(COLORS)
    assert len(set(COLORS.values())) == len(COLORS)


@pytest.mark.parametrize("method", ["relu", "gated, gravity"])
def test_learning_is_a_part_of_the_question(method):
    learning, whole = Stopwatch(), Stopwatch()
    small = Setting(labels=6, patterns=5, features=3, pool=30)
    question = speed.cutting_planes(small, method, learning)
    whole.time(question)
    assert len(learning.elapsed) == 1
    assert 0 < learning.median <= whole.median


def test_what_was_measured_is_not_measured_again(tmp_path, monkeypatch):
    made = []

    def measure(*task):
        made.append(task)
        return {"seconds": 2.0, "cpu_s": 2.0, "learn_s": 1.5, "mb": 1.0}

    monkeypatch.setattr(speed, "measure_apart", measure)
    cases = settings(ONE_LABEL, "gated", False)
    for _ in range(2):
        measured = Measured(tmp_path)
        for setting in cases:
            measured.get("gated", ONE_LABEL, setting, 1.0)
    assert len(made) == len(cases) == len(measured.rows)
    text = one_label(measured.rows)
    assert "| cutplane gated | 400 | 1,000 | 64 | 1,500.0 | 2,000.0 |" in text
    assert one_label([]) == ""
    assert "1.5 to 1.5" not in table(measured.rows)


def test_rows_without_the_time_to_learn_are_shown():
    rows = [
        {"method": "torch", "axis": "labels", "labels": n, "cpu_s": n / 10, "mb": 3.0}
        for n in (10, 100)
    ]
    assert "10 to 100 | 1 to 10 |  | 3 to 3 |" in table(rows)
