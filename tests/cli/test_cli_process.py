"""The command as a process: help, exit codes, and Ctrl-C."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAST = ("--hidden", "20")


def test_help_names_the_commands_and_shows_an_example(invoke):
    overview = invoke("--help")
    assert overview.exit_code == 0
    for name in ("run", "fit", "query", "predict"):
        assert f"  {name} " in overview.stdout
        result = invoke(name, "--help")
        assert result.exit_code == 0
        assert f"cutplane {name} " in " ".join(result.stdout.split("Example")[-1].split())


def command(*arguments, program=("-m", "cutplane")):
    return subprocess.run(
        [sys.executable, "-W", "error", *program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_as_a_process_run_and_predict():
    done = command("run", "moons", "--budget", 10, "--out", "r", *FAST)
    assert done.returncode == 0, done.stderr
    task = "Task: classification of 'moon', 2 classes (0, 1), 1000 of 1000 rows labelled.\n"
    assert done.stderr == task  # no progress bar where there is no terminal
    assert done.stdout.endswith("Run folder: r\n")
    done = command("predict", "r", "moons")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1 + 1000


@pytest.mark.slow
def test_as_a_process_bad_input_is_no_traceback():
    done = command("run", "nope.csv", "--budget", 3)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: there is no file 'nope.csv'")
    assert "Traceback" not in done.stderr


SIGNAL_AFTER_SIX = """
import os, signal, sys
import cutplane.runs.simulation
from cutplane.cli.main import main
from cutplane.active.oracle import ColumnOracle

class Oracle(ColumnOracle):
    def __call__(self, rows):
        if self.n_asked >= 6:
            os.kill(os.getpid(), signal.SIGINT)
        return super().__call__(rows)

cutplane.runs.simulation.ColumnOracle = Oracle
main()
"""


@pytest.mark.slow
def test_as_a_process_sigint_keeps_what_was_labelled():
    program = ("-c", SIGNAL_AFTER_SIX)
    done = command("run", "moons", "--budget", 20, "--out", "r", *FAST, program=program)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert len(Path("r/labels.csv").read_text().splitlines()) >= 1 + 6
    assert os.listdir() == ["r"]
