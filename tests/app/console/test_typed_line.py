"""Lines typed into a terminal: answers, and keys."""

import pytest

from cutplane.app.console.typed_line import Line, understood


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("ill\n", Line("", "ill")),
        ("1\n", Line("", "ill")),
        (" 2 ", Line("", "well")),
        ("3", Line("", "3")),
        ("s", Line("s", "")),
        ("d", Line("d", "")),
        ("u", Line("u", "")),
        ("w", Line("w", "")),
        ("?", Line("?", "")),
        ("q", Line("q", "")),
        ("c see page 3", Line("c", "see page 3")),
        (":s", Line("s", "")),
        (": c so", Line("c", "so")),
        ("=s", Line("", "s")),
        ("=1", Line("", "1")),
        ("sick", Line("", "sick")),
        (":sick", Line("", ":sick")),
        ("", Line("", "")),
    ],
)
def test_a_line_is_an_answer_or_a_key(line, asked):
    assert understood(line, ["ill", "well"]) == asked


def test_classes_win_over_keys():
    assert understood("s", ["s", "u"]) == Line("", "s")
    assert understood(":s", ["s", "u"]) == Line("s", "")
    assert understood("c", ["c", "d"]) == Line("", "c")
    assert understood("c so", ["c", "d"]) == Line("c", "so")


@pytest.mark.parametrize("classes", [[0, 1, 2], ["2", "1"], [10, 20]])
def test_where_classes_are_numbers_a_number_is_a_class(classes):
    assert understood("1", classes) == Line("", "1")


def test_values_are_no_numbers_of_classes():
    assert understood("1", []) == Line("", "1")
    assert understood("-0,5", []) == Line("", "-0,5")
