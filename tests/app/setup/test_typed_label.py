"""Labels as people type them."""

import pytest

from cutplane.app.setup.typed_label import typed_class, typed_number
from cutplane.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3.0),
        (" -0.5 ", -0.5),
        ("\u22122", -2.0),
        ("1e-3", 1e-3),
        (".5", 0.5),
        ("3.", 3.0),
        ("0,5", 0.5),
        (",5", 0.5),
        ("12,5", 12.5),
        ("0,234", 0.234),
        ("1234,567", 1234.567),
        ("1,5e3", 1500.0),
        ("1.234", 1.234),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("1 234,5", 1234.5),
        ("1\u202f234", 1234.0),
        ("-12'345.25", -12345.25),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert typed_number(text) == number


@pytest.mark.parametrize("text", ["1,234", "-12,345", "999,000"])
def test_a_comma_that_may_mean_two_things_is_asked_about(text):
    with pytest.raises(InvalidInputError, match=r"may be .* or .*; write one"):
        typed_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nan",
        "inf",
        "-Infinity",
        "1_000",
        "0x10",
        "\u0663",
        "12a",
        "1,2,3",
        "1.2.3",
        "--1",
        "1 2",
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(InvalidInputError, match="is no number"):
        typed_number(text)


def test_numbers_beyond_a_float_are_refused():
    with pytest.raises(InvalidInputError, match="too large"):
        typed_number("1e999")


@pytest.mark.parametrize(
    ("limits", "text", "message"),
    [
        ((0, 1), "1.5", "from 0 to 1"),
        ((0, None), "-1", "from 0$"),
        ((None, 3), "4", "up to 3"),
    ],
)
def test_numbers_outside_the_limits_are_refused(limits, text, message):
    with pytest.raises(InvalidInputError, match=message):
        typed_number(text, *limits)
    assert typed_number("0.5", *limits) == 0.5


@pytest.mark.parametrize(
    ("text", "known", "label"),
    [
        ("ill", ["ill", "well"], "ill"),
        (" ill\n", ["ill", "well"], "ill"),
        ("a ", ["a ", "b"], "a "),
        ("1", [0, 1], 1),
        ("True", [True, False], True),
        ("1", ["0", "1"], "1"),
    ],
)
def test_a_known_class_keeps_its_type(text, known, label):
    found = typed_class(text, known, is_open=False)
    assert (found, type(found)) == (label, type(label))


@pytest.mark.parametrize("text", ["ILL", "i l l", "sick", "1"])
def test_of_given_classes_there_are_no_others(text):
    with pytest.raises(InvalidInputError, match="there is no class"):
        typed_class(text, ["ill", "well"], is_open=False)


@pytest.mark.parametrize(
    ("text", "known", "label"),
    [("sick", ["ill"], "sick"), ("3", [1, 2], 3), ("3", [], 3), ("x", [], "x"), ("3", ["a"], "3")],
)
def test_new_classes_are_of_the_type_of_the_others(text, known, label):
    found = typed_class(text, known, is_open=True)
    assert (found, type(found)) == (label, type(label))


@pytest.mark.parametrize("text", ["Ill", "very  ill", "\uff49\uff4c\uff4c"])
def test_a_new_class_that_looks_like_another_is_asked_about(text):
    with pytest.raises(InvalidInputError, match="did you mean"):
        typed_class(text, ["ill", "very ill"], is_open=True)


@pytest.mark.parametrize("text", ["", " ", "a\x1b[2J", "\u202eevil", "\ud800", "x" * 201, "a\x00b"])
def test_names_that_nobody_can_read_are_refused(text):
    with pytest.raises(InvalidInputError):
        typed_class(text, ["ill"], is_open=True)


def test_classes_of_another_kind_are_refused():
    with pytest.raises(InvalidInputError, match="whole numbers"):
        typed_class("ill", [1, 2], is_open=True)
