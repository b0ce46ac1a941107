"""How commands end and print: closed outputs, odd encodings, text that no terminal should see."""

import errno
import io
import json
import os
import re
import sqlite3
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from cutplane.cli import say
from cutplane.cli.failures import Commands
from cutplane.errors import CutplaneError, EmptyVersionSpaceError, InvalidInputError, JournalError

HIDDEN = "red\x1b[31m\x07\u202eevil\x9b2J\x7f"
ESCAPED = r"red\x1b[31m\x07\u202eevil\x9b2J\x7f"


def ended(work, *arguments):
    """Result of a command that does this work."""
    app = typer.Typer(cls=Commands, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name="work")(work)
    app.command(name="other")(lambda: None)
    return CliRunner().invoke(app, ["work", *arguments])


def failing(error):
    def work() -> None:
        raise error

    return ended(work)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InvalidInputError(f"column {HIDDEN} is odd"), 2, f"Error: column {ESCAPED} is odd\n"),
        (InvalidInputError("two\nlines"), 2, "Error: two\\nlines\n"),
        (EmptyVersionSpaceError("contradiction"), 2, "Error: contradiction\n"),
        (JournalError("damaged"), 2, "Error: damaged\n"),
        (CutplaneError("no luck"), 1, "Error: no luck\n"),
        (OSError(errno.ENOSPC, "No space left"), 1, "Error: No space left\n"),
        (OSError(errno.EIO, "I/O error", "a\x1bb"), 1, "Error: I/O error: 'a\\x1bb'\n"),
        (MemoryError("8 GB"), 1, "Error: out of memory (8 GB); use fewer rows or gates\n"),
        (KeyboardInterrupt(), 130, "Interrupted; nothing was written.\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_end_has_a_code_and_a_sentence(error, code, message):
    result = failing(error)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", message)


def test_a_full_disk_under_a_journal_is_a_failure():
    error = JournalError("cannot be written")
    error.__cause__ = sqlite3.OperationalError("database or disk is full")
    assert failing(error).exit_code == 1


def test_a_programming_error_keeps_its_traceback():
    assert isinstance(failing(ZeroDivisionError()).exception, ZeroDivisionError)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--n", "x\x1b[1m"], r"x\\x1b\[1m|--n"),
        (["--\x1b[1m"], r"No such option: --\\x1b\[1m"),
        (["--n", "1", "\x1b[1m"], r"extra argument.*\(\\x1b"),
        ([], "Missing option"),
    ],
)
def test_usage_errors_are_one_sentence_with_the_way_to_help(arguments, message):
    def work(n: int = typer.Option(...)) -> None:
        raise AssertionError

    result = ended(work, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.endswith("work --help\n")
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert re.search(message, result.stderr), result.stderr


def test_a_command_that_is_not_there(invoke):
    result = invoke("quer\x1b[31m")
    assert result.exit_code == 2
    assert "quer\\x1b[31m" in result.stderr
    assert invoke().exit_code == 2
    assert "Commands:" in invoke().stdout


def test_what_cannot_be_seen_is_written_out():
    def work() -> None:
        say.line(f"A line of {HIDDEN}\n.")
        say.remark(f"A remark of {HIDDEN}\n.")
        say.block("two\nlines")
        say.as_json({"name": HIDDEN, "loss": [float("nan"), float("-inf")]})

    result = ended(work)
    assert result.exit_code == 0
    line, *block, text = result.stdout.splitlines()
    assert line == f"A line of {ESCAPED}\\n."
    assert block == ["two", "lines"]
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == {"name": HIDDEN, "loss": [None, "-inf"]}
    assert result.stderr == f"A remark of {ESCAPED}\\n.\n"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_rows_are_escaped_where_somebody_watches(is_terminal, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sys, "stdout", stream)
    say.rows(f"row,label\n0,{HIDDEN}\n")
    shown = ESCAPED if is_terminal else HIDDEN
    assert stream.getvalue() == f"row,label\n0,{shown}\n"


PROGRAM = r"""
import typer
from cutplane.cli import say
from cutplane.cli.failures import Commands
app = typer.Typer(cls=Commands, rich_markup_mode=None)
@app.command()
def work() -> None:
    say.remark("gr\xf6\xdfer \u2265 \udcff")
    say.line("gr\xf6\xdfer \u2265 \udcff")
    say.rows("line\n" * 20_000)
@app.command()
def other() -> None:
    pass
app()
"""


def process(shell="", **environment):
    """A process of its own, whose streams the shell changes."""
    command = ["sh", "-c", f'exec "$@" {shell}', "sh", sys.executable, "-c", PROGRAM, "work"]
    return subprocess.run(
        command, capture_output=True, env=os.environ | environment, timeout=60, check=False
    )


needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="needs sh")


@needs_sh
@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "utf-8"},
        {"COLUMNS": "1", "NO_COLOR": "1", "TERM": "dumb"},
    ],
    ids=["ascii", "C", "utf-8", "narrow"],
)
def test_what_an_encoding_lacks_is_written_out(environment):
    done = process(**environment)
    assert done.returncode == 0, done.stderr
    seen = "größer ≥ ".encode() if "ß".encode() in done.stdout else rb"gr\xf6\xdfer \u2265 "
    assert done.stdout.splitlines()[0] == seen + rb"\udcff"
    assert done.stderr.strip() == seen + rb"\udcff"


@needs_sh
def test_a_reader_that_has_seen_enough():
    done = process("| head -1", PYTHONIOENCODING="utf-8")
    assert done.stdout.count(b"\n") == 1
    assert done.stderr.count(b"\n") == 1  # the remark


@needs_sh
@pytest.mark.parametrize(
    ("shell", "message"),
    [
        (">&-", b"standard output is closed"),
        pytest.param(
            "> /dev/full",
            b"No space left",
            marks=pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device"),
        ),
    ],
)
def test_an_answer_that_gets_nowhere_is_a_failure(shell, message):
    done = process(shell)
    assert done.returncode == 1
    assert b"Error: " in done.stderr
    assert message in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


@needs_sh
def test_remarks_may_get_nowhere():
    done = process("2>&-")
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 20_001
