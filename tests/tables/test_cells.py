"""Cells of text as numbers, and levels that are equal where the values are."""

import numpy as np
import pytest

from cutplane.tables.cells import as_cells, level_of, numbers_of
from cutplane.tables.many_columns import numbers_of_many

NAN = np.nan


def column(*cells):
    return np.array(cells, dtype=object)


@pytest.mark.parametrize(
    "mark",
    [
        " ",
        "-",
        "--",
        "n.a.",
        "N/A",
        "#DIV/0!",
        "#N/A",
        ".",
        "?",
        "unknown",
        r"\N",
        "NULL",
        "-nan",
        "N/K",
        "n/k",
        "not known",
        "\u200b",
        "\u00ad",
    ],
)
def test_marks_of_missing_values_are_missing(mark):
    numbers = numbers_of(column("1.5", mark, "", NAN, "2"))
    np.testing.assert_array_equal(numbers.values, [1.5, NAN, NAN, NAN, 2])
    assert numbers.missing.tolist() == [False, True, False, False, False]
    assert numbers.is_numeric


@pytest.mark.parametrize(
    ("cells", "values", "convention"),
    [
        (["1,234.5", "12.5"], [1234.5, 12.5], "commas between thousands"),
        (["1,234", "2,345,678"], [1234, 2345678], "commas between thousands"),
        (["12,34,567", "8"], [1234567, 8], "commas between thousands"),
        (["0,5", "1.234,25"], [0.5, 1234.25], "commas as decimal points"),
        (["1,234", "0,5"], [1.234, 0.5], "commas as decimal points"),
        (["1.234.567", "2"], [1234567, 2], "points between thousands"),
        (["1 234", "5\u00a0678,5"], [1234, 5678.5], "gaps between thousands"),
        (["1'234.5", "2"], [1234.5, 2], "gaps between thousands"),
        (["$5", "-$1,000.50", "7"], [5, -1000.5, 7], "$ as a sign of money"),
        (["5 €", "6,5 €"], [5, 6.5], "€ as a sign of money"),
        (["12%", "7.5 %"], [12, 7.5], "percent signs left out (12% is 12)"),
        (["(5)", "($6)"], [-5, -6], "parentheses as a minus"),
        (["\u22125", "3"], [-5, 3], "signs other than the hyphen"),
        (["\u20105", "3", "\u20117"], [-5, 3, -7], "signs other than the hyphen"),
        (["1\u2007234", "5\u3000678"], [1234, 5678], "gaps between thousands"),
        (["1\u200b7", "\u200e5", "6\u00ad"], [17, 5, 6], "characters that cannot be seen left out"),
        (["\u0661\u0662\u066b\u0665", "\uff17"], [12.5, 7], "digits of another script"),
        (
            ["\u2212\u09e9\u066c\u09e8\u09e7\u09e6", "\u0e59"],
            [-3210, 9],
            "digits of another script",
        ),
        (["5-", "3"], [-5, 3], "a minus at the end"),
        (["<0.5", "> 200", "1"], [0.5, 200, 1], "limits as the numbers after < and >"),
        (["TRUE", "false", "1"], [1, 0, 1], "true and false as 1 and 0"),
    ],
)
def test_notations_that_a_column_agrees_on(cells, values, convention):
    numbers = numbers_of(column(*cells))
    assert numbers.values.tolist() == values
    assert any(convention in said for said in numbers.conventions)
    assert numbers.is_numeric
    assert numbers.reread[0]


def test_what_a_column_does_not_agree_on_is_no_number():
    assert numbers_of(column("12%", "5", "6")).other.tolist() == [True, False, False]
    assert numbers_of(column("€5", "$3")).other.all()
    assert numbers_of(column("TRUE", "5")).other.tolist() == [True, False]
    few = numbers_of(column(*map(str, range(50)), "5%"))
    assert few.is_numeric
    assert few.other.sum() == 1


def test_a_lone_comma_is_said_to_be_ambiguous():
    numbers = numbers_of(column("1,234", "567"))
    assert numbers.values.tolist() == [1234, 567]
    assert "tells them from decimals" in numbers.conventions[0]
    assert numbers_of(column("1,234", "567"), decimal_comma=True).values.tolist() == [1.234, 567]


def test_nearly_all_cells_and_different_cells_must_be_numbers():
    ages = [str(age) for age in range(20, 80)] * 5
    numbers = numbers_of(column(*ages, "pending"))
    assert numbers.is_numeric
    assert np.flatnonzero(numbers.other).tolist() == [300]
    codes = numbers_of(column(*["1", "2", "3"] * 100, "A"))
    assert codes.why_text == "1 of its 301 cells are no numbers, such as 'A'"
    assert not numbers_of(column("1", "2", "red")).is_numeric


@pytest.mark.parametrize(
    ("cell", "why"), [("007", "zeros in front"), ("9007199254740993", "floats cannot tell apart")]
)
def test_codes_and_large_whole_numbers_are_text(cell, why):
    numbers = numbers_of(column(cell, "12"))
    assert why in numbers.why_text
    assert not numbers.other.any()


def test_many_columns_are_read_as_each_alone_is():
    columns = [
        column("1", "2.5", "", "-"),
        column("1,5", "2", "3,25", ""),
        column("red", "blue", " ", "NA"),
        column("\u0661", "\u0662", "\u0663", ""),
        column("007", "8", "9", "10"),
        column("1", "2", "x", "3"),
        column("true", "FALSE", "", NAN),
        column("inf", "1", "2", "3"),
        column("9007199254740993", "1", "", "2"),
        column("", "", NAN, " "),
    ]
    for together, alone in zip(
        numbers_of_many([as_cells(cells) for cells in columns]), columns, strict=True
    ):
        expected = numbers_of(alone)
        np.testing.assert_array_equal(together.values, expected.values)
        np.testing.assert_array_equal(together.missing, expected.missing)
        np.testing.assert_array_equal(together.other, expected.other)
        assert together.is_numeric == expected.is_numeric
        assert together.conventions == expected.conventions


@pytest.mark.parametrize(
    "same",
    [
        ["1", "1.0", "1.00", 1, 1.0, True, "TRUE", "true"],
        ["RED", "red", " red ", "Red\u00a0"],
        ["1.5", "1.50", 1.5],
        ["stra\u00dfe", "STRASSE"],
        ["gr\u00f6\u00dfe", "gro\u0308\u00dfe"],
        ["", " ", None, NAN],
    ],
)
def test_levels_are_equal_where_values_are(same):
    levels = level_of(column(*same))
    assert len({str(level) for level in levels}) == 1


def test_codes_are_levels_of_their_own():
    levels = level_of(column("1", "001", "01", "9007199254740993", "9007199254740992"))
    assert len(set(levels)) == 5
    assert level_of(np.array([1.0, NAN, 2.5])).tolist()[::2] == ["1", "2.5"]
    assert level_of(np.array([True, False])).tolist() == ["1", "0"]
