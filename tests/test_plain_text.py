"""What cannot be seen is written out, the rest stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.plain_text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größe [bold] 1.5 €", "größe [bold] 1.5 €"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\x9b2Jb\x07", r"a\x9b2Jb\x07"),
        ("two\r\nlines\tand more", r"two\r\nlines\tand more"),
        ("evil\u202etxt.exe\u2066", r"evil\u202etxt.exe\u2066"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("ze\u200bro\ufeff", r"ze\u200bro\ufeff"),
        ("non\xa0breaking", r"non\xa0breaking"),
        ("half \ud83d\udcff", r"half \ud83d\udcff"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_invisible_characters_are_escaped(text, shown):
    assert printable(text) == shown


def test_line_breaks_of_our_own_can_be_kept():
    assert printable("one\ntwo\r\x1b", keep="\n") == "one\ntwo\\r\\x1b"


@given(st.text(alphabet=st.characters(codec=None)))
def test_what_is_shown_can_be_printed_and_encoded(text):
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown
    shown.encode()
