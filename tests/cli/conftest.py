"""What the tests of the command line share: an empty folder, a table, and ways to call."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cutplane.cli.main import app


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def frame():
    """Two numbers and a color decide between yes and no; a few cells are empty."""
    rng = np.random.default_rng(0)
    n = 120
    a, color = rng.normal(size=n), rng.choice(["red", "blue"], n)
    frame = pd.DataFrame({"a": a, "b": rng.normal(size=n), "color": color})
    frame["y"] = np.where(a + (color == "red") > 0.5, "yes", "no")
    frame.loc[[4, 9], "a"] = np.nan
    frame.loc[[7, 8], "y"] = None
    return frame


@pytest.fixture
def invoke():
    """Function (*arguments) -> result of the command in this process."""
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def one_sentence():
    """Function (result, code) -> message of a command that failed as it should."""

    def check(result, code):
        assert result.exit_code == code, result.output
        assert result.stdout == ""
        *remarks, message = result.stderr.splitlines()
        assert message.startswith("Error: ")
        assert not any(remark.startswith("Error") for remark in remarks)
        return message

    return check
