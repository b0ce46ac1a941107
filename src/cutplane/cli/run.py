"""`cutplane run`: active learning on a labelled table with a simulated oracle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.choices import STOPPING_RULES
from cutplane.cli.estimator import EstimatorOptions
from cutplane.cli.failures import INTERRUPTED
from cutplane.cli.groups import spreads_groups
from cutplane.cli.outputs import require_folder
from cutplane.cli.reading import ReadingOptions
from cutplane.errors import InvalidInputError
from cutplane.progress import progress_bar

if TYPE_CHECKING:
    from cutplane._types import Metadata
    from cutplane.runs.simulation import Curve, Plan, Simulation
    from cutplane.tables.model import Estimator
    from cutplane.tables.split import Split

EXAMPLE = "Example: cutplane run patients.csv --target diagnosis --budget 60 --seed 0"

_NAMES = {"accuracy": "accuracy", "rmse": "RMSE", "r2": "R2"}


@spreads_groups
def run(
    table: options.TableArgument,
    *,
    budget: Annotated[int, typer.Option(help="How many labels to ask for; every answer counts.")],
    reading: ReadingOptions,
    query: options.Query = None,
    batch_size: Annotated[int, typer.Option(help="Rows asked at once.")] = 1,
    stop: Annotated[
        list[str] | None,
        typer.Option(help=f"Stop early by a rule: {', '.join(STOPPING_RULES)}; repeatable."),
    ] = None,
    patience: Annotated[int, typer.Option(help="Answers that plateau and stable wait for.")] = 10,
    ratio: Annotated[
        float, typer.Option(help="Spread over size of the predictions at which small stops.")
    ] = 0.1,
    held_out: Annotated[
        int, typer.Option(help="Labels that plateau buys first, to judge by; they count.")
    ] = 20,
    estimator: EstimatorOptions,
    query_model: Annotated[
        str | None,
        typer.Option(help="Whose scores choose the questions: center, or final (the final solve)."),
    ] = None,
    cut_agreeing: Annotated[
        bool | None,
        typer.Option(
            "--cut-agreeing/--no-cut-agreeing",
            help="Whether labels the model had right cut too; yes by default, no for extremes.",
            show_default=False,
        ),
    ] = None,
    depth: Annotated[
        float,
        typer.Option(
            help="Where cuts of wrong rows pass: 0 deep, 1 through the center, 2 shallow."
        ),
    ] = 0.0,
    test_size: Annotated[
        float | None,
        typer.Option(help="Share of rows kept for testing (0.3; 0.2 for the paper's sets)."),
    ] = None,
    seed: options.Seed = 0,
    out: Annotated[
        Path | None, typer.Option(help="Run folder; runs/TABLE-QUERY-seedSEED by default.")
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Spend a label budget on a labelled table: hide the labels, ask, learn, measure."""
    from cutplane.active.query import default_query
    from cutplane.runs.folder import plain_settings, run_folder, write_run
    from cutplane.runs.simulation import Plan
    from cutplane.tables.split import split_table

    data = reading.read(table)
    split = split_table(data, test_size, seed, keep=reading.kept)
    say.remarks(split.report.remarks, data.report.remarks)
    is_regression = data.task == "regression"
    if depth != 0 and is_regression:
        raise InvalidInputError("--depth is for classification; leave it out for regression")
    network = estimator.build(data.task, seed)
    default = default_query(is_regression=is_regression, by_scores=query_model is not None)
    plan = Plan(
        query=query or default,
        budget=budget,
        batch_size=batch_size,
        seed=seed,
        query_model=query_model,
        cut_agreeing=cut_agreeing,
        depth=depth,
        stop=tuple(stop or ()),
        patience=patience,
        ratio=ratio,
        n_held_out=held_out,
    )
    require_folder(folder := out or Path("runs") / f"{data.name}-{plan.query}-seed{seed}", table)
    with run_folder(folder, overwrite) as partial:
        simulation, comparisons = _simulate_with_progress(network, split, plan)
        if simulation.learner.n_labels_ == 0:
            raise KeyboardInterrupt
        settings = plain_settings(asdict(plan) | network.get_params())
        metrics = write_run(partial, data, simulation, comparisons, settings)
    if as_json:
        say.as_json({"folder": str(folder), **metrics})
    else:
        _summarise(metrics, simulation.curve, comparisons)
        say.line(f"Run folder: {folder}")
    if metrics["interrupted"]:
        raise typer.Exit(INTERRUPTED)


def _simulate_with_progress(
    estimator: Estimator, split: Split, plan: Plan
) -> tuple[Simulation, list[Curve]]:
    """Run the plan, then as many random questions to compare with, each with a bar of its own."""
    from cutplane.runs.simulation import simulate

    with progress_bar("{task.fields[measure]}") as progress:

        def simulate_one(plan: Plan) -> Simulation:
            bar = progress.add_task(plan.query, total=plan.budget, measure="")

            def update(curve: Curve) -> None:
                progress.update(bar, completed=curve.n_labels[-1], measure=_measures(curve))

            return simulate(estimator, split, plan, on_answer=update)

        simulation = simulate_one(plan)
        comparisons: list[Curve] = []
        if plan.query != "random" and simulation.n_labels and not simulation.interrupted:
            rival = replace(plan, query="random", budget=simulation.n_labels, stop=())
            comparisons.append(simulate_one(rival).curve)
    return simulation, comparisons


def _measures(curve: Curve) -> str:
    """The newest measures in words."""
    return ", ".join(f"{_NAMES[name]} {value:.3g}" for name, value in curve.last.items())


def _chosen(metrics: Metadata) -> str:
    """The hypothesis of most evidence, and what the labels left of the networks, in words."""
    evidence, log_volume = metrics["evidence"], metrics["log_volume"]
    best, n_averaged = evidence[0], sum(own["weight"] > 0 for own in evidence)
    names = ("slope", "noise", "amplitude" if metrics["task"] == "regression" else "flip")
    values = ", ".join(f"{name} {best[name]:.3g}" for name in names)
    left = "" if log_volume is None else f"; the labels left 10^{log_volume / math.log(10):.1f}"
    return f"Evidence: {values}, {best['weight']:.0%} of an average of {n_averaged}{left}."


def _summarise(metrics: Metadata, curve: Curve, comparisons: Sequence[Curve]) -> None:
    line = (
        f"{metrics['table']}: {metrics['n_labels']} labels asked, {metrics['n_cuts']} cuts, "
        f"test {_measures(curve) or 'not measured'}"
    )
    for comparison in comparisons:
        line += f" ({comparison.query} query: {_measures(comparison)})"
    say.line(line)
    if metrics["evidence"]:
        say.line(_chosen(metrics))
    if metrics["stopped_by"]:
        say.line(f"Stopped before the budget by: {', '.join(metrics['stopped_by'])}.")
    options.say_of_answers(metrics)
    if metrics["interrupted"]:
        say.remark("Interrupted; what was labelled is kept.")
    if not metrics["fitted"]:
        say.remark("Every answer named one class, so there is no model; ask for more.")
