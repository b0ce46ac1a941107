"""A gated network is a plain ReLU network on given rows, and nearly so on all others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cutplane import CuttingPlaneClassifier, GatedNetwork, ReluNetwork
from cutplane.errors import InvalidInputError
from cutplane.network import GatedLeafNetwork
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.inputs import Inputs

HIDDEN = [(), (30,), (6, 5), (4, 3, 3)]
#: Gates that pass nearer by one of the rows, in the unit of their values, may have moved.
MOVED = 2.0**-10


def fitted(hidden, *, final_solve=None, fit_intercept=True):
    """A gated network and the rows that it learnt from."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40, 4))
    y = (X[:, 0] ** 2 + X[:, 1] > 0.5).astype(int)
    model = CuttingPlaneClassifier(
        hidden=hidden,
        activation="gated_relu",
        final_solve=final_solve,
        fit_intercept=fit_intercept,
        random_state=0,
    )
    return model.fit(X, y).network_, X


def others(n=2000):
    return np.random.default_rng(4).normal(size=(n, 4)) * 1.5


def random_leaves(seed, hidden, X, units="halfspaces"):
    """A gated network of random leaf weights, one class for each gate."""
    rng = np.random.default_rng(seed)
    arrangement = sample_arrangement(X, hidden, rng, units=units)
    members = tuple(np.arange(p) for p in arrangement.n_patterns)
    leaves = rng.normal(size=(arrangement.n_leaves, arrangement.n_inputs))
    leaves[:, X.shape[1] : -1] = 0.0  # only gates read lengths
    return GatedLeafNetwork(arrangement, members, leaves)


def clearance(network, X, rows):
    """Least distance of each row to a gate of any layer, in the unit of the gate's values."""
    arrangement = network.arrangement
    features, known = arrangement.inputs.of(rows), arrangement.inputs.of(X)
    least = np.full(rows.shape[0], np.inf)
    for gates in arrangement.gates:
        z, own = features @ gates, known @ gates
        least = np.minimum(least, (np.abs(z) / np.sqrt(np.mean(own**2, axis=0))).min(axis=1))
        features, known = np.maximum(z, 0), np.maximum(own, 0)
    return least


def agree(one, two, rtol=1e-9):
    np.testing.assert_allclose(one, two, rtol=0, atol=rtol * np.abs(two).max())


@pytest.mark.parametrize("sharpness", [0.0, 1024.0, 2.0**18])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("final_solve", [None, "sparse"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_it_agrees_on_the_labelled_rows(hidden, final_solve, fit_intercept, sharpness):
    network, X = fitted(hidden, final_solve=final_solve, fit_intercept=fit_intercept)
    kind = GatedNetwork if final_solve is None else GatedLeafNetwork
    assert isinstance(network, kind)
    plain = network.plain(X, sharpness=sharpness)
    assert isinstance(plain, ReluNetwork)
    assert len(plain.weights) == len(hidden) + 1
    agree(plain(X), network(X))
    assert (np.sign(plain(X)) == np.sign(network(X))).all()


@pytest.mark.parametrize("final_solve", [None, "sparse"])
@pytest.mark.parametrize("hidden", HIDDEN[1:])
def test_it_agrees_far_from_the_gates(hidden, final_solve):
    network, X = fitted(hidden, final_solve=final_solve)
    rows = others()
    far = clearance(network, X, rows) > 0.05
    assert 100 < far.sum() < rows.shape[0]
    agree(network.plain(X)(rows[far]), network(rows[far]), rtol=1e-8)


def test_elsewhere_it_is_off_by_the_units_in_their_strips():
    network, X = fitted((30,))
    arrangement, sharpness = network.arrangement, 64.0
    rows, known = (arrangement.inputs.of(a) for a in (others(), X))
    units = 2 * network.patterns[0].T @ (network.coefficients[:, None] * network.rows)
    value, z = np.abs(rows @ units.T), np.abs(rows @ arrangement.gates[0])
    wide = np.sqrt(np.mean((known @ arrangement.gates[0]) ** 2, axis=0))
    size = np.sqrt(np.mean((known @ units[1:].T) ** 2))  # the gate that is always on is exact
    is_near = z < wide * (value / (sharpness * size) + MOVED * (1 + 1e-9))
    bound = (value * is_near)[:, 1:].sum(axis=1)
    off = np.abs(network.plain(X, sharpness=sharpness)(others()) - network(others()))
    assert (off <= bound + 1e-9).all()
    assert (off > 1e-6).sum() > 50


@pytest.mark.parametrize("hidden", HIDDEN[1:])
def test_sharper_differs_less(hidden):
    network, X = fitted(hidden)
    rows = others()
    off = [
        np.abs(network.plain(X, sharpness=sharpness)(rows) - network(rows)).mean()
        for sharpness in (0.0, 2.0**9, 2.0**20)
    ]
    assert off[0] > 2 * off[1] > 4 * off[2]
    assert off[1] < 0.01 * np.abs(network(rows)).mean()
    assert ((network.plain(X)(rows) > 0) == (network(rows) > 0)).mean() > 0.995


@given(
    seed=st.integers(0, 10**6),
    hidden=st.lists(st.integers(1, 6), max_size=3).map(tuple),
    digits=st.integers(0, 3),
    units=st.sampled_from(["halfspaces", "balls", "mixed"]),
)
def test_any_leaves_agree_on_any_rows(seed, hidden, digits, units):
    X = np.random.default_rng(seed).normal(size=(50, 3)).round(digits)
    X = np.unique(X, axis=0)
    network = random_leaves(seed, hidden, X, units)
    agree(network.plain(X)(X), network(X), rtol=1e-8)


def test_it_can_agree_on_the_whole_pool():
    network, X = fitted((30,))
    pool = np.vstack([X, others()])
    agree(network.plain(pool)(pool), network(pool), rtol=1e-8)


def on_a_gate(fit_intercept, first):
    """One gate that a row lies on: it is on there, and off at the other row."""
    gate = np.array([[1.0], [-1.0], [0.0]])[: 2 + fit_intercept]
    arrangement = Arrangement((gate,), Inputs(2, fit_intercept))
    X = np.array([[first, 1.0], [-1.0, 1.0]])
    leaves = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])[:, : 2 + fit_intercept]
    return GatedLeafNetwork(arrangement, (np.zeros(1, dtype=int),), leaves), X


def test_a_gate_through_a_row_moves_off_it():
    network, X = on_a_gate(True, 1.0)
    np.testing.assert_allclose(network(X), [6.0, 0.0])
    np.testing.assert_allclose(network.plain(X)(X), [6.0, 0.0], atol=1e-9)


@pytest.mark.parametrize("first", [1.0, 1.0 + 1e-14])
def test_a_gate_that_cannot_move_is_refused(first):
    network, X = on_a_gate(False, first)
    with pytest.raises(InvalidInputError, match="lies on a gate"):
        network.plain(X)


@pytest.mark.parametrize("hidden", [(1,), (1, 1), (1, 1, 1)])
def test_gates_that_are_always_on_are_exact_everywhere(hidden):
    X = others(50)
    network = random_leaves(0, hidden, X)
    assert network.plain(X).n_units < 4 * len(hidden)
    agree(network.plain(X)(1e3 * others()), network(1e3 * others()), rtol=1e-12)


def test_units_are_two_for_every_gate_in_use():
    network, X = fitted((30,))
    assert network.plain(X).n_units == 2 * network.arrangement.n_patterns[0]
    leaves = random_leaves(0, (7,), X)
    leaves.leaf_weights[:6] = 0.0  # three gates, of both signs
    assert leaves.plain(X).n_units == 2 * 4
    leaves.leaf_weights[:] = 0.0
    np.testing.assert_array_equal(leaves.plain(X)(others()), 0.0)


def test_pairs_of_leaves_are_joined_first():
    network, X = fitted((6, 5), final_solve="sparse")
    shifted = GatedLeafNetwork(
        network.arrangement, network.members, network.leaf_weights + 2.0**20
    )  # leaves of both signs, which cancel
    agree(shifted.plain(X)(X), network(X), rtol=1e-6)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_sparse_rows_give_the_same_network(hidden):
    network, X = fitted(hidden)
    for one, two in zip(
        network.plain(sparse.csr_array(X)).weights, network.plain(X).weights, strict=True
    ):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_it_is_pruned_and_exported_as_any_other(hidden, tmp_path):
    network, X = fitted(hidden)
    plain = network.plain(X)
    plain.save(tmp_path / "plain.npz")
    np.testing.assert_array_equal(ReluNetwork.load(tmp_path / "plain.npz")(X), plain(X))
    pruned = plain.prune(0.01, X)
    assert pruned.bound <= 0.01
    np.testing.assert_allclose(pruned.network(X), plain(X), atol=pruned.bound + 1e-8)
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    for dtype, rtol in (("float32", 2e-3), ("float64", 1e-9)):
        session = runtime.InferenceSession(plain.to_onnx(dtype=dtype).SerializeToString())
        (scores,) = session.run(None, {"X": X.astype(dtype)})
        agree(scores[:, 0], network(X), rtol=rtol)


def test_what_cannot_be_is_refused_in_a_sentence():
    network, X = fitted((30,))
    for sharpness in (-1.0, np.nan, 2.0**40):
        with pytest.raises(InvalidInputError, match=r"sharpness=.* arrived"):
            network.plain(X, sharpness=sharpness)
    with pytest.raises(InvalidInputError, match=r"expects \(n, 4\)"):
        network.plain(X[:, :3])
    with pytest.raises(InvalidInputError, match="at least one row"):
        network.plain(X[:0])
    joint = np.column_stack([network.coefficients] * 2)
    two = GatedNetwork(network.arrangement, network.rows, joint, network.patterns)
    with pytest.raises(InvalidInputError, match="one score"):
        two.plain(X)
    arrangement = sample_arrangement(X, (100, 100, 100), np.random.default_rng(0))
    patterns = tuple(arrangement.patterns(X))
    large = GatedNetwork(arrangement, network.rows, network.coefficients, patterns)
    with pytest.raises(InvalidInputError, match=r"GB; use fewer patterns"):
        large.plain(X)
