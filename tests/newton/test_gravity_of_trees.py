"""The center of gravity of ReLU networks: exact where it is known, near where it is sampled."""

from dataclasses import replace

import numpy as np
import pytest

from cutplane.centers.sampled_gravity import sampled_gravity_center
from cutplane.certificate.volume import Effort, cut_volumes
from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.gravity import gravity_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace

HIDDEN = [(6,), (4, 3), (2, 2, 2)]


def space_of(hidden, k, d, *, seed=0, fit_intercept=True, **options):
    """Labels of an affine function, gates of other rows."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, d))
    y = np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0)
    arrangement = sample_arrangement(
        rng.normal(size=(100, d)), hidden, rng, fit_intercept=fit_intercept
    )
    return VersionSpace.classification(arrangement, X, y, **options)


def cosine(space, one, other):
    """Of the weights of all leaves, those of every unit counted."""
    count = space.tree.multiplicity[0][:, None]
    a, b = np.sqrt(count) * one.class_weights, np.sqrt(count) * other.class_weights
    return float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))


def normal_mean(center):
    """Mean of the law itself, before it is brought into the ball."""
    return center.class_weights / center.scale


# Exact answers


@pytest.mark.parametrize("d", [1, 3, 40])
def test_a_halfspace(d):
    row = np.random.default_rng(0).normal(size=(1, d))
    arrangement = sample_arrangement(row, (), np.random.default_rng(0), fit_intercept=False)
    center = gravity_center(VersionSpace.classification(arrangement, row, [-1.0]), tol=1e-9)
    expected = -np.sqrt(2 / np.pi) * row / np.linalg.norm(row)
    np.testing.assert_allclose(normal_mean(center), expected)
    assert center.law.log_z == pytest.approx(np.log(1 / 2))
    assert center.law.variance == pytest.approx(1 - 2 / np.pi)


def test_an_orthant():
    rng = np.random.default_rng(0)
    X, y = np.linalg.qr(rng.normal(size=(5, 5)))[0] * [[1], [2], [3], [1], [9]], [1, -1, 1, 1, -1]
    arrangement = sample_arrangement(X, (), rng, fit_intercept=False)
    center = gravity_center(VersionSpace.classification(arrangement, X, y), tol=1e-9)
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    np.testing.assert_allclose(normal_mean(center), np.sqrt(2 / np.pi) * (y @ unit)[None])
    assert center.law.log_z == pytest.approx(5 * np.log(1 / 2))


def test_the_wedge_of_one_gate():
    """Weights a >= b >= 0: an eighth of the plane, whose mean is its bisector."""
    arrangement = sample_arrangement(
        np.ones((2, 1)), (1,), np.random.default_rng(0), fit_intercept=False
    )
    arrangement = replace(arrangement, gates=(np.ones((1, 1)),))
    space = VersionSpace.classification(arrangement, [[2.0]], [1.0])
    center = gravity_center(space)
    bisector = np.array([np.cos(np.pi / 8), np.sin(np.pi / 8)])
    weights = center.weights[:, 0] / np.linalg.norm(center.weights)
    assert weights @ bisector > 0.9999
    assert center.law.log_z == pytest.approx(np.log(1 / 8), rel=0.02)


# Symmetries


@pytest.mark.parametrize("hidden", HIDDEN)
def test_units_written_out_have_the_same_law(hidden):
    space = space_of(hidden, 4, 2)
    assert max(count.max() for count in space.tree.multiplicity) > 1
    center = gravity_center(space, tol=1e-9)
    whole = replace(space, _operator=space.operator.on(space.full_tree))
    every = gravity_center(whole, tol=1e-9)
    assert every.law.log_z == pytest.approx(center.law.log_z, rel=1e-9)
    np.testing.assert_allclose(every.law.variance, center.law.variance, rtol=1e-7)
    np.testing.assert_allclose(every.class_weights, center.weights, atol=1e-8)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_order_of_labels_does_not_matter(hidden):
    space = space_of(hidden, 7, 2)
    order = np.random.default_rng(1).permutation(7)
    center, turned = gravity_center(space, tol=1e-9), gravity_center(space.of_rows(order), tol=1e-9)
    np.testing.assert_allclose(turned.weights, center.weights, atol=1e-8)
    np.testing.assert_allclose(turned.law.mean, center.law.mean[order], rtol=1e-6)
    assert turned.law.log_z == pytest.approx(center.law.log_z, rel=1e-9)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_row_told_again_says_hardly_anything(hidden):
    space = space_of(hidden, 5, 4)
    again = space.of_rows(np.array([0, 1, 2, 3, 4, 2]))
    center, twice = gravity_center(space), gravity_center(again)
    assert twice.status == "optimal"
    assert cosine(space, center, twice) > 0.999


# Sweeps


@pytest.mark.parametrize(
    ("hidden", "k", "d"),
    [((25,), 20, 5), ((30,), 15, 30), ((40,), 25, 1), ((8, 6), 15, 3), ((5, 4, 3), 8, 3)],
)
def test_cold_sweeps_end_inside(hidden, k, d):
    space = space_of(hidden, k, d)
    center = gravity_center(space)
    assert center.status == "optimal"
    assert (space.y * center.law.mean > 0).all()
    assert all((own > 0).all() for own in center.multipliers.sign)
    assert space.contains(center.weights)


@pytest.mark.parametrize("hidden", [(), *HIDDEN])
def test_warm_sweeps_lead_to_the_same_law(hidden):
    space = space_of(hidden, 6, 3)
    part = space.of_rows(slice(1))
    center, splits = gravity_center(part, tol=1e-7), 0
    for k in range(2, 7):
        grown = space.of_rows(slice(k))
        splits += sum(grown.tree.n_nodes) > sum(part.tree.n_nodes)
        part, center = grown, gravity_center(grown, center, tol=1e-7)
    cold = gravity_center(space, tol=1e-7)
    assert splits > 0 or not hidden
    np.testing.assert_allclose(center.class_weights, cold.class_weights, atol=1e-6)
    assert center.law.log_z == pytest.approx(cold.law.log_z, rel=1e-7)


def test_warm_sweeps_are_fewer():
    space = space_of((24,), 30, 30)
    before = gravity_center(space.of_rows(slice(29)))
    assert gravity_center(space, before).n_iter < gravity_center(space).n_iter


def test_nothing_is_left_to_do_for_the_same_labels():
    space = space_of((4, 3), 6, 4)
    center = gravity_center(space)
    assert gravity_center(space, center).n_iter == 1


# Contradictions


@pytest.mark.parametrize("hidden", [(), *HIDDEN])
@pytest.mark.parametrize("gated", [False, True])
def test_contradictory_hard_labels_are_named(hidden, gated):
    space = space_of(hidden, 6, 3, gated=gated)
    opposed = space.of_rows(np.array([0, 1, 2, 3, 4, 5, 2]))
    opposed = opposed.relabelled(np.append(space.y, -space.y[2]))
    with pytest.raises(EmptyVersionSpaceError, match="contradict") as caught:
        gravity_center(opposed)
    assert {2, 6} <= set(caught.value.rows)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_flips_survive_contradictions(hidden):
    space = space_of(hidden, 6, 3).assuming(Hypothesis(flip=0.1))
    opposed = space.of_rows(np.array([0, 1, 2, 3, 4, 5, 2]))
    center = gravity_center(opposed.relabelled(np.append(space.y, -space.y[2])))
    assert center.status == "optimal"
    assert all((own > 0).all() for own in center.multipliers.sign)


def test_the_analytic_center_stands_in_where_sweeps_do_not_end():
    """Rows a millionth apart with opposite labels: not empty, but too narrow for sites."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(3, 2)), np.zeros((1, 2))])
    X[3] = X[0] + 1e-6 * rng.normal(size=2)
    arrangement = sample_arrangement(rng.normal(size=(50, 2)), (3,), rng)
    space = VersionSpace.classification(arrangement, X, [1.0, 1.0, -1.0, -1.0])
    center, analytic = gravity_center(space, tol=1e-6), analytic_center(space, tol=1e-6)
    assert center.status == "fallback"
    assert center.law is None
    np.testing.assert_array_equal(center.weights, analytic.weights)


def test_too_few_sweeps_fall_back():
    space = space_of((6,), 8, 2)
    assert gravity_center(space, max_iter=3).status == "fallback"


# Beside the sampler


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "seed"), [((6,), 0), ((6,), 1), ((4, 3), 0), ((2, 2, 2), 0)])
def test_the_sampled_center_is_the_same(hidden, seed):
    space = space_of(hidden, 5, 2, seed=seed)
    center, sampled = gravity_center(space), sampled_gravity_center(space, precision=0.02)
    assert center.status == sampled.status == "optimal"
    assert cosine(space, center, sampled) > 0.999


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hidden", "k", "d", "gated", "bias"),
    [
        ((2,), 4, 6, False, 0.02),
        ((3,), 6, 8, False, 0.02),
        ((20,), 12, 12, True, 0.02),
        ((2,), 4, 2, False, 0.03),
        ((6,), 8, 2, True, 0.06),
        ((1, 1, 1), 4, 3, False, 0.06),
    ],
)
def test_log_z_is_the_log_volume_or_a_little_less(hidden, k, d, gated, bias):
    """Low by up to a few percent where more rows than weights bound a leaf; never high."""
    space = space_of(hidden, k, d, gated=gated)
    *_, last = cut_volumes(space, np.random.default_rng(0), Effort(n_draws=100))
    volume, noise = last.volume.value, 3 * np.sqrt(last.volume.variance)
    log_z = gravity_center(space).law.log_z
    assert volume - bias * abs(volume) - noise < log_z < volume + noise
