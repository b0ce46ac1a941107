"""The benchmark of people who label at once: a short run loses nothing, and says so."""

import json
import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "label_load.py"


@pytest.mark.slow
def test_a_short_run(tmp_path, monkeypatch, capsys):
    small = ["--people", "4", "--seconds", "8", "--rows", "300", "--columns", "4", "--labels", "20"]
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *small, "--out", str(tmp_path)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    record = json.loads((tmp_path / "label_load.json").read_text())
    assert (record["lost"], record["doubled"], record["errors"]) == (0, 0, 0)
    assert record["answers"] > 20
    assert record["milliseconds"]["answer to next question"]["p50"] < 2000
    assert record["seconds to end"] < 3
    assert (tmp_path / "label_load.png").exists()
    page = (tmp_path / "label_load.md").read_text()
    assert page in capsys.readouterr().out
    assert "0 of them lost, 0 doubled; 0 errors" in page
