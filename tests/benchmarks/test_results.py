"""Stored results say which code played them, and stopped suites go on."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

import results
import results_suites
from cutplane import CuttingPlaneClassifier
from cutplane.active.query import default_query
from results_page import played
from results_suites import CHANGES, DEFAULT, PLAYED, SUITES, Playing, Suite

ROOT = Path(__file__).parents[2]
STORED = ROOT / "docs" / "results"
#: Of an estimator, and no part of what it computes.
SILENT = ("n_jobs", "random_state", "verbose")


def test_a_change_of_the_default_is_written_down():
    own = {k: v for k, v in CuttingPlaneClassifier().get_params().items() if k not in SILENT}
    own["query"] = default_query(is_regression=False)
    assert own == DEFAULT, "add a line to results_suites.CHANGES, and what is new to DEFAULT"


def test_changes_are_records_in_order():
    assert list(CHANGES) == sorted(CHANGES, key=lambda change: change.at)
    assert all((ROOT / "docs" / "decisions" / change.file).is_file() for change in CHANGES)
    assert all(change.file.startswith(change.record) for change in CHANGES)


def test_every_folder_is_a_suite_that_says_when_it_was_played():
    assert {path.name for path in STORED.iterdir()} == {suite.name for suite in SUITES}
    assert all(Playing.read(STORED / suite.name) for suite in SUITES)


def test_the_page_says_what_is_older_than_the_default(tmp_path):
    folder = tmp_path / "speed"
    assert "is not known" in played(folder)
    Playing("2026-11-26T11:00:00+00:00", "abcdef").write(folder)
    assert "Older than the default of today" in played(folder)
    assert "[0040](decisions/0040-" in played(folder)
    assert "[0039]" not in played(folder)
    Playing("2100-01-01T00:00:00+00:00", "abcdef").write(folder)
    assert "the same since" in played(folder)


@pytest.fixture
def suite(tmp_path):
    """A suite that counts how often it was run, and fails the first time."""
    script = tmp_path / "script.py"
    script.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1]) / 'curves.csv'\n"
        "n = len(path.read_text()) if path.exists() else 0\n"
        "path.write_text('x' * (n + 1))\n"
        "sys.exit(n == 0)\n"
    )
    return Suite("own", f"python {script} {{out}}", 7)


in_a_checkout = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a revision")


@in_a_checkout
def test_a_stopped_suite_goes_on_and_its_files_take_the_place_of_the_old(tmp_path, suite):
    stored = tmp_path / "stored"
    stored.mkdir()
    (stored / "curves.csv").write_text("old")
    with pytest.raises(results.subprocess.CalledProcessError):
        results.replay(suite, stored, "", tmp_path / "work")
    assert (stored / "curves.csv").read_text() == "old"
    results.replay(suite, stored, "", tmp_path / "work")
    assert (stored / "curves.csv").read_text() == "xx"
    assert Playing.read(stored).revision == Playing.now(ROOT).revision
    assert "up to date" in results.state(suite, stored)
    assert "(7 minutes)" in results.state(suite, stored)


@in_a_checkout
def test_a_suite_that_another_revision_began_is_refused(tmp_path, suite):
    Playing("2026-11-26T11:00:00+00:00", "0000000").write(tmp_path / "work" / "own")
    with pytest.raises(SystemExit, match="begun by revision 0000000"):
        results.replay(suite, tmp_path / "stored", "", tmp_path / "work")


def test_the_suite_of_labels_needs_its_data(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["results.py", "--replay", "label_suite"])
    with pytest.raises(SystemExit):
        results.main()
    assert "--data" in capsys.readouterr().err


def test_what_was_played_is_plain_json(tmp_path):
    Playing("2026-11-26T11:00:00+00:00", "abcdef").write(tmp_path)
    assert set(json.loads((tmp_path / PLAYED).read_text())) == {"at", "revision"}
    assert results_suites.Playing.read(tmp_path / "nowhere") is None
