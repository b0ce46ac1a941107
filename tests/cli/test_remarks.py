"""What was made of a table is said by every command in the same words, once, and is in --json."""

import json

import pytest

FAST = ("--hidden", "10", "--center", "analytic")


@pytest.fixture(autouse=True)
def table(frame):
    """A counter of the rows, a mark among numbers, a column of one value, NA as labels."""
    frame = frame.assign(number=range(len(frame)), same=1, b=frame["b"].round(3).astype(str))
    frame.loc[3, "b"] = "n.a."
    frame["y"] = frame["y"].fillna("NA")
    frame.to_csv("t.csv", index=False)


READ = ("t.csv", "--target", "y", "--missing", "NA")


def sentences(result):
    return [line for line in result.stderr.splitlines() if not line.startswith("Row ")]


def test_every_command_says_the_same(invoke):
    said = {}
    for name, command in {
        "query": ("query", *READ, *FAST),
        "fit": ("fit", *READ, "--out", "m", *FAST),
        "run": ("run", *READ, "--budget", 3, "--out", "r", *FAST),
    }.items():
        result = invoke(*command, "--json")
        assert result.exit_code == 0, result.output
        said[name] = sentences(result)
        remarks = json.loads(result.stdout)["report"]["remarks"]
        assert [remark["message"] for remark in remarks] == said[name]
        assert len(set(said[name])) == len(said[name])
    assert said["query"] == said["fit"]
    for part in ("Task: classification", "'n.a.'", "'number'", "'same'"):
        assert sum(part in sentence for sentence in said["fit"]) == 1, said["fit"]
    assert said["fit"][0] in said["run"]


def test_predictions_say_what_was_read_and_nothing_of_labels(invoke):
    assert invoke("fit", *READ, "--out", "m", *FAST).exit_code == 0
    result = invoke("predict", "m", "t.csv", "--json")
    answer = json.loads(result.stdout)
    assert [remark["message"] for remark in answer["report"]["remarks"]] == sentences(result)
    assert not any("--target" in sentence for sentence in sentences(result))
    assert any("what the model predicts" in sentence for sentence in sentences(result))


def test_a_column_can_be_kept(invoke):
    query = ("query", *READ, *FAST, "--json")
    without, kept = invoke(*query), invoke(*query, "--keep", "number")
    assert any("'number'" in sentence for sentence in sentences(without))
    assert not any("'number'" in sentence for sentence in sentences(kept))


def test_marks_are_named(invoke):
    answer = json.loads(invoke("query", *READ[:3], *FAST, "--json").stdout)
    assert answer["n_labels"] == 120
    assert json.loads(invoke("query", *READ, *FAST, "--json").stdout)["n_labels"] == 118


def test_rows_have_cells_and_lines(invoke):
    result = invoke("query", *READ, *FAST, "-n", 2)
    rows = result.stdout.split()
    shown = [line for line in result.stderr.splitlines() if line.startswith("Row ")]
    assert len(shown) == 2
    for row, line in zip(rows, shown, strict=True):
        assert line.startswith(f"Row {row} (line {int(row) + 2}): ")
        assert "color=" in line


def test_numbers_of_predictions_have_six_digits_and_rows_an_id(invoke):
    assert invoke("fit", *READ, "--out", "m", *FAST).exit_code == 0
    result = invoke("predict", "m", "t.csv", "--id", "number")
    header, *lines = result.stdout.splitlines()
    assert header.split(",")[:3] == ["row", "number", "label"]
    for number, line in enumerate(lines):
        row, given, _, *shares = line.split(",")
        assert (int(row), float(given)) == (number, number)
        assert all(len(share.lstrip("0.").split("e")[0]) <= 6 for share in shares)


def test_rare_classes_can_weigh_more(invoke, one_sentence):
    fit = ("fit", *READ, *FAST, "--class-weight", "balanced")
    answer = json.loads(invoke(*fit, "--json").stdout)
    assert answer["settings"]["class_weight"] == "balanced"
    assert "give balanced" in one_sentence(invoke("fit", *READ, "--class-weight", "rare"), 2)
    quadratic = ("fit", "quadratic", "--class-weight", "balanced")
    assert "--class-weight is for classes" in one_sentence(invoke(*quadratic), 2)
