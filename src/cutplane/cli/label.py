"""`cutplane label`: a page, or a terminal, where people label the rows of a table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cutplane.cli import options, say
from cutplane.cli.asking import AskedOptions, ShownOptions, parse_names
from cutplane.cli.estimator import EstimatorOptions
from cutplane.cli.groups import spreads_groups
from cutplane.cli.reading import ReadingOptions
from cutplane.errors import InvalidInputError
from cutplane.extras import require

if TYPE_CHECKING:
    from cutplane.app.answers.rules import Suggest
    from cutplane.app.setup.project import Project

EXAMPLE = (
    "Examples: cutplane label patients.csv --target diagnosis --guide guide.md --budget 200  |  "
    "cutplane label photos.csv --target animal --classes cat,dog --image path  |  "
    "ssh server cutplane label prices.csv --target price --low 0 --terminal"
)


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

    @property
    def is_private(self) -> bool:
        """Whether this machine alone can reach the page."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def check(self, *, as_json: bool) -> None:
        """Refuse what does not go together, and say which extra is missing.

        Raises
        ------
        InvalidInputError
            An address, or JSON, is wanted of a terminal, or a package is missing.
        """
        if not self.host.strip():
            raise InvalidInputError(
                "--host is empty; give an address of this machine, such as 127.0.0.1, or 0.0.0.0 "
                "for all of them"
            )
        has_address = self.port is not None or self.public is not None or not self.is_private
        if self.terminal and has_address:
            raise InvalidInputError(
                "--terminal arrived with an address to listen on, and opens no page; leave out "
                "--host, --port and --public, or --terminal"
            )
        if self.terminal and as_json:
            raise InvalidInputError(
                "--json arrived with --terminal, which asks people; leave one of them out"
            )
        if self.terminal and None in (sys.stdin, sys.stdout):
            raise InvalidInputError(
                "--terminal reads answers from standard input and asks on standard output, one of "
                "which is closed; leave both open"
            )
        without = "answer with `cutplane query --journal`"
        what = "labelling in a terminal" if self.terminal else "the page for labelling"
        packages = ("starlette", "uvicorn", "jinja2", "markdown_it")
        for package in ("sqlalchemy", *(() if self.terminal else packages)):
            require(package, "app", what, instead=without)

    def answer(self, project: Project, *, as_json: bool) -> None:
        """Have people answer until they stop.

        ``as_json``: the address of the page is printed with what the table was found to be.
        """
        if self.terminal:
            from cutplane.app.console.terminal import label_in_terminal

            if isinstance(sys.stdin, TextIOWrapper):  # bytes that are no text are refused as labels
                sys.stdin.reconfigure(errors="surrogateescape")
            label_in_terminal(project, typed=sys.stdin, shown=sys.stdout)
            return
        from cutplane.app.web.serving import serve

        if not self.is_private:
            _say_who_may_enter(self.host, project)
        tell = partial(_say_where, project, as_json=as_json)
        serve(project, self.host, self.port, self.browser, public=self.public, say=tell)


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
    as_json: options.AsJson = False,
) -> None:
    """Ask about one row after the other on a page in the browser, and learn from the answers.

    An answer is on disk before the next question is shown; Ctrl-C ends, and the same command goes
    on. The labels are those of `cutplane fit --journal`.
    """
    page.check(as_json=as_json)
    if page.terminal and asked.keys is not None:
        raise InvalidInputError(
            "--keys are of the page, and --terminal opens none; leave one of them out"
        )
    from cutplane.app.setup.options import LabelOptions
    from cutplane.app.setup.project import open_project

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
        tolerance=asked.tolerance,
        unknown=asked.unknown,
        annotator=annotator,
        query=strategy,
        seed=seed,
        estimator=estimator.build,
    )
    with open_project(wanted, once(say.remark)) as project:
        page.answer(project, as_json=as_json)
        say.remark(_summary(project))


def once(tell: Callable[[str], None]) -> Callable[[str], None]:
    """The same, but no sentence twice."""
    said: set[str] = set()

    def tell_once(sentence: str) -> None:
        if sentence not in said:
            said.add(sentence)
            tell(sentence)

    return tell_once


def _say_where(project: Project, url: str, *, as_json: bool) -> None:
    """The address, at once, with the owner's token; in JSON with what is labelled there."""
    if as_json:
        say.as_json(
            {
                "url": url,
                "journal": project.log.name,
                "target": project.target,
                "task": project.rules.task,
                "n_rows": project.desk.n_rows,
                "n_labels": project.desk.n_labels,
                "report": project.pool.report.as_dict(),
            }
        )
    else:
        say.line(url)
    say.flush()


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
