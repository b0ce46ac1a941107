"""`cutplane journal`: the events of a journal in files that people read, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.outputs import require_file

EXPORT_EXAMPLE = "Example: cutplane journal export patients.journal events.csv"
IMPORT_EXAMPLE = "Example: cutplane journal import events.csv patients.journal"

app = typer.Typer(help="Take questions and answers out of a journal, or into a new one.")


@app.command(name="export", epilog=EXPORT_EXAMPLE)
def export(
    journal: Annotated[str, typer.Argument(help="A journal: a file, or postgresql://...")],
    out: Annotated[Path, typer.Argument(help="File to write: .csv or .jsonl.")],
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Write all events: a line for each row asked, answered, skipped, corrected or taken back."""
    from cutplane.active.transfer import export_journal

    require_file(out, overwrite, journal)
    n_events = export_journal(journal, out)
    if as_json:
        say.as_json({"path": str(out), "n_events": n_events})
    else:
        say.line(f"{out}: {n_events} events.")


@app.command(name="import", epilog=IMPORT_EXAMPLE)
def import_(
    source: Annotated[Path, typer.Argument(help="A .csv or .jsonl file of `journal export`.")],
    journal: Annotated[str, typer.Argument(help="A journal to make: a file, or postgresql://...")],
    as_json: options.AsJson = False,
) -> None:
    """Make a journal of exported events, or of a file with columns order, row and label."""
    from cutplane.active.address import name_of
    from cutplane.active.transfer import import_journal

    made = import_journal(source, journal)
    for sentence in made.remarks:
        say.remark(sentence)
    if as_json:
        counts = {"n_events": made.n_events, "n_labels": made.n_labels}
        say.as_json({"path": name_of(journal), **counts, "remarks": list(made.remarks)})
    else:
        say.line(f"{name_of(journal)}: {made.n_events} events, {made.n_labels} labels.")
