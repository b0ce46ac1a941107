"""Label configurations: what is learnt of them, and what is said of the rest."""

import math

import pytest

from cutplane.app.label_studio.config import Control, read_config
from cutplane.errors import InvalidInputError


def view(*tags):
    return f"<View>{''.join(tags)}</View>"


CHOICES = '<Choices name="c" toName="t"><Choice value="a"/><Choice value="b" alias="B"/></Choices>'
NUMBER = '<Number name="n" toName="t" min="0" max="10" step="0.5"/>'
TEXT = '<Text name="t" value="$words"/>'


def test_choices_numbers_and_what_is_shown():
    config = read_config(view(TEXT, '<Image name="i" value="$photo"/>', CHOICES, NUMBER))
    assert config.controls == (
        Control("c", "t", "choices", ("a", "B")),
        Control("n", "t", "number", low=0.0, high=10.0, step=0.5),
    )
    assert config.shown == {"words": "text", "photo": "image"}
    assert config.said == ()


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ('<Labels name="x" toName="t"><Label value="a"/></Labels>', "Labels 'x' is not learnt"),
        ('<Choices name="x" toName="t" choice="multiple"/>', "make it single"),
        ('<Choices name="x" toName="t" perRegion="true"/>', "about regions"),
        ('<Number name="x" toName="t" perItem="true"/>', "about items"),
        (
            '<Choices name="x" toName="t"><Choice value="a"><Choice value="b"/></Choice></Choices>',
            "nested",
        ),
        ('<Image name="x" valueList="$photos"/>', "several images"),
        ('<Text name="x" value="$address" valueType="url"/>', "loads its text from an address"),
        ('<Number name="x" toName="t" min="low"/>', "min of 'x' is 'low', no number"),
    ],
)
def test_what_is_not_learnt_is_said_in_a_sentence(tag, sentence):
    config = read_config(view(TEXT, CHOICES, tag))
    assert config.controls[0].name == "c"
    (said,) = config.said
    assert sentence in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        ("", "no XML"),
        ("<View>", "no XML"),
        (view(TEXT), "asks nothing that cutplane learns"),
        (view('<Rating name="r" toName="t"/>'), "Rating 'r' is not learnt"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><View>&a;</View>', "declares entities"),
        (view(" " * 1_000_001), "at most 1000000"),
    ],
)
def test_configurations_of_no_use_are_refused(xml, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        read_config(xml)


def test_comments_are_no_entities():
    assert read_config(view("<!-- a note -->", TEXT, CHOICES)).controls


@pytest.mark.parametrize(
    "value", [None, [], {}, {"choices": []}, {"choices": ["a", "B"]}, {"choices": "a"},
              {"choices": ["b"]}, {"choices": [1]}]
)  # fmt: skip
def test_other_answers_than_one_of_the_choices_are_refused(value):
    with pytest.raises(InvalidInputError, match="'c' says"):
        Control("c", "t", "choices", ("a", "B")).read(value)


@pytest.mark.parametrize("value", ["3", True, None, math.nan, math.inf, -1, 10.5, [3]])
def test_other_answers_than_a_number_in_range_are_refused(value):
    with pytest.raises(InvalidInputError, match="'n' says"):
        Control("n", "t", "number", low=0.0, high=10.0).read({"number": value})


def test_choices_that_tasks_bring_are_taken_as_they_are():
    assert Control("c", "t", "choices").read({"choices": ["anything"]}) == "anything"


@pytest.mark.parametrize(
    ("guess", "shown"), [(3.3, 3.5), (-4.0, 1.0), (99.0, 10.0), (4.1234567, 4.0)]
)
def test_numbers_are_shown_in_range_and_in_steps(guess, shown):
    control = Control("n", "t", "number", low=1.0, high=10.0, step=0.5)
    assert control.result(guess, 0.5)["value"] == {"number": shown}
