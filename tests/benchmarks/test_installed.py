"""What is not installed is left out with a reason; what is asks by its own probabilities."""

import argparse
import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("skactiveml")

import suite
from label_suite import installed
from label_suite.installed import BY_NAME, missing
from label_suite.methods import methods_of
from label_suite.play import Schedule, play
from label_suite.problems import Table, split

TASKS = ("binary", "regression")


def chosen(*names):
    return suite._methods(set(TASKS), argparse.Namespace(group="rivals", methods=list(names)))


@pytest.fixture
def nothing(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda _: None)


def test_a_missing_package_leaves_its_methods_out_and_is_said(nothing, capsys):
    names = chosen()["binary"]
    assert "LightGBM, margin" not in names
    assert "balanced logistic, margin" in names
    told = capsys.readouterr().out
    assert "LightGBM, margin: left out, lightgbm is not installed; pip install" in told
    assert "TabICL" not in told


def test_what_computes_long_plays_where_it_is_named(nothing, capsys):
    assert all(any(name in methods_of(task) for task in TASKS) for name in BY_NAME)
    assert chosen("TabICL, margin", "logistic, margin")["binary"] == ["logistic, margin"]
    assert "TabICL, margin: left out, tabicl is not installed" in capsys.readouterr().out


def test_a_name_of_no_method_is_told():
    with pytest.raises(SystemExit, match="no method is called 'logistic'; there are ours relu"):
        chosen("logistic")


class InContext:
    checkpoint_version = "weights.ckpt"

    def __init__(self, **options):
        self.options = options


@pytest.mark.parametrize(
    ("found", "reason"), [("/there", ""), (None, "hf download jingang/TabICL")]
)
def test_weights_must_be_in_the_cache(found, reason, monkeypatch):
    package, hub = ModuleType("tabicl"), ModuleType("huggingface_hub")
    package.TabICLClassifier = package.TabICLRegressor = InContext
    hub.try_to_load_from_cache = lambda repository, file: found
    monkeypatch.setattr(installed, "find_spec", lambda _: object())
    for module in (package, hub):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    for name, task in zip(BY_NAME, TASKS, strict=True):
        assert bool(missing(name, task)) == bool(reason)
        assert reason in missing(name, task)
    assert installed.in_context("TabICLClassifier", 0).options["allow_auto_download"] is False


@pytest.mark.parametrize(
    ("method", "task", "metric"),
    [
        ("balanced logistic, margin", "binary", "accuracy"),
        ("LightGBM, margin", "binary", "accuracy"),
        ("LightGBM, greedy", "regression", "r2"),
    ],
)
def test_new_rivals_learn(method, task, metric):
    if missing(method, task):
        pytest.skip(missing(method, task))
    X = np.random.default_rng(0).standard_normal((200, 2))
    target = X[:, 0] if task == "regression" else (X[:, 0] > 1).astype(int)
    problem = split(Table(pd.DataFrame(X, columns=["a", "b"]), target, task), 0)
    schedule = Schedule(budget=40, batch=4, every=40, first=4)
    run = play(methods_of(task)[method](problem.X_pool, 0), problem, schedule, 0)
    assert run[metric][-1] > 0.8
    assert ("log_loss" in run) == (task == "binary")
