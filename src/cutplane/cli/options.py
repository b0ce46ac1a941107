"""Arguments that several commands share, and what they print alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import say
from cutplane.cli.choices import DATA_SETS, QUERIES

if TYPE_CHECKING:
    from cutplane._types import Metadata

FILES = (
    "A .csv, .tsv, .jsonl, .xlsx, .parquet, .feather, .arrow or .npz file, text also compressed, "
    f"or one of {', '.join(DATA_SETS)}"
)
TableArgument = Annotated[str, typer.Argument(help=f"{FILES}.")]
TableOrFolder = Annotated[
    str,
    typer.Argument(
        help=f"{FILES}; or a folder of Parquet files, whose rows may be more than memory holds."
    ),
]
Query = Annotated[
    str | None,
    typer.Option("--query", help=f"{', '.join(QUERIES)}; variance_reduction by default."),
]
Seed = Annotated[int, typer.Option(help="Seed of everything that is random.", min=0, max=2**32 - 1)]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Address of a Dask scheduler, such as tcp://10.0.0.1:8786, whose workers share the "
        "work (extra dask)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace --out if it exists.")]


def say_of_answers(metrics: Metadata) -> None:
    """Say what was learnt in the place of the target, how classes are called, what is not exact."""
    if metrics["target_transform"] is not None:
        say.line(f"{metrics['target']} is learnt transformed: {metrics['target_transform']}.")
    if (threshold := metrics["threshold"]) is not None:
        say.line(of_threshold(threshold["class"], threshold["above"]))
    if (approximation := metrics["approximation"]) is not None:
        from cutplane.estimators.approximation import Approximation

        say.remark(Approximation(**approximation).sentence)


def of_threshold(name: object, above: float) -> str:
    """What decides between two classes, in a sentence."""
    return f"{name} is called above a probability of {above:.3g}."
