"""Write the reference of the command line from the command itself, at every build."""

from pathlib import Path
from typing import Any

import typer
from sphinx.application import Sphinx

from cutplane.cli.main import app as commands

FILE = "_generated/command-line.md"


def write_reference(app: Sphinx) -> None:
    """Write one section per command to FILE, which command-line.md includes."""
    text = "\n".join(_children(typer.main.get_command(commands), "cutplane", 2))
    path = Path(app.srcdir) / FILE
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _children(group: Any, name: str, level: int) -> list[str]:
    """One section for every command of a group."""
    return [
        _section(command, f"{name} {child}", level) for child, command in group.commands.items()
    ]


def _section(command: Any, name: str, level: int) -> str:
    """Heading, help, usage, examples and options of one command, then those below it."""
    context = command.make_context(name, [], resilient_parsing=True)
    usage = command.get_usage(context).removeprefix("Usage: ")
    lines = [f"{'#' * level} {name}", "", _plain(command.help or ""), ""]
    examples = (command.epilog or "").partition(":")[2].split("  |  ")
    for shown in (usage, *examples):
        if shown.strip():
            lines += ["```text", " ".join(shown.split()), "```", ""]
    records = [record for p in command.get_params(context) if (record := _record(p, context))]
    lines += [f"`{option}`\n: {text}\n" for option, text in records]
    if hasattr(command, "commands"):
        lines += _children(command, name, level + 1)
    return "\n".join(lines)


def _record(parameter: Any, context: Any) -> tuple[str, str] | None:
    """Name and help of an argument or option."""
    if record := parameter.get_help_record(context):
        name, text = record
        return " ".join(name.split()), " ".join(text.split()) or "-"
    return None


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_reference)
    return {"parallel_read_safe": True}
