"""Gated networks as plain ReLU networks (mathematics (13.3)).

A gated unit has the value v where its gate z is on, and 0 where it is off. With t large enough,

    relu(v + t z) - relu(t z)

is that number wherever ``|v| <= t |z|``: everywhere but in a strip along the gate, whose width
falls as 1 / t, and there it lies between 0 and v. Outside the strip both members satisfy the sign
rows of the gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Array, Index, Pattern, Rows
from cutplane.errors import InvalidInputError
from cutplane.network.relu import ReluNetwork
from cutplane.space.arrangement import Arrangement

#: How many times larger a gate is made than the value it passes: 10 bits for narrow strips.
SHARPNESS = 2.0**10
#: The same where a unit keeps half of its double precision.
_SHARPEST = 2.0**27
#: How far from every row a gate with a constant passes, in the unit of its values.
_CLEARANCE = 2.0**-10
#: Networks, and values of rows, are refused above this many numbers (8 bytes each).
_MAX_NUMBERS = 2**28


def plain_of_kernel(
    arrangement: Arrangement,
    rows: Array,
    coefficients: Array,
    patterns: tuple[Pattern, ...],
    X: Rows,
    sharpness: float,
) -> ReluNetwork:
    """Plain network of a kernel form, whose attributes the first four are."""
    if coefficients.ndim > 1:
        raise InvalidInputError(
            f"coefficients of shape {coefficients.shape} arrived; a plain network has one score, "
            "pass one column at a time"
        )
    _check_size(arrangement, max(rows.shape[0], X.shape[0]))
    forces = coefficients[None] * 2.0 ** len(patterns)
    for pattern in reversed(patterns):  # the gates of the outermost layer vary slowest
        forces = (forces[:, None] * pattern.T).reshape(-1, rows.shape[0])
    return _plain(arrangement, forces @ rows, X, sharpness)


def plain_of_leaves(
    arrangement: Arrangement, members: tuple[Index, ...], leaves: Array, X: Rows, sharpness: float
) -> ReluNetwork:
    """Plain network of the leaves of pattern classes, (q, d), their two signs joined."""
    _check_size(arrangement, X.shape[0])
    sizes = [int(member.max()) + 1 for member in reversed(members)]
    path = np.arange(leaves.shape[0]).reshape(sizes)
    path = path[np.ix_(*reversed(members))]
    return _plain(arrangement, leaves[path.ravel()], X, sharpness)


def _check_size(arrangement: Arrangement, n_rows: int) -> None:
    """Refuse what does not fit into memory."""
    width = [float(p) for p in arrangement.n_patterns]
    units = [2 * p + 2 * float(np.prod(width[level:])) for level, p in enumerate(width)]
    sizes = [float(arrangement.n_inputs), *units, 1.0]
    needed = sum(a * b for a, b in pairwise(sizes))
    needed = max(needed, n_rows * max(sizes[1:]))
    if needed > _MAX_NUMBERS:
        raise InvalidInputError(
            f"the plain network of {arrangement.n_patterns} gates, on {n_rows} rows, needs "
            f"{8e-9 * needed:.0f} GB; use fewer patterns per layer (units are as many as "
            "products of P_l), or fewer rows"
        )


def _plain(arrangement: Arrangement, leaves: Array, X: Rows, sharpness: float) -> ReluNetwork:
    """Plain network of leaf weights (prod P_l, d), one row for each path of gates."""
    if not 0 <= sharpness <= _SHARPEST:
        raise InvalidInputError(
            f"sharpness={sharpness!r} arrived; give a number from 0 to {_SHARPEST:.0f}, beyond "
            "which double precision would not tell a unit from its gate"
        )
    if X.shape[0] == 0:
        raise InvalidInputError("no row arrived; a plain network needs at least one row")
    nodes = np.flatnonzero(leaves.any(axis=1))
    nodes = nodes if nodes.size else np.zeros(1, dtype=np.intp)  # a score of 0 keeps one unit
    own = leaves[nodes].T
    rows = arrangement.inputs.of(X)
    rows = rows.toarray() if sparse.issparse(rows) else rows
    constant = arrangement.n_inputs - 1 if arrangement.fit_intercept else None
    sight = _Sight(rows, rows @ own, nodes, constant)
    read = (sparse.identity(arrangement.n_inputs, format="csr"), own)
    weights: list[Array] = []
    for gates, pattern in zip(arrangement.gates, arrangement.patterns(X), strict=True):
        layer = _Layer.between(gates, pattern, sight, sharpness)
        weights.append(layer.units(*read))
        sight, read = sight.beyond(layer, pattern), layer.read()
    return ReluNetwork(_without_idle([*weights, read[1]]), arrangement.inputs)


def _without_idle(weights: list[Array]) -> tuple[Array, ...]:
    """Layer matrices without the units that nothing reads, outermost layer first."""
    for level in reversed(range(len(weights) - 1)):
        is_read = weights[level + 1].any(axis=1)
        weights[level], weights[level + 1] = weights[level][:, is_read], weights[level + 1][is_read]
    return tuple(weights)


@dataclass(frozen=True)
class _Sight:
    """What a layer sees of the rows.

    Attributes
    ----------
    features : ndarray of shape (k, m)
        What its gates read.
    values : ndarray of shape (k, n)
        What its gates let pass.
    nodes : ndarray of int of shape (n,)
        Place of each value among the paths of gates from here on.
    constant : int or None
        A feature that is the same positive number for every row.
    is_first : bool
        Features of the first layer can be negative.
    """

    features: Array
    values: Array
    nodes: Index
    constant: int | None
    is_first: bool = True

    def constant_gates(self, gates: Array) -> NDArray[np.bool_]:
        """Gates that are the same positive number for every row."""
        if self.constant is None:
            return np.zeros(gates.shape[1], dtype=bool)
        others = np.delete(gates, self.constant, axis=0)
        return (others == 0).all(axis=0) & (gates[self.constant] > 0)

    def always_on(self, gates: Array) -> NDArray[np.bool_]:
        """Gates that are on for every row, seen or not."""
        if self.is_first:
            return self.constant_gates(gates)
        return np.all(gates >= 0, axis=0)

    def cleared(self, gates: Array, pattern: Pattern) -> Array:
        """Gates that pass by all rows at a distance, moved within the gap between two rows."""
        if self.constant is None:
            return gates
        place = self.features @ gates / self.features[:, [self.constant]]
        on = pattern > 0
        low = place.max(axis=0, where=~on, initial=-np.inf)
        high = place.min(axis=0, where=on, initial=np.inf)
        room = np.minimum(_CLEARANCE * _size(place), (high - low) / 2)
        moved = gates.copy()
        moved[self.constant] -= np.clip(0.0, low + room, high - room)
        return moved

    def beyond(self, layer: _Layer, pattern: Pattern) -> _Sight:
        """What the next layer sees."""
        flat = self.constant_gates(layer.gates)
        return _Sight(
            features=np.maximum(self.features @ layer.gates, 0),
            values=(self.values * pattern[:, layer.gate]) @ layer.parents(),
            nodes=np.unique(self.nodes // pattern.shape[1]),
            constant=int(np.argmax(flat)) if flat.any() else None,
            is_first=False,
        )


@dataclass(frozen=True)
class _Layer:
    """Units of one hidden layer.

    They are one for each gate (a feature of the next layer), one for each cleared gate, one
    for each value, and the negative parts of the values whose gates are always on.

    Attributes
    ----------
    gates, cleared : ndarray of shape (m, P)
        As they were sampled, and off the rows.
    steepness : ndarray of shape (P,)
        The number t of each gate, a power of two; 0 for a gate that is always on.
    gate, owner : ndarray of int of shape (n,)
        Gate of each value, and its place among the values of the next layer.
    is_exact : ndarray of bool of shape (n,)
        Values whose gates are always on.
    """

    gates: Array
    cleared: Array
    steepness: Array
    gate: Index
    owner: Index
    is_exact: NDArray[np.bool_]

    @classmethod
    def between(cls, gates: Array, pattern: Pattern, sight: _Sight, sharpness: float) -> _Layer:
        """Units that agree with gated ones on the rows in sight."""
        always_on = sight.always_on(gates)
        cleared = sight.cleared(gates, pattern)
        z = sight.features @ cleared
        gate = sight.nodes % gates.shape[1]
        owner = np.unique(sight.nodes // gates.shape[1], return_inverse=True)[1]
        is_exact = always_on[gate]
        gated = np.where(is_exact, 0.0, sight.values)
        steepness = _steepness(np.where(pattern > 0, z, -z), gated, gate, sharpness)
        steepness[always_on] = 0.0
        return cls(gates, cleared, steepness, gate, owner, is_exact)

    def parents(self) -> Array:
        """Matrix (n, n_next) that sums values into those of the next layer."""
        return np.eye(self.owner.max() + 1)[self.owner]

    def units(self, features: Rows, values: Array) -> Array:
        """Weights of the units, from what the layer below gives of features and values."""
        z = features @ self.cleared
        shifted = values + z[:, self.gate] * self.steepness[self.gate]
        return np.hstack([features @ self.gates, z, shifted, -values[:, self.is_exact]])

    def read(self) -> tuple[Array, Array]:
        """Features (n_units, P) and values (n_units, n_next) of the next layer."""
        n_gates, parents = self.steepness.size, self.parents()
        is_moved = (self.cleared != self.gates).any(axis=0)
        unit = np.arange(n_gates) + n_gates * is_moved  # a gate in its place is its own feature
        taken = np.zeros((2 * n_gates, parents.shape[1]))
        np.add.at(taken, (unit[self.gate], self.owner), self.steepness[self.gate])
        values = np.vstack([-taken, parents, -parents[self.is_exact]])
        return np.eye(values.shape[0], n_gates), values


def _steepness(side: Array, values: Array, gate: Index, sharpness: float) -> Array:
    """Powers of two that leave every row room, (P,); ``side`` (k, P) is |z|, < 0 when wrong.

    Raises
    ------
    InvalidInputError
        A row lies on a gate, or too near by for double precision.
    """
    wide, size = _size(side), _size(values, axis=None)
    steepness = np.divide(sharpness * size, wide, out=np.zeros_like(wide), where=wide > 0)
    reach = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.divide(reach, np.maximum(side, 0)[:, gate], out=reach, where=reach > 0)
        np.maximum.at(steepness, gate, 2 * reach.max(axis=0))
        is_sharp = steepness * wide <= _SHARPEST * size
    if not is_sharp.all():
        raise InvalidInputError(
            "one of the rows lies on a gate or all but on it, where a plain network would have to "
            "jump; leave that row out, or use fit_intercept=True, which lets gates move off rows"
        )
    digits, exponent = np.frexp(steepness)
    return np.ldexp(np.sign(digits), exponent)


def _size(values: Array, axis: int | None = 0) -> Array:
    """Root mean square."""
    return np.sqrt(np.mean(np.square(values), axis=axis))
