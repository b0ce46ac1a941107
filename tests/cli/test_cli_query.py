"""`cutplane query`: rows without a label, or points of a box."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutplane.active.query import STRATEGIES

FAST = ("--hidden", "20")
RELU = (*FAST, "--activation", "relu")


def partly_labelled(frame, n_labelled):
    partly = frame.assign(y=frame["y"].where(np.arange(len(frame)) < n_labelled))
    partly.to_csv("t.csv", index=False)
    return int(partly["y"].isna().sum())


@pytest.mark.parametrize("query", STRATEGIES)
def test_query_names_unlabelled_rows(frame, query, invoke):
    partly_labelled(frame, 30)
    arguments = ("query", "t.csv", "--target", "y", "-n", 6, "--query", query, *FAST)
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    rows = [int(line) for line in result.stdout.split()]
    assert len(set(rows)) == 6
    assert all(row >= 30 or row in (7, 8) for row in rows)
    as_json = json.loads(invoke(*arguments, "--json").stdout)
    assert (as_json["rows"], as_json["n_labels"], as_json["task"]) == (rows, 28, "classification")
    assert [asked["row"] for asked in as_json["questions"]] == rows
    for asked in as_json["questions"]:
        assert asked["line"] == asked["row"] + 2
        assert asked["cells"]["color"] == frame["color"][asked["row"]]


@pytest.mark.parametrize("n_labelled", [0, 1])
def test_query_starts_without_labels_or_with_one_class(frame, n_labelled, invoke):
    partly_labelled(frame, n_labelled)
    result = invoke("query", "t.csv", "--target", "y", "-n", 4, *FAST)
    assert result.exit_code == 0, result.output
    assert len(set(result.stdout.split())) == 4


def test_query_needs_no_target_when_nothing_is_labelled(frame, invoke):
    frame.drop(columns="y").to_csv("t.csv", index=False)
    assert len(invoke("query", "t.csv", "-n", 3).stdout.split()) == 3


def test_query_of_a_regression(frame, invoke):
    frame.assign(y=frame["b"].where(frame["b"] > 0)).to_csv("t.csv", index=False)
    answer = json.loads(invoke("query", "t.csv", "--target", "y", "--json", *FAST).stdout)
    assert answer["task"] == "regression"
    assert frame["b"][answer["rows"][0]] <= 0


def test_query_of_a_labelled_table_has_nothing_to_ask(frame, invoke):
    left = partly_labelled(frame, len(frame))
    assert left == 2
    rows = invoke("query", "t.csv", "--target", "y", "-n", 9, *FAST).stdout.split()
    assert sorted(rows) == ["7", "8"]
    frame.dropna(subset="y").to_csv("t.csv", index=False)
    result = invoke("query", "t.csv", "--target", "y", *FAST)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing to ask" in result.stderr


@pytest.mark.parametrize(
    "query", ["margin", "extremes", "random", "coverage", "frontier", "spread"]
)
def test_query_synthesizes_points_of_a_box(query, invoke):
    rng = np.random.default_rng(0)
    points = pd.DataFrame({"u": rng.uniform(10, 20, 30), "v": rng.uniform(-1, 1, 30)})
    points.assign(y=(points["u"] > 14).astype(int)).to_csv("t.csv", index=False)
    box = ("--domain", "10,20", "--domain", "-1,1")
    arguments = ("query", "t.csv", "--target", "y", "-n", 4, "--query", query, *box, *RELU)
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    asked = pd.read_csv(io.StringIO(result.stdout))
    assert list(asked.columns) == ["u", "v"]
    assert asked["u"].between(10, 20).all()
    assert asked["v"].between(-1, 1).all()
    assert len(asked) == 4
    if query == "margin":  # on the boundary, which the labels put near 14
        assert asked["u"].sub(14).abs().max() < 3
    same = json.loads(invoke(*arguments, "--json").stdout)["points"]
    pd.testing.assert_frame_equal(pd.DataFrame(same), asked)


def test_query_synthesizes_first_points_from_column_names_alone(invoke):
    Path("t.csv").write_text("u,v,y\n")
    result = invoke("query", "t.csv", "--target", "y", "-n", 5, "--domain", "0,1", *FAST)
    assert result.exit_code == 0, result.output
    assert len(pd.read_csv(io.StringIO(result.stdout)).drop_duplicates()) == 5


def test_query_says_which_network_a_box_is_searched_with(invoke, one_sentence):
    Path("t.csv").write_text("u,y\n0,0\n1,1\n")
    box = ("query", "t.csv", "--target", "y", "--domain", "0,1", "--query", "margin", *FAST)
    assert "activation='relu'" in one_sentence(invoke(*box), 2)


@pytest.mark.parametrize("domain", ["1,0", "0", "0,1,2", "a,b", "0,inf", "nan,1"])
def test_query_bad_domain(frame, domain, invoke, one_sentence):
    frame[["a", "b", "y"]].to_csv("t.csv", index=False)
    result = invoke("query", "t.csv", "--target", "y", "--domain", domain)
    assert f"--domain is '{domain}'" in one_sentence(result, 2)


def test_query_bad_input(frame, invoke, one_sentence):
    partly_labelled(frame, 30)
    query = ("query", "t.csv", "--target", "y")
    assert "--domain is '0,1 0,1'" in one_sentence(
        invoke(*query, "--domain", "0,1", "--domain", "0,1"), 2
    )
    assert "holds 'blue'" in one_sentence(invoke(*query, "--domain", "0,1"), 2)
    assert "n=0 rows" in one_sentence(invoke(*query, "-n", 0), 2)
    assert "guess" in one_sentence(invoke(*query, "--query", "guess"), 2)
