"""A version space under hypotheses: what is shared, what is weighed, what is stored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cutplane.errors import InvalidInputError
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace


def labelled(hidden=(6,), *, gated=True, units="halfspaces", k=10, seed=0, epsilon=None, **options):
    """A space whose labels have weights, annotators and depths."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 3))
    y = np.where(X[:, 0] > 0, 1.0, -1.0) if epsilon is None else X[:, 0]
    arrangement = sample_arrangement(X, hidden, rng, units=units, **options)
    space = (
        VersionSpace.classification(arrangement, X[:0], y[:0], cost=3.0, gated=gated)
        if epsilon is None
        else VersionSpace.regression(arrangement, X[:0], y[:0], epsilon=epsilon, gated=gated)
    )
    numbers = {"depth": rng.uniform(size=k), "weight": rng.uniform(0, 2, k)}
    return space.with_labels(X, y, **numbers, annotator=rng.integers(0, 2, k)), X


def assert_same(one, other):
    np.testing.assert_array_equal(one.rows, other.rows)
    for name in ("y", "depth", "weight", "annotator"):
        np.testing.assert_array_equal(getattr(one.labels, name), getattr(other.labels, name))
    for own, theirs in zip(one.patterns, other.patterns, strict=True):
        np.testing.assert_array_equal(own, theirs)


def test_hypotheses_of_one_slope_share_the_operator():
    space, _ = labelled()
    noisy = space.assuming(Hypothesis(flip=0.1, noise=0.5))
    assert noisy.operator is space.operator
    flat = space.assuming(Hypothesis(0.0))
    assert flat.operator is not space.operator
    assert flat.assuming(Hypothesis(0.0, 0.2)).operator is flat.operator
    back = flat.assuming(Hypothesis())
    np.testing.assert_array_equal(back.operator.covariance, space.operator.covariance)
    np.testing.assert_array_equal(back.lengths, space.lengths)
    assert_same(flat, space)


@pytest.mark.parametrize("slope", [0.0, 0.5, 2.0])
def test_sign_rows_need_equal_weights(slope):
    space, _ = labelled(gated=False)
    with pytest.raises(InvalidInputError, match=f"slope={slope:g} arrived; with sign rows"):
        space.assuming(Hypothesis(slope))
    noisy = space.assuming(Hypothesis(flip=0.1))
    assert noisy.tree is space.tree
    linear, _ = labelled((), gated=False)  # no gates, no sign rows
    assert linear.assuming(Hypothesis(slope)).metric is not None


@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
@pytest.mark.parametrize("slope", [0.0, 0.4, 3.0])
@pytest.mark.parametrize("units", ["halfspaces", "mixed"])
def test_the_operator_is_the_weighed_kernel_of_unit_rows(hidden, slope, units, leaf_features):
    if not hidden:
        units = "halfspaces"
    space, X = labelled(hidden, units=units)
    space = space.assuming(Hypothesis(slope))
    deviation = np.full(space.rows.shape[1], slope)
    deviation[-1] = 1.0
    weighed = space.leaf_rows(X) * deviation
    np.testing.assert_allclose(space.lengths, np.linalg.norm(weighed, axis=1))
    features = leaf_features(space.patterns, weighed / space.lengths[:, None])
    np.testing.assert_allclose(
        space.operator.covariance, features @ features.T, rtol=1e-6, atol=1e-7
    )
    fresh = np.random.default_rng(5).normal(size=(4, 3))
    patterns, rows = space.arrangement.patterns(fresh), space.leaf_rows(fresh)
    theirs = leaf_features(patterns, rows * deviation)
    np.testing.assert_allclose(
        space.gate_kernel(patterns, rows), theirs @ features.T, rtol=1e-6, atol=1e-6
    )
    np.testing.assert_allclose(space.prior_variance(patterns, rows), (theirs**2).sum(axis=1))
    np.testing.assert_allclose(
        space.prior_variance(space.patterns, space.rows),
        space.lengths**2 * np.diag(space.operator.covariance),
        rtol=1e-6,
    )


@pytest.mark.parametrize("units", ["halfspaces", "balls", "mixed"])
@pytest.mark.parametrize("gated", [False, True])
def test_leaves_read_lengths_with_sign_rows_only(units, gated):
    space, X = labelled(gated=gated, units=units)
    rows = space.leaf_rows(X)
    np.testing.assert_array_equal(rows, space.rows)
    np.testing.assert_array_equal(rows[:, :3], X)
    np.testing.assert_array_equal(rows[:, -1], 1)
    assert rows.shape[1] == 4 if units == "halfspaces" else 6
    if units != "halfspaces":
        assert rows[:, 3:5].any() != gated
    np.testing.assert_allclose(space.leaf_rows(sparse.csr_matrix(X)).toarray(), rows)


def test_relabelled_rows_keep_who_told_them_and_how_often():
    space, _ = labelled()
    other = space.relabelled(-space.y)
    np.testing.assert_array_equal(other.labels.weight, space.labels.weight)
    np.testing.assert_array_equal(other.labels.annotator, space.labels.annotator)
    np.testing.assert_array_equal(other.depth, 0)
    loud = space.relabelled(space.y, space.depth, np.arange(10.0))
    np.testing.assert_array_equal(loud.labels.weight, np.arange(10.0))
    assert loud.operator is space.operator
    np.testing.assert_array_equal(space.relabelled(space.y, weight=2.0).labels.weight, 2.0)


def test_zero_rows_leave_with_all_that_was_told_of_them():
    space, X = labelled(fit_intercept=False)
    X = X.copy()
    X[[2, 7]] = 0
    weight, who = np.arange(10.0), np.arange(10) % 3
    made = space.cleared().with_labels(X, space.y, depth=-weight, weight=weight, annotator=who)
    kept = np.delete(np.arange(10), [2, 7])
    np.testing.assert_array_equal(made.labels.weight, weight[kept])
    np.testing.assert_array_equal(made.labels.annotator, who[kept])
    np.testing.assert_array_equal(made.depth, -weight[kept])
    np.testing.assert_array_equal(made.y, space.y[kept])


def test_labels_in_parts_are_labels_at_once():
    space, X = labelled()
    own = space.labels
    parts = space.cleared()
    for part in (slice(0, 3), slice(3, 4), slice(4, None)):
        numbers = {name: getattr(own, name)[part] for name in ("depth", "weight", "annotator")}
        parts = parts.with_labels(X[part], own.y[part], **numbers)
    assert_same(parts, space)
    assert_same(space.of_rows(slice(4)).with_labels(X[:0], own.y[:0]), space.of_rows(slice(4)))


@given(
    st.sampled_from([(), (6,), (4, 3)]),
    st.sampled_from(["halfspaces", "balls", "mixed"]),
    st.sampled_from(
        [Hypothesis(), Hypothesis(0.0, (0.1, 0.3), 0.5), Hypothesis(0.3, 0.2, 0.0, 7.0)]
    ),
    st.sampled_from([None, 0.01]),
    st.booleans(),
)
def test_a_space_comes_back_from_arrays(hidden, units, hypothesis, epsilon, gated):
    units = units if hidden else "halfspaces"
    space, X = labelled(hidden, units=units, epsilon=epsilon, gated=gated)
    if not space.has_sign_rows:
        space = space.assuming(hypothesis)
    back = VersionSpace.from_arrays(*space.to_arrays())
    assert_same(back, space)
    assert back.hypothesis == space.hypothesis
    assert (back.epsilon, back.cost, back.radius, back.gated) == (
        space.epsilon,
        space.cost,
        space.radius,
        space.gated,
    )
    np.testing.assert_array_equal(back.lengths, space.lengths)
    np.testing.assert_array_equal(back.operator.covariance, space.operator.covariance)
    np.testing.assert_array_equal(back.leaf_rows(X), space.leaf_rows(X))


@pytest.mark.parametrize("name", ["y", "weight", "annotator", "depth", "rows", "patterns_0"])
def test_arrays_of_other_lengths_are_refused(name):
    arrays, metadata = labelled()[0].to_arrays()
    arrays[name] = arrays[name][:-1]
    with pytest.raises(ValueError, match="of shape"):
        VersionSpace.from_arrays(arrays, metadata)
