"""Completion in the shell: the script is offered, and commands and options are completed."""

import os
import subprocess
import sys

import pytest


def ask_shell(instruction, words):
    """What the command prints when bash asks it to complete the last of ``words``."""
    environment = os.environ | {
        "_CUTPLANE_COMPLETE": instruction,
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    code = "from cutplane.cli.main import main; main()"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_the_shell(shell):
    assert "cutplane" in ask_shell(f"source_{shell}", "cutplane")


def test_commands_are_completed():
    assert ask_shell("complete_bash", "cutplane pre").split() == ["predict"]


def test_options_are_completed():
    found = ask_shell("complete_bash", "cutplane run moons --bu").split()
    assert found == ["--budget"]
