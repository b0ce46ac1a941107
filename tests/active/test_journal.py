"""The journal: what was acknowledged is on disk, and comes back as it was."""

import os
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.active.journal import HEADER, Journal
from cutplane.errors import InvalidInputError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.csv"


def test_the_file_is_a_table_of_order_row_label(path):
    journal = Journal(path)
    journal.append(["4", "2"], ["a", "b"])
    journal.append(["9"], ["a"])
    assert path.read_text() == "order,row,label\n0,4,a\n1,2,b\n2,9,a\n"
    assert HEADER == ("order", "row", "label")


def test_entries_come_back_in_order_after_reopening(path):
    Journal(path).append(["4", "2"], [1, 0])
    again = Journal(path)
    again.append(["7"], [1])
    keys, labels, _ = Journal(path).entries()
    assert keys == ["4", "2", "7"]
    assert labels.tolist() == [1, 0, 1]
    assert path.read_text().splitlines()[-1] == "2,7,1"


@pytest.mark.parametrize(
    "labels",
    [
        [1, 0, -3],
        [0.1, 1e-300, 1 / 3],
        [1.0, 0.0],
        ["yes", "no"],
        ["a,b", 'say "x"', " spaced ", "ünï"],
        ["1", "2"],
        ["007", "7"],
        ["nan", "inf"],
        ["1_0", "1e5"],
        [True, False],
        ["two\nlines", "one"],
        ["", "filled"],
    ],
)
def test_labels_come_back_with_their_value_and_type(path, labels):
    Journal(path).append([str(i) for i in range(len(labels))], labels)
    back = Journal(path).entries().labels
    assert back.tolist() == labels
    assert [type(x) for x in back.tolist()] == [type(x) for x in labels]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_every_number_survives_exactly(tmp_path_factory, values):
    values = [x + 0.0 for x in values]
    journal = Journal(tmp_path_factory.mktemp("journal") / "labels.csv")
    journal.append([str(i) for i in range(len(values))], values)
    assert journal.entries()[1].astype(float).tolist() == values


def test_keys_may_be_coordinates(path):
    key = " ".join(map(repr, [0.1, -1e-9]))
    Journal(path).append([key], [1])
    assert Journal(path).entries()[0] == [key]


def test_a_line_that_a_crash_cut_short_was_never_acknowledged(path):
    Journal(path).append(["4", "2"], [1, 0])
    with path.open("a") as file:
        file.write("2,17,1")  # no end of line: the append did not return
    keys, labels, _ = Journal(path).entries()
    assert keys == ["4", "2"]
    assert labels.tolist() == [1, 0]


@pytest.mark.parametrize("torn", ["2", "2,", "2,1", "2,17,", "2,17,1"])
def test_what_follows_a_torn_line_is_not_mixed_up_with_it(path, torn):
    Journal(path).append(["4", "2"], [1, 0])
    with path.open("a") as file:
        file.write(torn)
    Journal(path).append(["8", "5"], [1, 1])
    keys, labels, _ = Journal(path).entries()
    assert keys == ["4", "2", "8", "5"]
    assert labels.tolist() == [1, 0, 1, 1]


@pytest.mark.parametrize("torn", ["", "ord", "order,row,label"])
def test_a_crash_before_the_first_label_leaves_a_journal_that_works(path, torn):
    path.write_text(torn)
    Journal(path).append(["3"], [1])
    assert Journal(path).entries()[0] == ["3"]


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "hello\n", "order,row\n"])
def test_other_files_are_refused_and_kept(path, content):
    path.write_text(content)
    with pytest.raises(InvalidInputError, match="not a journal"):
        Journal(path)
    assert path.read_text() == content


def test_a_damaged_line_is_named(path):
    path.write_text("order,row,label\n0,4,1\n1\n2,5,0\n")
    with pytest.raises(InvalidInputError, match="line"):
        Journal(path).entries()


def test_paths_that_cannot_be_used_are_named(tmp_path):
    with pytest.raises(InvalidInputError, match="writable path"):
        Journal(tmp_path / "absent" / "labels.csv")
    with pytest.raises(InvalidInputError):
        Journal(tmp_path)
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)))
    with pytest.raises(InvalidInputError):
        Journal(binary)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_journal_is_named(path):
    journal = Journal(path)
    path.chmod(stat.S_IRUSR)
    with pytest.raises(InvalidInputError, match="cannot be written"):
        journal.append(["1"], [1])


def test_answers_are_synced_before_append_returns(path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))
    journal = Journal(path)
    journal.append(["1"], [1])
    assert synced[-1] == path.stat().st_size > synced[0]


def test_keys_and_labels_pair_up(path):
    journal = Journal(path)
    with pytest.raises(ValueError, match="argument"):
        journal.append(["1", "2"], [1])
    np.testing.assert_array_equal(journal.entries()[0], [])


def test_a_column_of_names_is_there_once_somebody_is_named(path):
    journal = Journal(path)
    journal.append(["4", "2"], ["a", "two\nlines"])
    assert path.read_text().splitlines()[0] == "order,row,label"
    journal.append(["9"], ["a"], ["bo"])
    journal.append(["8"], ["a"])
    assert path.read_text() == (
        'order,row,label,annotator\n0,4,a,\n1,2,"two\nlines",\n2,9,a,bo\n3,8,a,\n'
    )
    again = Journal(path)
    again.append(["1"], ["b"], ["al"])
    keys, labels, annotators = again.entries()
    assert keys == ["4", "2", "9", "8", "1"]
    assert labels.tolist() == ["a", "two\nlines", "a", "a", "b"]
    assert annotators == ["", "", "bo", "", "al"]


def test_names_of_nobody_leave_the_table_as_it_was(path):
    Journal(path).append(["4", "2"], [1, 0], ["", ""])
    assert path.read_text() == "order,row,label\n0,4,1\n1,2,0\n"
    assert Journal(path).entries().annotators == ["", ""]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4))
def test_every_name_survives_exactly(tmp_path_factory, names):
    journal = Journal(tmp_path_factory.mktemp("journal") / "labels.csv")
    journal.append([str(i) for i in range(len(names))], [1] * len(names), names)
    assert Journal(journal.path).entries().annotators == names
    assert journal.entries().labels.tolist() == [1] * len(names)


@pytest.mark.parametrize("torn", ["2", "2,17,", "2,17,1", "2,17,1,", "2,17,1,al", '2,17,1,"a'])
def test_a_torn_line_with_a_name_was_never_acknowledged(path, torn):
    Journal(path).append(["4", "2"], [1, 0], ["al", "bo"])
    with path.open("a") as file:
        file.write(torn)
    Journal(path).append(["8"], [1], ["cy"])
    keys, labels, annotators = Journal(path).entries()
    assert keys == ["4", "2", "8"]
    assert labels.tolist() == [1, 0, 1]
    assert annotators == ["al", "bo", "cy"]


@pytest.mark.parametrize("line", ["0,4,1,al\n", '0,4,1,"al"\n'])
def test_a_name_without_its_column_is_damage(path, line):
    path.write_text(f"order,row,label\n{line}")
    with pytest.raises(InvalidInputError, match="line 2"):
        Journal(path)


def test_names_and_labels_pair_up(path):
    with pytest.raises(ValueError, match="argument"):
        Journal(path).append(["1", "2"], [1, 0], ["al"])
