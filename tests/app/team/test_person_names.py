"""Names of people: nothing unseen in them, and no two that look the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.app.team.names import checked_name, key_of
from cutplane.errors import InvalidInputError


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "x" * 65, "A\u200bda", "Ada\n", "A\tB", "\u3164", "\u202eadA", "\u0301a"),
        *("A\0", "A\ufe0fda", "\u2800", "a\u034fb", "a\xadb", "A\xa0B", "\U000e0041", "\ud800"),
        "a\x1b[2J",
    ],
)
def test_what_cannot_be_seen_is_refused(text):
    with pytest.raises(InvalidInputError, match="characters"):
        checked_name(text)


@pytest.mark.parametrize("text", ["a", "x" * 64, "李小龍", "Zoë", "O'Neil-Smith", "🦊", "<b>", "א"])
def test_what_can_be_seen_stays(text):
    assert checked_name(f"  {text} ") == text


@pytest.mark.parametrize(
    "pair",
    [
        *(("Ada", "aDA"), ("Straße", "STRASSE"), ("ﬁn", "FIN"), ("\uff21da", "ada")),
        *(("Σίσυφος", "ΣΊΣΥΦΟΣ"), ("é", "e\u0301"), ("Ⅳ", "iv"), ("K", "\u212a")),
    ],
)
def test_names_that_read_the_same_have_one_key(pair):
    first, second = map(key_of, pair)
    assert first == second


@given(st.text(min_size=1))
def test_a_key_is_that_of_every_form(text):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert key_of(unicodedata.normalize(form, text)) == key_of(text)
    assert key_of(key_of(text)) == key_of(text)
