"""The `cutplane` command."""

from importlib.metadata import version
from typing import Annotated

import typer

from cutplane.cli import certify, embed, experiment, export, fit, predict, query, run

app = typer.Typer(
    name="cutplane",
    help="Train ReLU networks without gradients, and ask only for the labels that matter.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(epilog=run.EXAMPLE)(run.run)
app.command(epilog=fit.EXAMPLE)(fit.fit)
app.command(epilog=query.EXAMPLE)(query.query)
app.command(epilog=predict.EXAMPLE)(predict.predict)
app.command(epilog=export.EXAMPLE)(export.export)
app.command(epilog=certify.EXAMPLE)(certify.certify)
app.command(epilog=embed.EXAMPLE)(embed.embed)
app.command(epilog=experiment.EXAMPLE)(experiment.experiment)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cutplane {version('cutplane')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit with its code."""
    app(prog_name="cutplane")
