"""Labels and hypotheses as data: joined, chosen, restated, stored."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.space.hypothesis import Hypothesis
from cutplane.space.labels import Labels

NAMES = ("y", "depth", "weight", "annotator")


@st.composite
def some_labels(draw, min_size=0):
    k = draw(st.integers(min_size, 6))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    return Labels.of(
        rng.choice([-1.0, 1.0], k),
        depth=rng.normal(size=k),
        weight=rng.uniform(0, 3, k),
        annotator=rng.integers(0, 3, k),
    )


def assert_equal(one, other):
    for name in NAMES:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype


def test_labels_are_neutral_once_and_by_the_first_annotator_unless_told():
    labels = Labels.of([1, -1, 1])
    assert_equal(labels, Labels(np.array([1.0, -1, 1]), np.zeros(3), np.ones(3), np.zeros(3, int)))
    one = Labels.of([1, -1], depth=0.5, weight=2, annotator=1)
    assert_equal(one, Labels.of([1, -1], depth=[0.5, 0.5], weight=[2, 2], annotator=[1, 1]))


@pytest.mark.parametrize("name", ["depth", "weight", "annotator"])
def test_numbers_that_do_not_fit_the_labels_are_refused(name):
    with pytest.raises(ValueError, match="shape"):
        Labels.of([1, -1, 1], **{name: [1, 1]})


@given(some_labels(), some_labels())
def test_labels_of_both_parts_are_the_parts(one, other):
    joined, k = one.and_then(other), one.y.size
    assert_equal(joined.of_rows(slice(k)), one)
    assert_equal(joined.of_rows(slice(k, None)), other)


@given(some_labels(min_size=1), st.integers(0, 1000))
def test_rows_are_chosen_by_mask_and_by_number(labels, seed):
    mask = np.random.default_rng(seed).uniform(size=labels.y.size) < 0.5
    assert_equal(labels.of_rows(mask), labels.of_rows(np.flatnonzero(mask)))


@given(some_labels())
def test_other_labels_of_the_same_rows_keep_who_told_them_and_how_often(labels):
    other = labels.saying(-labels.y, 0.25)
    assert_equal(
        other, Labels.of(-labels.y, depth=0.25, weight=labels.weight, annotator=labels.annotator)
    )
    loud = labels.saying(labels.y, labels.depth, 3 * labels.weight)
    assert_equal(loud.saying(labels.y, labels.depth, labels.weight), labels)
    np.testing.assert_array_equal(loud.weight, 3 * labels.weight)


@given(some_labels())
def test_labels_come_back_from_arrays(labels):
    assert_equal(Labels.from_arrays(labels.to_arrays()), labels)


@given(
    st.sampled_from([0.0, 0.3, 1.0]),
    st.one_of(
        st.sampled_from([0.0, 0.1]),
        st.lists(st.floats(0, 0.49), min_size=1, max_size=3).map(tuple),
    ),
    st.floats(0, 2),
    st.floats(0.1, 4),
)
def test_a_hypothesis_comes_back_from_json(slope, flip, noise, amplitude):
    own = Hypothesis(slope, flip, noise, amplitude)
    back = Hypothesis.from_dict(json.loads(json.dumps(own.as_dict())))
    assert back == own
    assert hash(back) == hash(own)


def test_flips_are_those_of_the_annotator():
    who = np.array([1, 0, 1])
    np.testing.assert_array_equal(Hypothesis(flip=(0.1, 0.3)).flips(who), [0.3, 0.1, 0.3])
    np.testing.assert_array_equal(Hypothesis(flip=0.2).flips(who), 0.2)
    assert Hypothesis(flip=0.2).flips(who[:0]).shape == (0,)


def test_somebody_new_is_wrong_as_often_as_the_others():
    flips = Hypothesis(flip=(0.1, 0.3)).flips(np.array([0, 2, 7]))
    np.testing.assert_allclose(flips, [0.1, 0.2, 0.2])
