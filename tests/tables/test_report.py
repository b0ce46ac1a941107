"""The report of a table: every remark once, and the same after JSON."""

import json

import pytest

from cutplane.tables.report import Remark, TableReport

BLANK = Remark("rows left out", "2 empty rows left out (first: line 4).", count=2, line=4)
INDEX = Remark("likely index", "Column 'Unnamed: 0' counts the rows.", columns=("Unnamed: 0",))


def test_a_remark_is_said_once():
    report = TableReport("x", 10, 3).with_remarks([BLANK, BLANK]).with_remarks([INDEX, BLANK])
    assert report.sentences == [BLANK.message, INDEX.message]
    assert report.of_kind("likely index") == (INDEX,)


def test_json_brings_it_back():
    report = TableReport("x", 10, 3, (BLANK, INDEX))
    assert TableReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report


def test_a_remark_is_of_a_known_kind():
    with pytest.raises(ValueError, match="rows lost"):
        Remark("rows lost", "1 row lost.")
