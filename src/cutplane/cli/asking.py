"""The options that say what people are asked, and what they see beside a question."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cutplane.errors import InvalidInputError


@dataclass(frozen=True)
class AskedOptions:
    """What is asked, and of whom."""

    classes: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C", help="All classes there are; by default new ones may be typed."
        ),
    ] = None
    keys: Annotated[
        str | None,
        typer.Option(
            metavar="A=x,B=y", help="Keys of the page for classes; by default 1 to 9, then letters."
        ),
    ] = None
    low: Annotated[float | None, typer.Option(help="Smallest value that may be given.")] = None
    high: Annotated[float | None, typer.Option(help="Largest value that may be given.")] = None
    budget: Annotated[int | None, typer.Option(help="Answers to be paid for.")] = None
    suggest: Annotated[
        str,
        typer.Option(
            help="What the model would say: off, after the answer, or on a key. People agree too "
            "easily with what they are shown."
        ),
    ] = "off"
    blind: Annotated[
        float, typer.Option(help="Share of questions without suggestion, whatever --suggest says.")
    ] = 0.2
    overlap: Annotated[
        float, typer.Option(help="Share of rows that a second person is asked about.")
    ] = 0.0
    tolerance: Annotated[
        float, typer.Option(help="Values at most so far apart agree.", min=0.0)
    ] = 0.0
    unknown: Annotated[
        int, typer.Option(help="People who do not know until a row is not asked again.", min=1)
    ] = 1


@dataclass(frozen=True)
class ShownOptions:
    """What people see beside a question."""

    guide: Annotated[
        Path | None, typer.Option(help="How to label: a text in Markdown, shown on the page.")
    ] = None
    columns: Annotated[
        str | None, typer.Option(metavar="A,B", help="Columns to show, in order; all by default.")
    ] = None
    image: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="A column of paths to pictures, from the table's folder."
        ),
    ] = None


def parse_names(option: str, text: str | None) -> tuple[str, ...]:
    """Turn "a,b" into names; one with a comma stands in double quotes."""
    if text is None:
        return ()
    try:
        (names,) = csv.reader([text], skipinitialspace=True, strict=True)
    except (csv.Error, ValueError):
        names = [""]
    if not names or not all(name.strip() for name in names):
        raise InvalidInputError(
            f"--{option} is {text!r}; give names with commas between, such as a,b, and those with "
            "a comma in double quotes"
        )
    return tuple(name.strip() for name in names)
