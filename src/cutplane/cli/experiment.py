"""`cutplane experiment`: the paper's figures, every label counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import choices, options, say
from cutplane.cli.failures import INTERRUPTED
from cutplane.errors import InvalidInputError
from cutplane.progress import progress_bar

if TYPE_CHECKING:
    from cutplane._types import Metadata
    from cutplane.experiments.experiment import Experiment
    from cutplane.experiments.study import Study

EXAMPLE = "Example: cutplane experiment spiral --seeds 5 --out experiments/spiral"


def experiment(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(choices.EXPERIMENTS)}.")],
    seeds: Annotated[int, typer.Option(help="Runs of every method, seeds 0, 1, ...")] = 5,
    out: Annotated[
        Path | None, typer.Option(help="Folder of runs and figures; experiments/NAME by default.")
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            help="Queries of a run as the paper counts them: labels that led to a cut. All "
            "labels read are reported."
        ),
    ] = None,
    methods: Annotated[
        str | None, typer.Option(help="Names of methods with commas between; all by default.")
    ] = None,
    epochs: Annotated[
        int, typer.Option(help="Epochs of the deep baselines after every label.")
    ] = 2000,
    training: Annotated[
        str,
        typer.Option(
            help="Training of the deep baselines: adam (the paper's text) or sgd (with momentum, "
            "weight decay and dropout: the authors' code)."
        ),
    ] = "adam",
    embeddings: Annotated[
        Path | None,
        typer.Option(
            help="Sentiment: a table of embeddings with a target y; by default IMDB reviews, "
            "embedded in --out."
        ),
    ] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes; 1 by default.")] = None,
    scheduler: options.Scheduler = None,
    list_methods: Annotated[
        bool, typer.Option("--list", help="Print the names of the methods and stop.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Play all methods of an experiment and draw curves and a collage.

    A folder that holds finished runs goes on where it was. With the deep baselines, five seeds take
    about half an hour of one core; without them, a minute.
    """
    from cutplane.experiments.report import write_report
    from cutplane.experiments.study import Study

    plan = _experiment(name, epochs, training)
    if methods is not None:
        plan = plan.with_methods([part.strip() for part in methods.split(",")])
    if list_methods:
        _list(plan, as_json)
        return
    _check_jobs(jobs, scheduler)
    plan.require_packages()
    folder = out or Path("experiments") / name
    plan = _with_data(plan, folder, embeddings)
    study = Study(plan, folder, seeds, plan.budget if budget is None else budget)
    study.open()
    if scheduler is None:
        _play(study, jobs or 1)
    else:
        from cutplane.integrations.cluster import jobs_on

        with jobs_on(scheduler, plan):
            _play(study, None)
    report = write_report(study)
    if as_json:
        say.as_json(report)
    else:
        _summarise(study, report)


def _check_jobs(jobs: int | None, scheduler: str | None) -> None:
    if jobs == 0:
        raise InvalidInputError("--jobs is 0; give 1 or more, or -1 for one on each core")
    if jobs is not None and scheduler is not None:
        raise InvalidInputError(
            f"--jobs {jobs} arrived beside --scheduler, whose workers play; leave one of them out"
        )


def _experiment(name: str, epochs: int, training: str) -> Experiment:
    from cutplane.experiments.experiment import TRAININGS
    from cutplane.experiments.registry import EXPERIMENTS

    if name not in EXPERIMENTS:
        raise InvalidInputError(
            f"there is no experiment {name!r}; choose of {', '.join(EXPERIMENTS)}"
        )
    if epochs < 1:
        raise InvalidInputError(f"--epochs is {epochs}; give at least 1")
    if training not in TRAININGS:
        raise InvalidInputError(f"--training is {training!r}; choose one of {', '.join(TRAININGS)}")
    return EXPERIMENTS[name](epochs=epochs, training=training)


def _with_data(plan: Experiment, folder: Path, embeddings: Path | None) -> Experiment:
    """The experiment with the reviews that sentiment is about; the others bring their data."""
    if plan.name != "sentiment":
        if embeddings is None:
            return plan
        raise InvalidInputError(
            f"--embeddings belongs to sentiment, not to {plan.name}; leave it out"
        )
    from cutplane.experiments.sentiment import with_embeddings

    return with_embeddings(plan, embeddings or _embedded_reviews(folder))


def _list(plan: Experiment, as_json: bool) -> None:
    """Print the methods' names, and what figures call them."""
    if as_json:
        say.as_json({"methods": {method.name: method.label for method in plan.methods}})
        return
    for method in plan.methods:
        say.line(f"{method.name:<22}{method.label}")


def _embedded_reviews(folder: Path) -> Path:
    """The default reviews, with a bar while they are embedded."""
    from cutplane.experiments.reviews import embedded_reviews

    with progress_bar() as progress:
        bar = progress.add_task("embed", total=None)
        return embedded_reviews(
            folder, lambda n, total: progress.update(bar, completed=n, total=total)
        )


def _play(study: Study, jobs: int | None) -> None:
    """Play the missing runs, with a bar on a terminal; on Ctrl-C say how to go on."""
    total = len(study.tasks())
    try:
        with progress_bar() as progress:
            done = total - len(study.missing())
            bar = progress.add_task("runs", total=total, completed=done)
            study.play(jobs, on_run=lambda: progress.advance(bar))
    except KeyboardInterrupt:
        done = total - len(study.missing())
        say.remark(
            f"Interrupted; {done} of {total} runs are kept in {study.folder}. The same command "
            "goes on from there."
        )
        raise typer.Exit(INTERRUPTED) from None


def _summarise(study: Study, report: Metadata) -> None:
    """Print the scores by labels asked, and how many labels a run read and counted."""
    measure = "RMSE" if study.experiment.is_regression else "accuracy"
    methods = report["methods"].values()
    width = max(len(method["label"]) for method in methods)
    say.line(f"Test {measure} by labels asked, and labels of a whole run; {study.n_seeds} seeds")
    header = [*map(str, report["at"]), "read", "counted"]
    say.line(" " * width + "".join(f"{name:>9}" for name in header))
    for method in methods:
        scores = [cell["mean"] for cell in method["n_labels"].values()]
        texts = ["-" if score is None else f"{score:.3g}" for score in scores]
        texts += [f"{method['labels_at_end']:.3g}", f"{method['counted_at_end']:.3g}"]
        say.line(f"{method['label']:<{width}}" + "".join(f"{text:>9}" for text in texts))
    if "claims" in report:
        say.block((study.folder / "claims.md").read_text(encoding="utf-8"))
    say.line(f"Folder: {study.folder}")
