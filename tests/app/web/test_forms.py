"""Forms are read strictly: what no browser sends is refused with 400, 404 or 422."""

import pytest

from cutplane.app.web.forms import Form, row_of_path
from cutplane.app.web.refusals import Refusal


def read(text, most=10):
    return Form.of(text.encode() if isinstance(text, str) else text, most=most)


def status(call, *args):
    with pytest.raises(Refusal) as caught:
        call(*args)
    assert caught.value.sentence
    return caught.value.status


def test_fields_are_read_as_they_were_typed():
    form = read("label=%C3%A4+b&comment=a%0Ab%09c&empty=")
    assert form.text("label") == "ä b"
    assert form.text("comment") == "a\nb\tc"
    assert form.text("empty") == ""
    assert form.text("other", "default") == "default"


@pytest.mark.parametrize(
    "body",
    [
        b"label=%FF",
        b"label=\xff",
        b"label=%ED%A0%80",  # half of a character outside the first plane
        b"label=%C0%80",  # a NUL that is longer than it has to be
        b"label=%00",
        b"label=%1B%5B2J",
        b"%00=1",
        b"&".join([b"a=1"] * 11),
    ],
)
def test_what_no_browser_sends_is_refused(body):
    assert status(read, body) == 400


@pytest.mark.parametrize("body", ["row=1&row=1", "row=1&row=2", ""])
def test_a_field_comes_once(body):
    assert status(read(body).row) == 400


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1.0", "1e3", "0x1", " 1", "1_000", "١", "²", "9" * 16, "9" * 5000]
)
def test_a_row_is_a_whole_number_of_some_digits(text):
    assert status(Form({"row": (text,)}).row) == 422
    assert status(row_of_path, text, 10) == 404


def test_a_row_of_an_address_is_in_the_table():
    assert row_of_path("9", 10) == 9
    assert status(row_of_path, "10", 10) == 404


def test_rows_come_as_fields_or_with_commas():
    assert read("rows=1&rows=2,3").rows() == (1, 2, 3)


@pytest.mark.parametrize("body", ["", "rows=", "rows=1&rows=1", "rows=1,x"])
def test_rows_that_are_none_are_refused(body):
    assert status(read(body).rows) == 422


@pytest.mark.parametrize(("text", "seconds"), [("1.5", 1.5), ("", None), ("1e99", 864_000.0)])
def test_seconds(text, seconds):
    assert read(f"seconds={text}").seconds() == seconds


@pytest.mark.parametrize("text", ["nan", "-1", "x", "-inf"])
def test_seconds_that_are_none(text):
    assert status(read(f"seconds={text}").seconds) == 422


@pytest.mark.parametrize(("text", "page"), [("2", 2), ("", 1), ("-1", 1), ("0", 1), ("x", 1)])
def test_pages_of_a_list(text, page):
    assert read(f"page={text}").page() == page


def test_what_arrived_is_shown_short_and_without_controls():
    with pytest.raises(Refusal) as caught:
        Form({"row": ("\u202e" + "x" * 1000,)}).row()
    assert "\u202e" not in caught.value.sentence
    assert len(caught.value.sentence) < 120
