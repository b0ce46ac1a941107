"""A mixture is the weighted mean of its members, with the law of total variance."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from cutplane.estimators.score import Score
from cutplane.network import GatedNetwork
from cutplane.newton.gravity import gravity_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty import prior as module
from cutplane.uncertainty.mixture import Member, Mixture, Prior, parts

CLASSES = [(Hypothesis(), 0.5), (Hypothesis(0.0, 0.1, 0.3), 0.3), (Hypothesis(0.5, 0.2), 0.2)]
VALUES = [
    (Hypothesis(1.0, 0.0, 0.1, 0.5), 0.6),
    (Hypothesis(0.0, 0.0, 0.3, 2.0), 0.3),
    (Hypothesis(1.0, 0.0, 0.8, 1.0), 0.1),
]


def mixture(assumed=CLASSES, *, hidden=(6,), units="mixed", k=12, seed=0, weight=1.0, gated=True):
    """Members on labels of an affine function, or its values where labels have noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 3))
    arrangement = sample_arrangement(X, hidden, rng, units=units if hidden else "halfspaces")
    if assumed is VALUES:
        space = VersionSpace.regression(arrangement, X[:0], X[:0, 0], epsilon=0.01, gated=gated)
        space = space.with_labels(X, X[:, 0] + X[:, 1] ** 2, weight=weight)
    else:
        space = VersionSpace.classification(arrangement, X[:0], X[:0, 0], gated=gated)
        space = space.with_labels(X, np.where(X[:, 0] > 0, 1.0, -1.0), weight=weight)
    options = {"tol": 1e-8, "max_iter": 300}
    members = []
    for hypothesis, share in assumed:
        own = space.assuming(hypothesis)
        members.append(Member(own, gravity_center(own, **options), share))
    return Mixture(tuple(members)), X, rng.normal(size=(20, 3))


def network(mixed):
    """The network that a score decodes."""
    base, heaviest = mixed.members[0].space, mixed.members[0].center
    return Score(base, heaviest, members=mixed.members).decoded()


def alone(member):
    """Scores of one member by its own network, at the scale of the score."""
    space = member.space
    own = member.unit * member.center.multipliers.root
    rows = space.tree.dual_rows
    return GatedNetwork(space.arrangement, rows, own, space.patterns)


@pytest.mark.parametrize("assumed", [CLASSES, VALUES], ids=["classes", "values"])
@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
def test_the_network_is_the_mean_of_the_members_networks(assumed, hidden):
    mixed, X, fresh = mixture(assumed, hidden=hidden)
    expected = sum(own.weight * alone(own)(fresh) for own in mixed.members)
    np.testing.assert_allclose(network(mixed)(fresh), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(network(mixed)(X), mixed.prediction, rtol=1e-6, atol=1e-8)


def test_a_network_of_sign_rows_is_the_mean_on_the_labelled_rows():
    """Averages stay in the cone: the ReLU network is the gated one there."""
    assumed = [(Hypothesis(flip=0.1), 0.7), (Hypothesis(noise=0.5), 0.3)]
    mixed, X, _ = mixture(assumed, hidden=(4,), units="halfspaces", gated=False)
    score = Score(mixed.members[0].space, mixed.members[0].center, members=mixed.members)
    np.testing.assert_allclose(score.decoded()(X), mixed.prediction, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(score.written_out()(X), mixed.prediction, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(score.scorer()(X), mixed.prediction, rtol=1e-5, atol=1e-7)
    prior = [
        own.unit**2 * own.space.prior_variance(own.space.patterns, own.space.rows)
        for own in mixed.members
    ]
    assert np.all(mixed.moments(X, mixed.prediction).variance <= 0.7 * prior[0] + 0.3 * prior[1])


def by_hand(member, rows, patterns):
    """Mean and variance of a member's scores: a Gaussian process given the sites."""
    space, sites = member.space, member.law.sites
    told = sites.precision.root * space.labels.weight
    K = space.gate_kernel(space.patterns, space.tree.rows)
    cross = space.gate_kernel(patterns, rows)
    shift = sites.shift.root * space.labels.weight
    left = np.linalg.inv(np.eye(len(told)) + K * told)
    mean = cross @ (shift - told * (left @ (K @ shift)))
    known = np.einsum("ik,kl,il->i", cross, told[:, None] * left, cross)
    variance = space.prior_variance(patterns, rows) - known
    return member.unit * mean, member.unit**2 * variance


@pytest.mark.parametrize("assumed", [CLASSES, VALUES], ids=["classes", "values"])
@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
def test_moments_are_those_of_the_law_of_total_variance(assumed, hidden):
    mixed, _, fresh = mixture(assumed, hidden=hidden)
    space = mixed.members[0].space
    rows, patterns = space.leaf_rows(fresh), space.arrangement.patterns(fresh)
    share = np.array([own.weight for own in mixed.members])
    each = [by_hand(own, rows, patterns) for own in mixed.members]
    means, variances = (np.array(own) for own in zip(*each, strict=True))
    mean = share @ means
    made = mixed.moments(fresh, network(mixed)(fresh))
    np.testing.assert_allclose(made.mean, mean, rtol=1e-5, atol=1e-6)
    total = share @ variances + share @ (means - mean) ** 2
    np.testing.assert_allclose(made.variance, total, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("assumed", [CLASSES, VALUES], ids=["classes", "values"])
@pytest.mark.parametrize("weight", [1.0, np.tile([0.0, 1.0, 2.0], 4)], ids=["once", "weighed"])
def test_moments_of_labelled_rows_are_those_of_the_law(assumed, weight):
    mixed, X, _ = mixture(assumed, weight=weight)
    for own in mixed.members:
        alone_ = Mixture((Member(own.space, own.center, 1.0),))
        size = own.unit * own.space.lengths
        np.testing.assert_allclose(alone_.prediction, own.law.mean * size)
        made = alone_.moments(X, alone_.prediction)
        np.testing.assert_allclose(made.variance, own.law.variance * size**2, rtol=1e-4)
        prior = Prior.of(own.space, own.space.leaf_rows(X), own.space.patterns)
        np.testing.assert_allclose(own.mean(prior), alone_.prediction, rtol=1e-5, atol=1e-8)


def test_noise_is_in_the_unit_of_the_labels():
    """Values: the noise itself. Classes: in prior standard deviations of the row's own score."""
    mixed, _, fresh = mixture(VALUES)
    expected = 0.6 * 0.1**2 + 0.3 * 0.3**2 + 0.1 * 0.8**2
    np.testing.assert_allclose(mixed.moments(fresh, network(mixed)(fresh)).noise, expected)
    mixed, _, fresh = mixture()
    own = mixed.members[1]
    rows, patterns = own.space.leaf_rows(fresh), own.space.arrangement.patterns(fresh)
    prior = own.space.prior_variance(patterns, rows) * own.unit**2
    made = mixed.moments(fresh, network(mixed)(fresh)).noise
    np.testing.assert_allclose(made, 0.3 * 0.3**2 * prior)


def test_leaving_labels_out_is_the_mixture_of_cavities():
    mixed, _, _ = mixture()
    made = mixed.leave_one_out()
    share = np.array([own.weight for own in mixed.members])
    sizes = [own.unit * own.space.lengths for own in mixed.members]
    pairs = list(zip(mixed.members, sizes, strict=True))
    means = np.array([own.law.cavity_mean * size for own, size in pairs])
    variances = np.array([own.law.cavity_variance * size**2 for own, size in pairs])
    np.testing.assert_allclose(made.mean, share @ means)
    second = share @ (variances + means**2)
    np.testing.assert_allclose(made.variance, second - (share @ means) ** 2)


def test_a_value_left_out_is_predicted_by_the_others():
    mixed, X, _ = mixture(VALUES)
    own = Member(mixed.members[0].space, mixed.members[0].center, 1.0)
    made = Mixture((own,)).leave_one_out()
    y, rest = own.space.y, np.arange(12) != 4
    space = own.space.cleared().with_labels(X[rest], y[rest])
    other = Member(space, gravity_center(space, tol=1e-8, max_iter=300), 1.0)
    scores = alone(other)(X[[4]])
    left = Mixture((other,)).moments(X[[4]], scores)
    assert made.mean[4] == pytest.approx(scores[0], rel=1e-5)
    assert made.variance[4] == pytest.approx(left.variance[0], rel=1e-5)


@given(st.integers(0, 500), st.sampled_from(["halfspaces", "balls", "mixed"]))
@settings(max_examples=10)
def test_labels_never_make_a_member_less_sure_than_its_prior(seed, units):
    mixed, _, fresh = mixture(seed=seed, units=units, k=8)
    for own in mixed.members:
        rows, patterns = own.space.leaf_rows(fresh), own.space.arrangement.patterns(fresh)
        prior = Prior.of(own.space, rows, patterns)
        variance = own.variance(prior)
        assert np.all(variance > 0)
        assert np.all(variance <= own.unit**2 * prior.variance * (1 + 1e-9))


def test_sparse_rows_and_parts_make_the_same_moments(monkeypatch):
    mixed, _, fresh = mixture()
    fresh[np.abs(fresh) < 0.4] = 0
    scores = network(mixed)(fresh)
    whole = mixed.moments(fresh, scores)
    other = mixed.moments(sparse.csr_matrix(fresh), scores)
    monkeypatch.setattr(module, "_CHUNK_ENTRIES", 12 * 3)  # three rows at once
    pieces = mixed.moments(fresh, scores)
    for one, two, three in zip(whole, other, pieces, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-6)
        np.testing.assert_allclose(one, three, rtol=1e-6)
    assert [own.size for own in mixed.moments(fresh[:0], scores[:0])] == [0, 0, 0]


@given(st.integers(0, 50), st.integers(0, 2**23))
def test_parts_are_all_rows_once(n, width):
    rows = [i for part in parts(n, width) for i in range(n)[part]]
    assert rows == list(range(n))


def test_one_prior_standard_deviation_of_labelled_rows_counts_as_one():
    mixed, _, _ = mixture()
    for own in mixed.members:
        prior = own.space.prior_variance(own.space.patterns, own.space.rows)
        assert own.unit**2 * prior.mean() == pytest.approx(1)
    mixed, _, _ = mixture(VALUES)
    assert [own.unit for own in mixed.members] == [0.5, 2.0, 1.0]


@pytest.mark.parametrize("assumed", [CLASSES, VALUES], ids=["classes", "values"])
def test_members_come_back_from_arrays(assumed):
    mixed, _, fresh = mixture(assumed, weight=np.tile([0.0, 1.0, 2.0], 4))
    base = mixed.members[0].space.assuming(Hypothesis()).relabelled(mixed.members[0].space.y)
    members = [Member.from_arrays(*own.to_arrays(), base) for own in mixed.members]
    back = Mixture(tuple(members))
    np.testing.assert_array_equal(back.prediction, mixed.prediction)
    scores = network(mixed)(fresh)
    np.testing.assert_array_equal(network(back)(fresh), scores)
    for one, other in zip(mixed.moments(fresh, scores), back.moments(fresh, scores), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_center_without_a_law_is_no_member():
    mixed, _, _ = mixture()
    own = mixed.members[0]
    with pytest.raises(ValueError, match="without a law"):
        _ = Member(own.space, replace(own.center, law=None), 1.0).law
