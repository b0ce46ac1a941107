"""Bars are drawn where asked for, never change a result, and are silent off a terminal."""

import contextlib
import io
import os
import subprocess
import sys

import numpy as np
import pytest
from rich.console import Console

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.run import run
from cutplane.progress import progress_bar, pulse, track


@pytest.fixture
def terminal(monkeypatch):
    """Bars go to a terminal whose text can be read."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100)
    monkeypatch.setattr("rich.console.Console", lambda stderr: console)
    monkeypatch.setattr("cutplane.progress.is_watched", lambda: True)
    return text


def three_classes():
    X = np.random.default_rng(0).normal(size=(60, 3))
    return X, X.argmax(axis=1)


def test_items_pass_in_order_and_are_counted(terminal):
    assert list(track(iter("abc"), 3, "letters", verbose=True)) == ["a", "b", "c"]
    assert "letters" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()


def test_nothing_is_drawn_unless_asked_for(terminal):
    assert list(track(iter("abc"), 3, "letters", verbose=False)) == ["a", "b", "c"]
    assert terminal.getvalue() == ""


def test_nothing_is_drawn_off_a_terminal(capfd):
    list(track(range(3), 3, "letters", verbose=True))
    with progress_bar("{task.fields[extra]}") as bar:
        bar.add_task("work", total=2, extra="")
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@pytest.mark.slow
def test_an_estimator_counts_its_classes_and_folds(terminal):
    X, y = three_classes()
    CuttingPlaneClassifier(hidden=(5,), cost="auto", random_state=0, verbose=True).fit(X, y)
    assert "5/5" in terminal.getvalue()
    assert "folds" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()


@pytest.mark.slow
def test_bars_change_no_result(terminal):
    X, y = three_classes()
    quiet = CuttingPlaneClassifier(hidden=(5,), cost="auto", random_state=0).fit(X, y)
    loud = CuttingPlaneClassifier(hidden=(5,), cost="auto", random_state=0, verbose=True).fit(X, y)
    np.testing.assert_array_equal(quiet.decision_function(X), loud.decision_function(X))
    assert quiet.cost_ == loud.cost_


def test_a_run_counts_its_labels_and_still_calls_back(terminal):
    X, y = three_classes()
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=(5,)), X, random_state=0)
    seen = []
    run(
        learner,
        y.__getitem__,
        6,
        on_answer=lambda learner: seen.append(learner.n_labels_),
        verbose=True,
    )
    assert seen == [1, 2, 3, 4, 5, 6]
    assert "6/6" in terminal.getvalue()


def test_a_pulse_leaves_nothing_behind(terminal):
    with pulse("work"):
        assert "work" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")  # the line is erased


def on_a_terminal(folder, *arguments):
    """What a command writes to stderr when that is a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cutplane", *map(str, arguments)]
    text = b""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        with contextlib.suppress(OSError):  # how Linux says that nothing is left
            while part := os.read(ours, 65536):
                text += part
    os.close(ours)
    assert process.returncode == 0
    return text.decode()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_commands_draw_bars_on_a_terminal(tmp_path):
    run_it = ("run", "moons", "--budget", 6, "--hidden", 10, "--out", "m")
    assert "6/6" in on_a_terminal(tmp_path, *run_it)
    few = ("--hidden", 10, "--center", "analytic")  # centers of gravity are swept together
    assert "centers" in on_a_terminal(tmp_path, "fit", "wine", *few, "--out", "w")
    assert "predict" in on_a_terminal(tmp_path, "predict", "m", "moons")
    assert "export" in on_a_terminal(tmp_path, "export", "m", "--format", "npz")
    quiet = subprocess.run(
        [sys.executable, "-m", "cutplane", "predict", "m", "moons"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert quiet.stderr == b""


def test_brackets_in_texts_of_bars_are_no_markup(terminal):
    with progress_bar("{task.fields[extra]}") as bar:
        bar.add_task("[red]work[/]", total=1, extra="[/nonsense] [b]x[/b]")
    assert "[red]work[/]" in terminal.getvalue()
    assert "[/nonsense] [b]x[/b]" in terminal.getvalue()
