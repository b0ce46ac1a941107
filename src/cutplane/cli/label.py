"""`cutplane label`: a page, or a terminal, where people label the rows of a table."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cutplane.cli import options, say
from cutplane.cli.estimator import EstimatorOptions
from cutplane.cli.groups import spreads_groups
from cutplane.cli.reading import ReadingOptions
from cutplane.errors import InvalidInputError
from cutplane.extras import require

if TYPE_CHECKING:
    from cutplane.app.project import Project
    from cutplane.app.rules import Suggest

EXAMPLE = (
    "Examples: cutplane label patients.csv --target diagnosis --guide guide.md --budget 200  |  "
    "cutplane label photos.csv --target animal --classes cat,dog --image path  |  "
    "ssh server cutplane label prices.csv --target price --low 0 --terminal"
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


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


@dataclass(frozen=True)
class PageOptions:
    """Where people answer."""

    host: Annotated[
        str, typer.Option(help="Address to listen on; this machine alone by default.")
    ] = "127.0.0.1"
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; a free one by default.", min=1, max=65535)
    ] = None
    public: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Address that browsers use, where a proxy stands before the page."
        ),
    ] = None
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Ask here, line by line, without a page.")
    ] = False

    def check(self) -> None:
        """Refuse what does not go together, and say which extra is missing.

        Raises
        ------
        InvalidInputError
            An address is given for a terminal, or a package is missing.
        """
        if self.terminal and (self.port is not None or self.host not in _LOOPBACK):
            raise InvalidInputError(
                "--terminal arrived with an address to listen on, and opens no page; leave out "
                "--host and --port, or --terminal"
            )
        if self.terminal and None in (sys.stdin, sys.stdout):
            raise InvalidInputError(
                "--terminal reads answers from standard input and asks on standard output, one of "
                "which is closed; leave both open"
            )
        without = "answer with `cutplane query --journal`"
        what = "labelling in a terminal" if self.terminal else "the page for labelling"
        packages = ("starlette", "uvicorn", "jinja2", "python_multipart", "markdown_it")
        for package in ("sqlalchemy", *(() if self.terminal else packages)):
            require(package, "app", what, instead=without)

    def answer(self, project: Project) -> None:
        """Have people answer until they stop."""
        if self.terminal:
            from cutplane.app.terminal import label_in_terminal

            if isinstance(sys.stdin, TextIOWrapper):  # bytes that are no text are refused as labels
                sys.stdin.reconfigure(errors="surrogateescape")
            label_in_terminal(project, typed=sys.stdin, shown=sys.stdout)
            return
        from cutplane.app.serving import serve

        if self.host not in _LOOPBACK:
            _say_who_may_enter(self.host, project)
        serve(project, self.host, self.port, self.browser, public=self.public)


@spreads_groups
def label(
    table: options.TableArgument,
    *,
    reading: ReadingOptions,
    asked: AskedOptions,
    shown: ShownOptions,
    journal: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="Where answers are kept: a file, TABLE.journal by default, or for a team "
            "postgresql://USER@HOST/DATABASE.",
        ),
    ] = None,
    annotator: Annotated[
        str | None, typer.Option(help="Who answers here; the name of the login by default.")
    ] = None,
    page: PageOptions,
    strategy: options.Query = None,
    estimator: EstimatorOptions,
    seed: options.Seed = 0,
) -> None:
    """Ask about one row after the other on a page in the browser, and learn from the answers.

    An answer is on disk before the next question is shown; Ctrl-C ends, and the same command goes
    on. The labels are those of `cutplane fit --journal`.
    """
    page.check()
    from cutplane.app.options import LabelOptions
    from cutplane.app.project import open_project

    wanted = LabelOptions(
        table=table,
        target=reading.target,
        task=reading.task,
        missing=tuple(reading.missing or ()),
        keep=reading.kept,
        classes=parse_names("classes", asked.classes),
        keys=parse_names("keys", asked.keys),
        guide=shown.guide,
        budget=asked.budget,
        journal=journal,
        columns=parse_names("columns", shown.columns),
        image=shown.image,
        low=asked.low,
        high=asked.high,
        suggest=cast("Suggest", asked.suggest),
        blind=asked.blind,
        overlap=asked.overlap,
        annotator=annotator,
        query=strategy,
        seed=seed,
        estimator=estimator.build,
    )
    with open_project(wanted, once(say.remark)) as project:
        page.answer(project)
        say.remark(_summary(project))


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


def once(tell: Callable[[str], None]) -> Callable[[str], None]:
    """The same, but no sentence twice."""
    said: set[str] = set()

    def tell_once(sentence: str) -> None:
        if sentence not in said:
            said.add(sentence)
            tell(sentence)

    return tell_once


def _say_who_may_enter(host: str, project: Project) -> None:
    """What somebody should know who opens a page to others."""
    say.remark(
        f"The page listens on {host}, unencrypted: pass it through ssh or a proxy with https where "
        "others may listen."
    )
    if len(project.people.all()) < 2:
        say.remark(
            f"Nobody but {project.owner} may enter yet; invite others on its page Team, or with "
            "`cutplane team invite`."
        )


def _summary(project: Project) -> str:
    """Where the answers are, and how many."""
    desk = project.desk
    return f"Labels: {desk.n_labels}, answers: {desk.n_given}; kept in {project.log.name}."
