"""Fewer units, the same predictions within a stated bound.

A network is given up unit by unit. When the values of some units change by ``e_i(x)`` and ReLU
is 1-Lipschitz, the score changes by at most ``sum_i e_i(x) g_i``, where the gain g is the
product of the absolute layer matrices from the unit to the score (mathematics (10.2)). For a
unit that is removed ``e_i`` is its value, for one that is merged the distance to its
substitute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_array

from cutplane._types import Array, Rows
from cutplane.errors import InvalidInputError
from cutplane.space.inputs import Inputs

N = TypeVar("N")

#: Directions that agree to this many decimals are one; the mismatch enters the bound.
_DECIMALS = 10


@dataclass(frozen=True)
class Pruned(Generic[N]):
    """What is left of a network.

    Attributes
    ----------
    network : Network
        Of the kind that came in.
    n_units : int
        What it keeps: hidden units; of a gated network labelled rows, of a gated network
        by leaves the gates of its outermost layer.
    n_removed : int
        What it lost.
    bound : float
        The score of none of the given rows changes by more; without rows, the score of no
        row by more than ``bound`` times the length of what the first layer reads of it, which
        is ``|(x, 1)|`` where that is the row and the constant. Rounding errors come on top.
    """

    network: N
    n_units: int
    n_removed: int
    bound: float


def fewer_units(
    weights: Sequence[Array], tol: float, scope: Scope
) -> tuple[tuple[Array, ...], float]:
    """Merge units of one direction and remove the units that matter least.

    Parameters
    ----------
    weights : sequence of ndarray
        Layer matrices of a ReLU network.
    tol : float
        Change of the score that is allowed; 0 merges and removes what changes nothing.
    scope : Scope

    Returns
    -------
    weights : tuple of ndarray
        What is left of the layer matrices.
    bound : float
        The largest change of the score.
    """
    left, bound = list(weights), 0.0
    for level in range(len(left) - 1):
        left, error = _merge(left, level, scope)
        bound += error
    while True:
        left, dropped, error = _drop(left, tol - bound, scope)
        bound += error
        if not dropped:
            return tuple(left), bound


@dataclass(frozen=True)
class Scope:
    """Rows on which changes are bounded, as the first layer reads them: (n, d), or length 1."""

    sample: Array | None

    @classmethod
    def of(cls, X: Rows | None, inputs: Inputs) -> Scope:
        """Scope of rows (n, n_features) as they are given; None for length 1."""
        if X is None:
            return cls(None)
        X = check_array(X, dtype=np.float64)
        if X.shape[1] != inputs.n_features:
            raise InvalidInputError(
                f"rows of shape {X.shape} arrived; the network expects (n, {inputs.n_features})"
            )
        return cls(inputs.of(X))

    def linear(self, directions: Array) -> Array:
        """Largest ``|x . w|`` for each column w of ``directions`` (d, m)."""
        if self.sample is None:
            return np.linalg.norm(directions, axis=0)
        return np.abs(self.sample @ directions).max(axis=0)

    def values(self, weights: list[Array]) -> list[Array]:
        """Largest value of every hidden unit, layer by layer; arrays (m_l,)."""
        largest = []
        if self.sample is not None:
            hidden = self.sample
            for layer in weights[:-1]:
                hidden = np.maximum(hidden @ layer, 0)
                largest.append(hidden.max(axis=0))
        elif len(weights) > 1:
            largest.append(np.linalg.norm(weights[0], axis=0))
            for layer in weights[1:-1]:
                largest.append(largest[-1] @ np.maximum(layer, 0))
        return largest


def _gains(weights: list[Array]) -> list[Array]:
    """How much the score changes at most per change of a hidden unit; arrays (m_l,)."""
    gains = [np.abs(weights[-1]).sum(axis=1)]
    for layer in weights[-2:0:-1]:
        gains.append(np.abs(layer) @ gains[-1])
    return gains[::-1]


def _merge(weights: list[Array], level: int, rows: Scope) -> tuple[list[Array], float]:
    """Give units of one layer with the same direction to one of them."""
    own, above = weights[level], weights[level + 1]
    lengths = np.linalg.norm(own, axis=0)
    units = np.divide(own, lengths, out=np.zeros_like(own), where=lengths > 0)
    keys = np.round(units, _DECIMALS) + 0.0  # no minus zero
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    group = group.ravel()
    leader = lengths[first][group]
    ratio = np.divide(lengths, leader, out=np.zeros_like(lengths), where=leader > 0)
    mismatch = own - own[:, first[group]] * ratio
    if level == 0:
        error = rows.linear(mismatch)
    else:
        error = rows.values(weights)[level - 1] @ np.abs(mismatch)
    bound = float(error @ _gains(weights)[level])
    joined = np.zeros((first.size, above.shape[1]))
    np.add.at(joined, group, ratio[:, None] * above)
    return [*weights[:level], own[:, first], joined, *weights[level + 2 :]], bound


def _drop(weights: list[Array], budget: float, rows: Scope) -> tuple[list[Array], int, float]:
    """Remove units while the sum of their contributions stays within the budget."""
    if len(weights) == 1:
        return weights, 0, 0.0
    costs = [v * g for v, g in zip(rows.values(weights), _gains(weights), strict=True)]
    stay, bound = affordable(np.concatenate(costs), budget)
    kept = np.split(stay, np.cumsum([cost.size for cost in costs])[:-1])
    for cost, own in zip(costs, kept, strict=True):
        own[np.argmax(cost)] = True  # a layer keeps at least one unit
    weights = list(weights)
    for level, own in enumerate(kept):
        weights[level] = weights[level][:, own]
        weights[level + 1] = weights[level + 1][own]
    return weights, int(sum((~own).sum() for own in kept)), bound


def affordable(costs: Array, budget: float) -> tuple[NDArray[np.bool_], float]:
    """Which entries stay when the cheapest go, within the budget, and what these cost.

    Parameters
    ----------
    costs : ndarray of shape (n,)
        How much the score changes at most without each entry.
    budget : float
        Change that is allowed. One entry stays in any case.

    Returns
    -------
    stay : ndarray of bool of shape (n,)
    bound : float
        Sum of the costs of those that go.
    """
    order = np.argsort(costs, kind="stable")
    total = np.cumsum(costs[order])
    n_gone = min(int(np.searchsorted(total, max(budget, 0.0), side="right")), costs.size - 1)
    stay = np.ones(costs.size, dtype=bool)
    stay[order[:n_gone]] = False
    return stay, float(total[n_gone - 1]) if n_gone else 0.0
