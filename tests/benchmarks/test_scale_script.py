"""Cells of the scale benchmark, what is left out and why, and what its tables say."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import cutplane
from harness import Stopwatch
from results_page import page
from scale_suite import pools, sizes, store, targets, trials
from scale_suite.cells import Cell, measure
from scale_suite.figure import figure
from scale_suite.phases import PHASES, ExtraMemory, phases
from scale_suite.report import PARTS, growth, profile, report
from scale_suite.report import targets as table_of_targets
from scale_suite.store import Lines, measured
from scale_suite.targets import TARGETS, Bound, Target, verdict

SMALL = Cell("gated", "gravity", labels=12, rows=60, columns=5, gates=8)


def record(cell, question=2.0, **more):
    parts = dict.fromkeys(PARTS, question / len(PARTS))
    return {**asdict(cell), **parts, "question": question, "product": 0.5, "mb": 3.0, **more}


def test_the_profile_has_every_combination_of_sizes_networks_and_centers():
    whole = sizes.profile(quick=False)
    assert len(whole) == len(set(whole)) == 3 * 2 * 3 * 3 * 2
    assert set(sizes.profile(quick=True)) < set(whole)


def test_one_size_grows_on_an_axis():
    for axis, cell in sizes.growth(quick=False):
        usual = Cell(cell.network, cell.center)
        changed = {name for name, value in asdict(cell).items() if value != asdict(usual)[name]}
        assert changed <= {axis}


def test_pools_are_made_once_and_mapped(tmp_path):
    first = pools.mapped(tmp_path, 30, 4)
    assert first.dtype == np.float32
    assert isinstance(first, np.memmap)
    (path,) = tmp_path.iterdir()
    written = path.stat().st_mtime_ns
    np.testing.assert_array_equal(pools.mapped(tmp_path, 30, 4), first)
    assert path.stat().st_mtime_ns == written
    assert set(pools.Teacher.of(4).label(np.asarray(first))) == {-1, 1}


def test_a_cell_is_measured_by_its_parts(tmp_path):
    found = measure(SMALL, tmp_path)
    assert found["question"] == pytest.approx(sum(found[part] for part in PARTS))
    assert all(found[part] >= 0 for part in PARTS)
    assert found["close look"] > 0


def test_functions_of_the_phases_are_those_of_the_library():
    for file, name in set.union(*PHASES.values()):
        texts = [path.read_text() for path in Path(cutplane.__file__).parent.rglob(file)]
        defined = [f"def {name}(" in text for text in texts]
        assert sum(defined) == 1, f"{file} has no {name}; see phases.PHASES"


def test_the_rest_of_a_question_is_its_choice():
    found = phases(lambda: sum(range(1000)))
    assert found["pass"] == found["close look"] == 0
    assert found["choice"] > 0


def test_memory_beside_files_is_seen():
    with ExtraMemory() as memory:
        held = np.ones(4_000_000)
        watch = Stopwatch()
        watch.time(lambda: [np.sort(held) for _ in range(3)])
    assert np.isnan(memory.mb) or memory.mb > 25


def test_what_was_measured_is_not_measured_again_and_larger_cells_are_left_out(
    tmp_path, monkeypatch
):
    asked = []

    def apart(function, cell, folder, *, limit):
        asked.append(cell)
        return {"failed": "stopped after 1 s"} if cell.labels > 300 else record(cell)

    monkeypatch.setattr(store, "apart", apart)
    cells = [Cell("relu", "gravity", labels) for labels in (100, 400, 800)]
    for _ in range(2):
        lines = Lines(tmp_path / "cells.jsonl")
        found = [measured(lines, cell, tmp_path, 1.0) for cell in cells]
    assert asked == cells[:2]
    assert found[2]["left out"] == "stopped after 1 s at 400 labels, 10,000 rows, 64 columns"
    other = measured(lines, Cell("gated", "gravity", 800), tmp_path, 1.0)
    assert "left out" not in other
    huge = measured(lines, Cell("relu", "analytic", rows=1_000_000, columns=2560), tmp_path, 1.0)
    assert huge["left out"] == "the pool has 10 GB"


def test_exponents_are_slopes_of_logarithms():
    cells = [Cell("gated", "analytic", labels) for labels in sizes.AXES["labels"]]
    text = growth([record(cell, question=1e-6 * cell.labels**2) for cell in cells])
    assert (
        "| gated, analytic | labels | 100 to 1,600 | 0.01 to 2.6 | 2.00 | 2.00 | 0.00 |  |" in text
    )
    failed = [record(cells[0]), {**asdict(cells[1]), "failed": "stopped after 40 s"}]
    assert "failed: stopped after 40 s" in growth(failed)


def test_tables_and_curves_become_a_section_of_the_page(tmp_path):
    folder = tmp_path / "scale"
    report([record(cell) for _, cell in sizes.growth(quick=True)], [], folder)
    written = (folder / "scale.md").read_text(encoding="utf-8")
    assert "### Growth exponents" in written
    assert "### Targets" not in written
    assert (folder / "scale.png").stat().st_size > 1_000
    whole = page(tmp_path)
    assert written in whole
    assert "## Scale" in whole
    assert "(results/scale/scale.png)" in whole


def test_the_legend_names_what_has_a_curve(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr("scale_suite.figure.save_phone_form", lambda own, _: drawn.append(own))
    done, failed = Cell("gated", "analytic", labels=200), Cell("relu", "gravity", labels=200)
    lying = {
        ("relu", "gravity", "labels"): [{**asdict(failed), "failed": "stopped"}],
        ("gated", "analytic", "gates"): [record(done)],
    }
    figure(lying, tmp_path / "scale.png")
    assert [text.get_text() for text in drawn[0].legends[0].get_texts()] == ["gated, analytic"]


def test_the_largest_part_of_a_question_stands_out():
    cell = sizes.profile(quick=True)[0]
    text = profile([record(cell, **{"pass": 1.0})])
    assert "**50%**" in text
    assert "| 4 | 3 |" in text
    assert profile([]) == ""


def test_targets_say_whether_they_are_met(tmp_path, monkeypatch):
    monkeypatch.setattr(targets, "apart", lambda trial, *_, **__: trial())
    bounds = (Bound("a", "x", 1.0, "s"), Bound("b", "y", 2.0, "MB"), Bound("c", "z", None, ""))
    short = Target(TARGETS[0].title, lambda: {"x": 1.5, "y": 1.5, "z": 7.0}, (), bounds)
    lines = Lines(tmp_path / "targets.jsonl")
    assert verdict(lines, short, tmp_path, quick=True) == verdict(
        Lines(tmp_path / "targets.jsonl"), short, tmp_path, quick=True
    )
    monkeypatch.setattr("scale_suite.report.TARGETS", (short,))
    text = table_of_targets(lines.records)
    assert "| a | 1.5 s | 1 s | missed |" in text
    assert "| b | 1.5 MB | 2 MB | met |" in text
    assert "| c | 7 | – |  |" in text
    monkeypatch.setattr("scale_suite.report.TARGETS", (TARGETS[0],))
    fast = Bound("d", "w", None, "times as fast", 1.7)
    assert [fast.verdict(ratio) for ratio in (1.6, 1.8)] == ["missed", "met"]
    assert fast.text == "at least 1.7 times as fast"
    refused = [{"target": TARGETS[0].title, "failed": "stopped after 600 s"}]
    assert "stopped after 600 s | 2 products with 200 columns | missed" in table_of_targets(refused)


def test_long_trials_are_left_out_of_the_quick_run(tmp_path):
    long = next(target for target in TARGETS if target.is_long)
    assert verdict(Lines(tmp_path / "targets.jsonl"), long, tmp_path, quick=True) is None


def test_trials_measure_what_their_bounds_are_about(tmp_path, monkeypatch):
    monkeypatch.setattr(trials, "USUAL", {"rows": 6_000, "columns": 4})
    found = {
        trials.whole_run: trials.whole_run(tmp_path, "gated", 14),
        trials.fit: trials.fit(tmp_path, "gated", 40),
        trials.learning: trials.learning(tmp_path, "relu", (10, 20)),
        trials.question: trials.question(tmp_path, "gated", "margin", 6_000),
    }
    for trial, numbers in found.items():
        fields = {b.field for target in TARGETS if target.trial is trial for b in target.bounds}
        assert {field for field in fields if not field.startswith("at ")} <= set(numbers)
    assert found[trials.learning]["whole run"] > 0
