"""Centers on the arrays of other libraries, against those in NumPy."""

import numpy as np
import pytest

from cutplane.arrays import Place
from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.gravity import gravity_center, gravity_centers
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.placed import all_at
from cutplane.space.version_space import VersionSpace

LIBRARIES = ("array_api_strict", "torch")

#: Hidden layers, labels and features: leaves by rows, leaves by weights, inner nodes, none.
SHAPES = {"rows": ((12,), 9, 12), "weights": ((12,), 14, 3), "deep": ((5, 3), 8, 6)}


@pytest.fixture(params=LIBRARIES, scope="module")
def place(request):
    """PyTorch on the CPU, and a device whose arrays NumPy cannot read, as a GPU's."""
    pytest.importorskip("array_api_compat")
    library = pytest.importorskip(request.param)
    if request.param == "torch":
        return Place("array_api_compat.torch", library.device("cpu"))
    return Place("array_api_strict", library.Device("device1"))


def labelled(hidden, k, d, *, target=False, **options):
    rng = np.random.default_rng(k)
    X = rng.normal(size=(k, d))
    arrangement = sample_arrangement(rng.normal(size=(60, d)), hidden, rng)
    if target:
        y = np.sin(X[:, 0])
        return VersionSpace.regression(arrangement, X, y, epsilon=0.1, radius=5.0, **options)
    y = np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0)
    return VersionSpace.classification(arrangement, X, y, **options)


def spaces():
    for name, shape in SHAPES.items():
        yield pytest.param(labelled(*shape), id=name)
        yield pytest.param(labelled(*shape, target=True, cost=30.0), id=f"{name}-slabs")
    yield pytest.param(labelled((12,), 9, 4, cost=3.0), id="priced")
    yield pytest.param(labelled((12,), 20, 4, gated=True), id="gated")
    yield pytest.param(labelled((12,), 20, 4, gated=True, target=True), id="gated-slabs")
    yield pytest.param(labelled((), 10, 3), id="linear")


def check_same(one, other):
    np.testing.assert_allclose(other.multipliers.root, one.multipliers.root, rtol=1e-8, atol=1e-8)
    for own, there in zip(one.multipliers.sign, other.multipliers.sign, strict=True):
        np.testing.assert_allclose(there, own, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(other.prediction, one.prediction, rtol=1e-8, atol=1e-8)
    assert (one.status, one.n_iter) == (other.status, other.n_iter)
    assert isinstance(other.multipliers.tree.rows, np.ndarray)
    if one.law is not None:
        assert other.law.log_z == pytest.approx(one.law.log_z, rel=1e-8)
        np.testing.assert_allclose(other.law.variance, one.law.variance, rtol=1e-8)


@pytest.mark.parametrize("space", list(spaces()))
def test_analytic_centers_are_the_same(space, place):
    exact = {"tol": 1e-9}
    here, there = analytic_center(space, **exact), analytic_center(space.at(place), **exact)
    np.testing.assert_allclose(there.prediction, here.prediction, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(there.class_weights, here.class_weights, rtol=1e-6, atol=1e-8)
    assert isinstance(there.multipliers.root, np.ndarray)


@pytest.mark.parametrize("space", list(spaces()))
def test_centers_of_gravity_are_the_same(space, place):
    hypothesis = Hypothesis(noise=0.2) if space.epsilon else Hypothesis(flip=0.1, noise=0.2)
    for own in (space, space.assuming(hypothesis)):
        check_same(gravity_center(own), gravity_center(own.at(place)))


def test_a_warm_start_is_handed_on(place):
    space = labelled((12,), 9, 12)
    for center in (analytic_center, gravity_center):
        before = center(space.of_rows(slice(7)))
        check = center(space.at(place), before)
        np.testing.assert_allclose(check.prediction, center(space, before).prediction, rtol=1e-7)


def test_version_spaces_that_share_an_operator_share_it_there(place):
    space = labelled((12,), 20, 4, gated=True)
    both = [space.assuming(Hypothesis(flip=flip, noise=0.1)) for flip in (0.0, 0.1)]
    moved = all_at([*both, space.relabelled(-space.y)], place)
    assert len({id(own.operator) for own in moved}) == 1
    found = gravity_centers(moved[:2], [None, None])
    for own, center in zip(both, found, strict=True):
        check_same(gravity_center(own), center)


def test_the_way_home(place):
    space = labelled((12,), 9, 12, cost=3.0).at(place)
    assert space.at(place).home.operator is space.home.operator
    assert isinstance(space.repriced(5.0).home.cuts.price, np.ndarray)
    assert space.repriced(5.0).home.cost == 5.0
    assert space.of_rows(slice(4)).home.tree.n_rows == 4


def test_what_contradicts_itself_is_empty_there_too(place):
    space = labelled((12,), 9, 12)
    X = np.repeat(space.rows[:2, :-1], 2, axis=0)
    hard = VersionSpace.classification(space.arrangement, X, [1.0, -1.0, 1.0, 1.0])
    with pytest.raises(EmptyVersionSpaceError, match="rows 0, 1 contradict") as here:
        analytic_center(hard)
    with pytest.raises(EmptyVersionSpaceError) as there:
        analytic_center(hard.at(place))
    assert str(here.value) == str(there.value)
