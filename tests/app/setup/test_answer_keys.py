"""Digits first, then letters that mean nothing else; keys that were asked for; the list of all."""

import pytest

from cutplane.app.setup.keys import COMMANDS, key_help, keys_of, read_keys
from cutplane.app.setup.options import LabelOptions
from cutplane.errors import InvalidInputError


def test_classes_take_digits_and_then_free_letters():
    keys = keys_of([f"class {i}" for i in range(40)])
    assert keys[:11] == (*"123456789", "a", "b")
    used = [key for key in keys if key]
    assert len(used) == len(set(used)) == 29
    assert not set(used) & set(COMMANDS)
    assert set(keys[29:]) == {""}


def test_a_chosen_key_is_given_and_not_given_again():
    assert keys_of(["spam", "ham", "egg"], {"ham": "1", "gone": "2"}) == ("2", "1", "3")


def test_keys_are_read():
    assert read_keys(["good=g", "very bad=b", "a=b=x"]) == {
        "good": "g",
        "very bad": "b",
        "a=b": "x",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("good", "'good' arrived; write class=key; classes are good, bad"),
        ("better=b", "classes are good, bad"),
        ("good=s", "means 'skip the row'; free are 1, 2"),
        ("good=gg", "is none of 1, 2"),
        ("good=0", "is none of 1, 2"),
        ("good=b,bad=b", "name 'b' twice"),
        ("good=b,good=x", "name 'good' twice"),
    ],
)
def test_keys_that_cannot_be_are_refused(text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_keys(text.split(","), ["good", "bad"])


def test_options_refuse_keys_of_classes_that_are_not_theirs():
    LabelOptions("t.csv", classes=("good", "bad"), keys=("good=g",))
    with pytest.raises(InvalidInputError, match="classes are good, bad"):
        LabelOptions("t.csv", classes=("good", "bad"), keys=("best=b",))


def test_the_list_has_every_key_once_and_only_what_applies():
    listed = key_help({"a": "1", "b": ""}, may_hint=False, is_value=False)
    keys = [key for line in listed for key in line.keys]
    assert len(keys) == len(set(keys))
    assert {"1", "Enter", "/", "u", "Ctrl+Z", "?"} < set(keys)
    assert "h" not in keys
    values = {key for line in key_help({}, may_hint=True, is_value=True) for key in line.keys}
    assert {"Enter", "h"} < values
    assert not {"/", "↑"} & values
