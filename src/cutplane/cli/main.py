"""The `cutplane` command."""

from typing import Annotated

import typer

from cutplane.cli import (
    certify,
    embed,
    experiment,
    export,
    fit,
    journal,
    label,
    predict,
    query,
    run,
    say,
    serve_label_studio,
    startup,
    team,
)
from cutplane.cli.failures import BAD_INPUT, Commands

app = typer.Typer(
    name="cutplane",
    cls=Commands,
    invoke_without_command=True,
    help="Train ReLU networks without gradients, and ask only for the labels that matter.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(epilog=run.EXAMPLE)(run.run)
app.command(epilog=fit.EXAMPLE)(fit.fit)
app.command(epilog=query.EXAMPLE)(query.query)
app.command(epilog=label.EXAMPLE)(label.label)
app.add_typer(team.app, name="team")
app.command(epilog=predict.EXAMPLE)(predict.predict)
app.command(epilog=export.EXAMPLE)(export.export)
app.command(epilog=certify.EXAMPLE)(certify.certify)
app.command(epilog=embed.EXAMPLE)(embed.embed)
app.add_typer(journal.app, name="journal")
app.command(epilog=experiment.EXAMPLE)(experiment.experiment)
app.command(epilog=serve_label_studio.EXAMPLE)(serve_label_studio.serve_label_studio)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # loads more than the whole of the help

        say.line(f"cutplane {version('cutplane')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        say.block(context.get_help())
        raise typer.Exit(BAD_INPUT)


def main() -> None:
    """Run the command line and exit with its code."""
    startup.begin()
    try:
        app(prog_name="cutplane")
    finally:
        startup.end()
