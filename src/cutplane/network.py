"""Decoded networks: what the center is as an ordinary network (Theorem 4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy import sparse

from cutplane.archive import FORMAT_VERSION as FORMAT_VERSION
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.arrangement import Arrangement, Rows
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.export import to_onnx, to_torch
from cutplane.gate_tree import GateTree
from cutplane.pruning import Pruned, prune_gated, prune_gated_leaves, prune_relu

Array = NDArray[np.float64]

_WHAT = "network"
#: Hidden values held at once while a network is evaluated.
_CHUNK_ENTRIES = 2**22


class Network(Protocol):
    """A function of rows that can be stored as plain arrays."""

    def __call__(self, X: Rows) -> Array:
        """Scores of rows (n, n_features) without the constant; (n,)."""
        ...

    def to_arrays(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Arrays and JSON metadata that rebuild the network."""
        ...


@dataclass(frozen=True)
class ReluNetwork:
    """A fully connected ReLU network without hidden biases.

    Attributes
    ----------
    weights : tuple of ndarray
        Layer matrices W_1 (d, m_1), ..., W_{n+1} (m_n, 1), where d counts the constant.
        One matrix (d, 1) alone is a linear model.
    fit_intercept : bool
        Whether a constant 1 is appended to the rows.
    """

    weights: tuple[Array, ...]
    fit_intercept: bool = True

    @property
    def n_features(self) -> int:
        """Columns of a row, the constant not counted."""
        return self.weights[0].shape[0] - self.fit_intercept

    @property
    def n_units(self) -> int:
        """Hidden units of all layers."""
        return sum(w.shape[1] for w in self.weights[:-1])

    def __call__(self, X: Rows) -> Array:
        """Scores of rows.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)

        Returns
        -------
        ndarray of shape (n,)
        """
        X = _checked(X, self.n_features)
        first = self.weights[0]
        out = np.empty(X.shape[0])
        for chunk in _chunks(X.shape[0], first.shape[1]):
            hidden = X[chunk] @ first[: self.n_features]
            if self.fit_intercept:
                hidden = hidden + first[-1]
            for layer in self.weights[1:]:
                hidden = np.maximum(hidden, 0) @ layer
            out[chunk] = hidden[:, 0]
        return out

    @classmethod
    def from_tree(cls, tree: GateTree, leaf_weights: Array, *, fit_intercept: bool) -> ReluNetwork:
        """Decode leaf weights (m_1, d) of a gate tree; multiplicities become weights."""
        weights: list[Any] = [leaf_weights.T]
        for level, layer in enumerate(tree.layers):
            parents = tree.n_nodes[level] // layer.width
            weights.append(np.kron(np.eye(parents), np.reshape(layer.sign * layer.count, (-1, 1))))
        return cls(tuple(weights), fit_intercept)

    def minus(self, other: ReluNetwork) -> ReluNetwork:
        """Network whose score is this one's minus the other's, of the same depth."""
        first, *rest = zip(self.weights, other.weights, strict=True)
        if not rest:
            return ReluNetwork((first[0] - first[1],), self.fit_intercept)
        inner = [scipy.linalg.block_diag(a, b) for a, b in rest[:-1]]
        last = np.vstack([rest[-1][0], -rest[-1][1]])
        return ReluNetwork((np.hstack(first), *inner, last), self.fit_intercept)

    def to_arrays(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Arrays and JSON metadata that rebuild the network."""
        arrays = {f"weights_{i}": w for i, w in enumerate(self.weights)}
        return arrays, {
            "kind": "relu",
            "n_layers": len(self.weights),
            "fit_intercept": self.fit_intercept,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], metadata: Mapping[str, Any]) -> ReluNetwork:
        """Inverse of :meth:`to_arrays`."""
        weights = tuple(arrays[f"weights_{i}"] for i in range(metadata["n_layers"]))
        return cls(weights, bool(metadata["fit_intercept"]))

    def save(self, path: str | Path) -> None:
        """Write an .npz file of the weights with JSON metadata (no pickle)."""
        save_network(self, path)

    @classmethod
    def load(cls, path: str | Path) -> ReluNetwork:
        """Read a network that :meth:`save` wrote."""
        return _loaded(cls, path)

    def to_onnx(self, path: str | Path | None = None, **options: Any) -> Any:
        """ONNX graph, written to ``path`` if given; see :func:`cutplane.export.to_onnx`."""
        return to_onnx(self, path, **options)

    def to_torch(self, **options: Any) -> Any:
        """PyTorch module; see :func:`cutplane.export.to_torch`."""
        return to_torch(self, **options)

    def prune(self, tol: float = 0.0, X: Rows | None = None) -> Pruned:
        """Fewer units within a bound; see :func:`cutplane.pruning.prune_relu`."""
        return prune_relu(self, tol, X)


@dataclass(frozen=True)
class GatedNetwork:
    """A gated network in its kernel form (design 3.5).

    ``f(x) = sum_i w_i (x . x_i) prod_l 2 <D_l(x), D_l(x_i)>`` over the labelled rows x_i,
    which equals the sum over all of its leaves at a cost that does not grow with them.

    Attributes
    ----------
    arrangement : Arrangement
        The gates.
    rows : ndarray of shape (k, d)
        Labelled rows, unit length, with the constant.
    coefficients : ndarray of shape (k,) or (k, n_scores)
        The multipliers w; one column for each score when several share the kernel.
    patterns : tuple of ndarray
        ``patterns[l]`` of shape (k, P_{l+1}).
    """

    arrangement: Arrangement
    rows: Array
    coefficients: Array
    patterns: tuple[NDArray[np.uint8], ...]

    @property
    def n_features(self) -> int:
        """Columns of a row, the constant not counted."""
        return self.arrangement.n_features

    @property
    def fit_intercept(self) -> bool:
        """Whether a constant 1 is appended to the rows."""
        return self.arrangement.fit_intercept

    def __call__(self, X: Rows) -> Array:
        """Scores of rows (n, n_features); (n,) or (n, n_scores)."""
        X = _checked(X, self.n_features)
        own = [p.astype(np.float32) for p in self.patterns]
        out = np.empty((X.shape[0], *self.coefficients.shape[1:]))
        width = max([self.rows.shape[0], *self.arrangement.n_patterns])
        for chunk in _chunks(X.shape[0], width):
            kernel = np.asarray(self.arrangement.with_constant(X[chunk]) @ self.rows.T)
            new_patterns = self.arrangement.patterns(X[chunk])
            for new, mine in zip(new_patterns, own, strict=True):
                kernel *= 2 * (new.astype(np.float32) @ mine.T)
            out[chunk] = kernel @ self.coefficients
        return out

    def to_arrays(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Arrays and JSON metadata that rebuild the network."""
        arrays: dict[str, Any] = {"rows": self.rows, "coefficients": self.coefficients}
        for i, (gate, pattern) in enumerate(
            zip(self.arrangement.gates, self.patterns, strict=True)
        ):
            arrays[f"gates_{i}"], arrays[f"patterns_{i}"] = gate, pattern
        return arrays, {
            "kind": "gated_relu",
            "n_layers": len(self.patterns),
            "n_features": self.n_features,
            "fit_intercept": self.fit_intercept,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], metadata: Mapping[str, Any]) -> GatedNetwork:
        """Inverse of :meth:`to_arrays`."""
        n = range(metadata["n_layers"])
        gates = tuple(arrays[f"gates_{i}"] for i in n)
        arrangement = Arrangement(gates, metadata["fit_intercept"], metadata["n_features"])
        patterns = tuple(arrays[f"patterns_{i}"] for i in n)
        return cls(arrangement, arrays["rows"], arrays["coefficients"], patterns)

    def save(self, path: str | Path) -> None:
        """Write an .npz file with JSON metadata (no pickle)."""
        save_network(self, path)

    @classmethod
    def load(cls, path: str | Path) -> GatedNetwork:
        """Read a network that :meth:`save` wrote."""
        return _loaded(cls, path)

    def to_onnx(self, path: str | Path | None = None, **options: Any) -> Any:
        """ONNX graph, written to ``path`` if given; see :func:`cutplane.export.to_onnx`."""
        return to_onnx(self, path, **options)

    def to_torch(self, **options: Any) -> Any:
        """PyTorch module; see :func:`cutplane.export.to_torch`."""
        return to_torch(self, **options)

    def prune(self, tol: float = 0.0, X: Rows | None = None) -> Pruned:
        """Fewer units within a bound; see :func:`cutplane.pruning.prune_gated`."""
        return prune_gated(self, tol, X)


@dataclass(frozen=True)
class GatedLeafNetwork:
    """A gated network by its leaf weights, as the final solve gives it.

    ``f(x) = sum over leaf classes of sign * (on-gates of the class, layer by layer) * x . u``.

    Attributes
    ----------
    arrangement : Arrangement
        The gates.
    members : tuple of ndarray
        ``members[l]`` of shape (P_{l+1},): pattern class of each gate.
    leaf_weights : ndarray of shape (m_1, d)
        Weights of one leaf of each class, in the order of the gate tree.
    """

    arrangement: Arrangement
    members: tuple[NDArray[np.intp], ...]
    leaf_weights: Array

    @property
    def n_features(self) -> int:
        """Columns of a row, the constant not counted."""
        return self.arrangement.n_features

    @property
    def fit_intercept(self) -> bool:
        """Whether a constant 1 is appended to the rows."""
        return self.arrangement.fit_intercept

    def __call__(self, X: Rows) -> Array:
        """Scores of rows (n, n_features); (n,)."""
        X = _checked(X, self.n_features)
        out = np.empty(X.shape[0])
        for chunk in _chunks(X.shape[0], self.leaf_weights.shape[0]):
            rows = X[chunk]
            value = np.asarray(self.arrangement.with_constant(rows) @ self.leaf_weights.T)
            patterns = self.arrangement.patterns(rows)
            for pattern, member in zip(patterns, self.members, strict=True):
                one_hot = np.eye(member.max() + 1)[member]
                signed = np.kron(pattern @ one_hot, np.array([1.0, -1.0]))
                grouped = value.reshape(value.shape[0], -1, signed.shape[1])
                value = np.einsum("npa,na->np", grouped, signed)
            out[chunk] = value[:, 0]
        return out

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Arrays and JSON metadata that rebuild the network."""
        arrays: dict[str, Any] = {"leaf_weights": self.leaf_weights}
        for i, (gate, member) in enumerate(zip(self.arrangement.gates, self.members, strict=True)):
            arrays[f"gates_{i}"], arrays[f"members_{i}"] = gate, member
        return arrays, {
            "kind": "gated_leaves",
            "n_layers": len(self.members),
            "n_features": self.n_features,
            "fit_intercept": self.fit_intercept,
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> GatedLeafNetwork:
        """Inverse of :meth:`to_arrays`."""
        n = range(metadata["n_layers"])
        gates = tuple(arrays[f"gates_{i}"] for i in n)
        arrangement = Arrangement(gates, metadata["fit_intercept"], metadata["n_features"])
        members = tuple(arrays[f"members_{i}"] for i in n)
        return cls(arrangement, members, arrays["leaf_weights"])

    def save(self, path: str | Path) -> None:
        """Write an .npz file with JSON metadata (no pickle)."""
        save_network(self, path)

    @classmethod
    def load(cls, path: str | Path) -> GatedLeafNetwork:
        """Read a network that :meth:`save` wrote."""
        return _loaded(cls, path)

    def to_onnx(self, path: str | Path | None = None, **options: Any) -> Any:
        """ONNX graph, written to ``path`` if given; see :func:`cutplane.export.to_onnx`."""
        return to_onnx(self, path, **options)

    def to_torch(self, **options: Any) -> Any:
        """PyTorch module; see :func:`cutplane.export.to_torch`."""
        return to_torch(self, **options)

    def prune(self, tol: float = 0.0, X: Rows | None = None) -> Pruned:
        """Fewer units within a bound; see :func:`cutplane.pruning.prune_gated_leaves`."""
        return prune_gated_leaves(self, tol, X)


AnyNetwork = ReluNetwork | GatedNetwork | GatedLeafNetwork
_N = TypeVar("_N", ReluNetwork, GatedNetwork, GatedLeafNetwork)


def network_from_arrays(arrays: Mapping[str, Array], metadata: Mapping[str, Any]) -> AnyNetwork:
    """Rebuild a network of either kind from what ``to_arrays`` gave."""
    kinds: dict[str, Any] = {
        "relu": ReluNetwork,
        "gated_relu": GatedNetwork,
        "gated_leaves": GatedLeafNetwork,
    }
    kind = str(metadata.get("kind"))
    if kind not in kinds:
        raise ModelFileError(f"network kind {kind!r} is not one of {', '.join(kinds)}")
    return kinds[kind].from_arrays(arrays, metadata)


def save_network(network: Network, path: str | Path) -> None:
    """Write any network as .npz with JSON metadata (no pickle)."""
    write_archive(path, *network.to_arrays(), what=_WHAT)


def load_network(path: str | Path) -> AnyNetwork:
    """Read a network of either kind.

    Raises
    ------
    InvalidInputError
        There is no such file.
    ModelFileError
        The file is damaged, is not a network, or comes from a newer version.
    """
    arrays, metadata = read_archive(path, what=_WHAT)
    try:
        return network_from_arrays(arrays, metadata)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, error, what=_WHAT) from error


def _loaded(kind: type[_N], path: str | Path) -> _N:
    network = load_network(path)
    if not isinstance(network, kind):
        raise ModelFileError(f"{path} holds a {type(network).__name__}, expected {kind.__name__}")
    return network


def _checked(X: Rows, n_features: int) -> Rows:
    X = X.tocsr() if sparse.issparse(X) else np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != n_features:
        raise InvalidInputError(
            f"rows of shape {X.shape} arrived; the network expects (n, {n_features})"
        )
    return X


def _chunks(n_rows: int, width: int) -> Iterator[slice]:
    """Slices of rows whose hidden values fit the chunk size."""
    size = max(1, _CHUNK_ENTRIES // max(1, width))
    return (slice(start, start + size) for start in range(0, n_rows, size))
