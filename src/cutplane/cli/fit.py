"""`cutplane fit`: a model from every labelled row of a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.estimator import EstimatorOptions
from cutplane.cli.groups import spreads_groups
from cutplane.cli.outputs import require_folder
from cutplane.cli.reading import ReadingOptions

if TYPE_CHECKING:
    from cutplane._types import Metadata
    from cutplane.tables.table import Table

EXAMPLE = "Example: cutplane fit patients.csv --target diagnosis --out models/patients"


@spreads_groups
def fit(
    table: options.TableArgument,
    *,
    reading: ReadingOptions,
    journal: Annotated[
        str | None,
        typer.Option(help="Labels of a journal of `query`, beside the table's."),
    ] = None,
    estimator: EstimatorOptions,
    seed: options.Seed = 0,
    out: Annotated[
        Path | None, typer.Option(help="Model folder; runs/TABLE-fit-seedSEED by default.")
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Cut with every labelled row, and write the model for `cutplane predict`.

    Rows without a label help to place the gates and to scale the columns.
    """
    from cutplane.runs.fit import fit_table, write_fit
    from cutplane.runs.folder import plain_settings, run_folder

    data = reading.read(table, may_lack_target=journal is not None)
    if journal is not None:
        data = _labelled(data, journal, reading.kept)
    network = estimator.build(data.task, seed, verbose=True)
    folder = out or Path("runs") / f"{data.name}-fit-seed{seed}"
    require_folder(folder, table)
    with run_folder(folder, overwrite) as partial:
        model = fit_table(network, data, keep=reading.kept)
        say.remarks(model.report.remarks if model.report else (), data.report.remarks)
        metrics = write_fit(partial, data, network, model, plain_settings(network.get_params()))
    if as_json:
        say.as_json({"folder": str(folder), **metrics})
    else:
        _summarise(metrics)
        say.line(f"Model folder: {folder}")


def _labelled(data: Table, journal: str, keep: Sequence[str]) -> Table:
    """The table with the labels of a journal, which is said."""
    from cutplane.tables.journal_labels import with_journal

    labelled = with_journal(data, journal, keep)
    say.remarks(labelled.report.remarks, data.report.remarks)
    return labelled


def _summarise(metrics: Metadata) -> None:
    score = "R2" if metrics["task"] == "regression" else "accuracy"
    say.line(
        f"{metrics['table']}: {metrics['n_labels']} labels, {metrics['n_cuts']} cuts, "
        f"training {score} {metrics['training_score']:.3f}"
    )
    options.say_of_answers(metrics)
