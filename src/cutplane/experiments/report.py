"""What a study leaves in its folder: the records, a summary, and the figures."""

from __future__ import annotations

import pandas as pd

from cutplane._types import Metadata
from cutplane.archive import write_json
from cutplane.atomic import replacing
from cutplane.drawing import save_figure
from cutplane.experiments.claims import holding, level, markdown, paired_gaps
from cutplane.experiments.collage import collage_figure
from cutplane.experiments.curves import summary, write_frame
from cutplane.experiments.figures import curves_figure
from cutplane.experiments.published import published_curves
from cutplane.experiments.study import Study


def write_report(study: Study) -> Metadata:
    """Write ``curves.parquet``, ``summary.csv``, ``summary.json`` and the figures.

    The figures are ``curves.png`` and, for an experiment with a grid, ``collage.png`` of seed 0.
    Claims are written to ``claims.json``, and as a table to ``claims.md``.

    Returns
    -------
    dict
        What was written to ``summary.json``: scores of every method at the experiment's
        ``summary_at``, by labels asked ("n_labels") and by the paper's count ("n_counted"),
        and the labels that its runs read for that; the claims, if there are any.
    """
    frame = study.frame()
    names = [method.name for method in study.experiment.methods]
    table = summary(frame, names, study.experiment.summary_at)
    write_frame(frame, study.folder / "curves.parquet")
    with replacing(study.folder / "summary.csv") as file:
        table.to_csv(file, index=False)
    report = _report(study, frame, table)
    if study.experiment.claims:
        claims = paired_gaps(frame, study.experiment.claims, study.budget)
        report["claims"] = _claims(study, claims)
        write_json(study.folder / "claims.json", report["claims"])
        with replacing(study.folder / "claims.md") as file:
            file.write(markdown(claims, _labels(study)).encode())
    write_json(study.folder / "summary.json", report)
    published = published_curves(study.experiment.name)
    figure = curves_figure(study.experiment, frame, published, study.budget)
    save_figure(figure, study.folder / "curves.png")
    if study.experiment.grid is not None:
        collage = collage_figure(study.experiment, study.pictures())
        save_figure(collage, study.folder / "collage.png")
    return report


def _report(study: Study, frame: pd.DataFrame, table: pd.DataFrame) -> Metadata:
    ends = frame.groupby(["method", "seed"])[["n_labels", "n_counted"]].max()
    methods: Metadata = {}
    for method in study.experiment.methods:
        end = ends.loc[method.name].mean()
        methods[method.name] = {
            "label": method.label,
            "labels_at_end": float(end.n_labels),
            "counted_at_end": float(end.n_counted),
        }
    for row in table.itertuples():
        cell = {"mean": _number(row.mean), "sd": _number(row.sd), "n_seeds": row.n_seeds}
        methods[row.method].setdefault(row.count, {})[str(row.at)] = cell
    return {
        "experiment": study.experiment.name,
        "folder": str(study.folder),
        "measure": "rmse" if study.experiment.is_regression else "accuracy",
        "seeds": study.n_seeds,
        "budget": study.budget,
        "settings": study.experiment.settings,
        "at": list(study.experiment.summary_at),
        "methods": methods,
    }


def _claims(study: Study, table: pd.DataFrame) -> Metadata:
    """What the claims are tested by, and their gaps; an interval of one seed is null."""
    return {
        "measure": "paired gap in area over seeds, Student's interval",
        "coverage": level(study.experiment.claims),
        "holds": holding(table),
        "gaps": table.astype(object).where(table.notna(), None).to_dict("records"),
    }


def _labels(study: Study) -> dict[str, str]:
    return {method.name: method.label for method in study.experiment.methods}


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if pd.isna(value) else float(value)
