"""Figures of the results page, drawn from the files that the suites left in docs/results."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pandas as pd

import speed_report
from cutplane.drawing import save_figure, save_phone_form
from cutplane.experiments.curves import read_frame
from cutplane.experiments.figures import curves_figure
from cutplane.experiments.published import published_curves
from cutplane.experiments.registry import EXPERIMENTS
from label_suite.report import report_groups
from scale_suite.report import report as report_scale
from scale_suite.store import Lines


def draw(results: Path) -> None:
    """Every figure that the stored files are enough for, and the tables beside them.

    Collages need the models, and the load of the page every time it took: those pictures stay.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        if (curves := results / "label_suite" / "curves.parquet").exists():
            report_groups(pd.read_parquet(curves), curves.parent)
        if (rows := results / "speed" / "speed.json").exists():
            speed_report.report(json.loads(rows.read_text()), rows.parent)
        if (cells := results / "scale" / "cells.jsonl").exists():
            verdicts = Lines(cells.with_name("targets.jsonl")).records
            report_scale(Lines(cells).records, verdicts, cells.parent)
    for name in EXPERIMENTS:
        if (curves := results / name / "curves.parquet").exists():
            _draw_experiment(name, curves)


def _draw_experiment(name: str, curves: Path) -> None:
    """Scores of the methods that the files have."""
    budget = json.loads(curves.with_name("settings.json").read_text())["budget"]
    figure = curves_figure(EXPERIMENTS[name](), read_frame(curves), published_curves(name), budget)
    path = curves.with_name("curves.png")
    save_figure(figure, path)
    save_phone_form(figure, path)
