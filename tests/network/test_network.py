"""Decoding is exact (Theorem 4.2), and a network survives its file."""

import json

import numpy as np
import pytest
from scipy import sparse

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor, GatedNetwork, ReluNetwork
from cutplane.archive import FORMAT_VERSION
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.network import load_network, network_from_arrays
from cutplane.space.gate_tree import GateTree
from rewriting import contents, rewritten

HIDDEN = [(12,), (5, 4), (4, 3, 3), (3, 2, 2, 2)]
ALL = [(), *HIDDEN]


def data(n=14, d=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, (X[:, 0] - 0.7 * X[:, 1] > 0.2).astype(int)


def fitted(hidden, *, seed=0, **options):
    X, y = data(seed=seed)
    options = {"activation": "relu", "cost": np.inf, "random_state": seed} | options
    return CuttingPlaneClassifier(hidden=hidden, **options).fit(X, y), X


def by_hand(weights, rows):
    """A plain ReLU network, one matrix product per layer."""
    hidden = rows @ weights[0]
    for layer in weights[1:]:
        hidden = np.maximum(hidden, 0) @ layer
    return hidden[:, 0]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_decoded_network_is_the_gated_form_on_the_labelled_rows(
    hidden, fit_intercept, leaf_features
):
    cost = np.inf if fit_intercept else 10.0
    clf, X = fitted(hidden, fit_intercept=fit_intercept, cost=cost)
    arrangement, weights = clf.arrangement_, clf.center_.weights
    _, sign_slacks = clf.version_space_.slacks(weights)
    assert sign_slacks.min() > 0
    rows = arrangement.inputs.of(X)
    gated = leaf_features(arrangement.patterns(X), rows) @ weights.ravel()
    for decoded in (clf.network_(X), clf.decision_function(X), by_hand(clf.network_.weights, rows)):
        np.testing.assert_allclose(decoded, gated, rtol=1e-9, atol=1e-9 * np.abs(gated).max())


@pytest.mark.parametrize("hidden", HIDDEN)
def test_decoded_network_is_the_gated_form_wherever_the_sign_rows_hold(hidden, leaf_features):
    clf, _ = fitted(hidden)
    arrangement, weights = clf.arrangement_, clf.center_.weights
    X = np.random.default_rng(1).normal(size=(3000, 3)) * 2
    rows, patterns = arrangement.inputs.of(X), arrangement.patterns(X)
    tree = GateTree.without_classes(rows, patterns)
    values, _ = tree.values(weights @ rows.T)
    holds = np.ones(len(X), dtype=bool)
    for layer, value in zip(tree.layers, values, strict=True):
        holds &= (layer.signed(value) >= 0).all(axis=0)
    gated = leaf_features(patterns, rows) @ weights.ravel()
    decoded = clf.network_(X)
    assert holds.sum() > 0
    np.testing.assert_allclose(decoded[holds], gated[holds], rtol=1e-9, atol=1e-9)
    assert not np.allclose(decoded[~holds], gated[~holds])  # elsewhere the two may differ


@pytest.mark.parametrize("hidden", ALL)
def test_layer_matrices_have_the_shapes_and_the_signs_of_the_contract(hidden):
    clf, X = fitted(hidden)
    widths = [2 * p for p in clf.arrangement_.n_patterns]
    nodes = [int(np.prod(widths[level:])) for level in range(len(widths))] or [1]
    first, *rest = clf.network_.weights
    assert clf.center_.weights.shape == (nodes[0], X.shape[1] + 1)
    np.testing.assert_array_equal(first, clf.center_.weights.T)
    assert len(rest) == len(hidden)
    parents = [*nodes[1:], 1]
    for layer, width, n_children, n_parents in zip(rest, widths, nodes, parents, strict=False):
        expected = np.zeros((n_children, n_parents))
        for parent in range(n_parents):
            expected[parent * width : (parent + 1) * width, parent] = np.tile([1, -1], width // 2)
        np.testing.assert_array_equal(layer, expected)


def test_leaves_are_in_lexicographic_order_of_j2_c2_j1_c1():
    """Switching one gate of layer 1 off removes exactly the leaves with that j_1."""
    clf, X = fitted((4, 3))
    arrangement, weights = clf.arrangement_, clf.center_.weights
    p1, p2 = arrangement.n_patterns
    block = weights.reshape(p2, 2, p1, 2, -1)  # (j_2, c_2, j_1, c_1)
    inner, outer = arrangement.patterns(X)
    rows = arrangement.inputs.of(X)
    sign = np.array([1.0, -1.0])
    by_index = np.einsum(
        "ia,ib,c,e,acbed,id->i", outer, inner, sign, sign, block, rows, optimize=True
    )
    np.testing.assert_allclose(clf.decision_function(X), by_index, atol=1e-9)


@pytest.mark.parametrize("hidden", ALL)
def test_merged_classes_score_new_rows_as_the_written_out_network(hidden):
    clf, _ = fitted(hidden)
    X = np.random.default_rng(2).normal(size=(50, 3)) * 3
    np.testing.assert_allclose(clf.decision_function(X), clf.network_(X), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("hidden", HIDDEN[:3])
def test_gated_network_is_the_sum_over_its_leaves_everywhere(hidden, leaf_features):
    clf, _ = fitted(hidden, activation="gated_relu")
    assert isinstance(clf.network_, GatedNetwork)
    X = np.random.default_rng(3).normal(size=(40, 3))
    arrangement = clf.arrangement_
    features = leaf_features(arrangement.patterns(X), arrangement.inputs.of(X))
    expected = features @ clf.center_.weights.ravel()
    np.testing.assert_allclose(clf.network_(X), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("hidden", [(), (6,), (4, 3), (3, 2, 2)])
def test_minus_is_the_difference_of_two_networks(hidden):
    X, _ = data(40)
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    a, b, _ = CuttingPlaneClassifier(hidden, "relu", random_state=0).fit(X, y).network_
    np.testing.assert_allclose(a.minus(b)(X), a(X) - b(X), atol=1e-12)


def test_number_of_units():
    clf, _ = fitted((4, 3))
    assert clf.network_.n_units == 2 * 4 * 2 * 3 + 2 * 3
    assert clf.network_.n_features == 3


def test_sparse_rows_score_as_dense_ones():
    X, _ = data(50)
    X[np.abs(X) < 0.7] = 0
    for activation in ("relu", "gated_relu"):
        network = fitted((6,), activation=activation)[0].network_
        np.testing.assert_allclose(network(sparse.csr_matrix(X)), network(X), atol=1e-12)


def test_evaluation_in_chunks_changes_nothing(monkeypatch):
    X, _ = data(50)
    networks = [fitted((6,), activation=a)[0].network_ for a in ("relu", "gated_relu")]
    whole = [network(X) for network in networks]
    monkeypatch.setattr("cutplane.network.base._CHUNK_ENTRIES", 30)
    for network, expected in zip(networks, whole, strict=True):
        np.testing.assert_allclose(network(X), expected, atol=1e-12)


def test_rows_of_another_width_are_named():
    network = fitted((6,))[0].network_
    with pytest.raises(InvalidInputError, match=r"\(2, 5\) arrived.*expects \(n, 3\)"):
        network(np.zeros((2, 5)))


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_file_gives_the_same_network_back(tmp_path, activation, hidden, fit_intercept):
    options = {"activation": activation, "fit_intercept": fit_intercept, "cost": 10.0}
    network = fitted(hidden, **options)[0].network_
    path = tmp_path / "network.npz"
    network.save(path)
    X, _ = data(60, seed=9)
    np.testing.assert_array_equal(type(network).load(path)(X), network(X))
    np.testing.assert_array_equal(load_network(str(path))(X), network(X))


def test_the_file_holds_plain_arrays_and_json(tmp_path):
    path = tmp_path / "network.npz"
    fitted((4, 3))[0].network_.save(path)
    with np.load(path, allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "fiu" for name in file.files)
        metadata = json.loads(file["metadata"].tobytes())
    assert metadata["format_version"] == FORMAT_VERSION
    assert metadata["kind"] == "relu"


def test_the_regressors_network_is_saved_too(tmp_path):
    X, _ = data(20)
    network = CuttingPlaneRegressor((6,), "relu", random_state=0).fit(X, X[:, 0]).network_
    network.save(tmp_path / "n.npz")
    np.testing.assert_array_equal(ReluNetwork.load(tmp_path / "n.npz")(X), network(X))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "network.npz"
    fitted((6,))[0].network_.save(path)
    return path


def rewrite(path, *, drop=(), **metadata):
    arrays, stored = contents(path)
    rewritten(path, {k: v for k, v in arrays.items() if k not in drop}, stored | metadata)


def test_a_newer_file_asks_to_upgrade(saved):
    rewrite(saved, format_version=FORMAT_VERSION + 1)
    with pytest.raises(ModelFileError, match="upgrade"):
        ReluNetwork.load(saved)


def test_a_truncated_file_is_damaged(saved):
    saved.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(ModelFileError, match="damaged"):
        ReluNetwork.load(saved)


def test_a_changed_byte_is_damaged(saved):
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 0xFF
    saved.write_bytes(bytes(content))
    with pytest.raises(ModelFileError, match="damaged"):
        ReluNetwork.load(saved)


def test_a_file_without_one_of_its_layers_is_damaged(saved):
    rewrite(saved, drop=("weights_1",))
    with pytest.raises(ModelFileError, match="damaged"):
        load_network(saved)


def test_metadata_that_lacks_a_field_is_damaged(saved):
    rewritten(saved, contents(saved)[0], {"kind": "relu"})
    with pytest.raises(ModelFileError, match="damaged"):
        load_network(saved)


def test_a_pickle_is_never_opened(tmp_path):
    path = tmp_path / "pickled.npz"
    np.savez(path, metadata=np.array([{"kind": "relu"}], dtype=object))
    with pytest.raises(ModelFileError):
        load_network(path)


def test_other_files_are_refused(tmp_path, saved):
    text = tmp_path / "text.npz"
    text.write_text("hello")
    with pytest.raises(ModelFileError, match="not a network"):
        load_network(text)
    with pytest.raises(InvalidInputError, match="does not exist"):
        load_network(tmp_path / "absent.npz")
    with pytest.raises(ModelFileError, match="expected gated_relu"):
        GatedNetwork.load(saved)
    with pytest.raises(ModelFileError, match="'tanh' is not one of"):
        network_from_arrays({}, {"kind": "tanh"})
