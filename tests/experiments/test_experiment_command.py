"""`cutplane experiment`: plays, goes on where it was, and names what it cannot play."""

import json

import pytest
from typer.testing import CliRunner

import cutplane.experiments.experiment as experiment_module
from cutplane.cli.main import app
from cutplane.experiments.experiment import Experiment, Method
from cutplane.experiments.registry import EXPERIMENTS
from cutplane.experiments.spiral import problem as spiral_problem
from cutplane.experiments.spiral import spiral


def invoke(*arguments):
    return CliRunner().invoke(app, ["experiment", *map(str, arguments)])


def test_command_prints_json_and_goes_on(tmp_path):
    options = ("--budget", 12, "--methods", "linear,cpal-2", "--out", tmp_path / "out", "--json")
    result = invoke("spiral", "--seeds", 1, *options)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert list(report["methods"]) == ["cpal-2", "linear"]
    assert report["methods"]["linear"]["labels_at_end"] == 12
    runs = tmp_path / "out" / "runs"
    before = {path: path.stat().st_mtime_ns for path in runs.iterdir()}
    again = invoke("spiral", "--seeds", 1, *options)
    assert json.loads(again.stdout) == report
    assert before == {path: path.stat().st_mtime_ns for path in runs.iterdir()}


def test_command_prints_a_table(tmp_path):
    out = tmp_path / "out"
    result = invoke("quadratic", "--seeds", 1, "--budget", 10, "--methods", "spread", "--out", out)
    assert result.exit_code == 0, result.output
    assert "ours: spread, hard cuts" in result.stdout
    assert result.stdout.startswith("Test RMSE by labels asked")
    assert result.stdout.splitlines()[2].split()[-2:] == ["10", "10"]  # read, counted


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("circle",), "there is no experiment 'circle'"),
        (("spiral", "--methods", "magic"), "has no method magic"),
        (("spiral", "--seeds", 0), "0 seeds"),
        (("spiral", "--budget", 0), "a budget of 0"),
        (("spiral", "--epochs", 0), "--epochs is 0"),
        (("spiral", "--jobs", 0), "--jobs is 0"),
        (("spiral", "--training", "lbfgs"), "--training is 'lbfgs'"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(experiment_module, "DEEP_PACKAGES", ())
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_missing_extra_is_named_before_anything_is_played(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(experiment_module, "DEEP_PACKAGES", ("a_package_nobody_has",))
    result = invoke("spiral", "--methods", "deep-random,linear")
    assert result.exit_code == 2
    assert "a_package_nobody_has" in result.stderr
    assert "pip install 'cutplane[bench]'" in result.stderr
    assert not list(tmp_path.iterdir())
    allowed = invoke("spiral", "--methods", "linear", "--seeds", 1, "--budget", 3)
    assert allowed.exit_code == 0, allowed.output


def test_interrupt_keeps_what_is_finished(tmp_path, monkeypatch):
    def stop(referee, *, seed, budget):
        raise KeyboardInterrupt

    plan = spiral().with_methods(["linear"])
    linear = plan.methods[0]
    stopping = Method("stops", "stops", stop)
    interrupted = Experiment("spiral", "t", spiral_problem, (linear, stopping), {})
    monkeypatch.setitem(EXPERIMENTS, "spiral", lambda **options: interrupted)
    result = invoke("spiral", "--seeds", 1, "--budget", 3, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "1 of 2 runs are kept" in result.stderr
    assert (tmp_path / "out" / "runs" / "linear-seed0.parquet").is_file()
