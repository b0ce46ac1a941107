"""Where Newton's method starts from: closed-form multipliers, or an earlier center's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutplane._types import Array, Index
from cutplane.newton.center import Multipliers
from cutplane.newton.gram_sketch import GramSketch, SketchedLeaves
from cutplane.newton.law import Law
from cutplane.space.cuts import halfspace_multiplier
from cutplane.space.gate_tree import GateTree, Layer
from cutplane.space.operator import Operator
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

#: With more new rows at once their effects on each other would dominate.
_JOINT = 4
#: Variance below which a row is taken for known.
_LEAST = 1e-9


def cold_start(space: VersionSpace, tau: float = 1.0) -> Multipliers:
    """Closed-form multipliers when nothing is known, balanced by one scaling."""
    tree = space.tree
    sign = tuple(np.ones((count.size, tree.n_rows)) for count in space.operator.multiplicity)
    variance = np.maximum(space.prior_variance(space.patterns, tree.rows), 1.0)
    root = space.cuts.start(np.zeros(tree.n_rows), variance / tau)
    return Multipliers(root, sign, tree, tau)


def warm_start(space: VersionSpace, earlier: Multipliers) -> Multipliers:
    """Extend the multipliers of the first rows of ``space`` to all of its rows.

    A class that the new rows split hands its multipliers to every part. A new row gets
    the closed form of mathematics (3.17) from the mean and the variance of its nodes' values.
    Multipliers above the price of ``space`` are brought inside.
    """
    known = earlier.root.size
    if known == space.n_rows:
        return replace(earlier, root=space.cuts.inside(earlier.root))
    if space.operator.layers:
        sign, value, variance = _sign_rows(space.tree, earlier)
    else:
        sign, value, variance = (), *_kernel_moments(space, earlier)
    new = space.cuts.last(known).start(value, np.maximum(variance, 1e-6))
    root = space.cuts.inside(np.concatenate([earlier.root, new]))
    return replace(earlier, root=root, sign=sign, tree=space.tree)


def start_by_law(space: VersionSpace, law: Law) -> Multipliers:
    """Closed-form multipliers (mathematics (3.17)) by what other labels say of each row.

    Without sign rows; the law is that of the same labelled rows. Newton's method takes half the
    steps from here.
    """
    variance = np.maximum(law.cavity_variance, _LEAST)
    return Multipliers(space.cuts.start(law.cavity_mean, variance), (), space.tree)


def handed_on(values: RowValues, earlier: GateTree, operator: Operator) -> RowValues:
    """Numbers on the rows of an earlier tree, on those of an operator with more: 0 on new rows.

    A class that the new rows split hands its numbers to every part.
    """
    new = operator.tree.n_rows - values.root.size
    sources = _sources(operator.tree, earlier) if values.layers else []
    layers = [
        np.pad(own[index], ((0, 0), (0, new)))
        for own, index in zip(values.layers, sources, strict=True)
    ]
    return operator.row_values(np.pad(values.root, (0, new)), layers)


def _sign_rows(tree: GateTree, earlier: Multipliers) -> tuple[tuple[Array, ...], Array, Array]:
    """Multipliers of all sign rows; mean and variance of the new rows' predictions, (n,)."""
    known = earlier.root.size
    fresh = GateTree(tree.rows[known:], tuple(_columns(layer, known) for layer in tree.layers))
    sources = _sources(tree, earlier.tree)
    # In the cheaper order: few new rows of many features never need the leaf weights.
    value = np.linalg.multi_dot([earlier.leaf_forces(), earlier.tree.rows, fresh.rows.T])
    value = value[sources[0]] / earlier.tau
    variance = np.full(value.shape, 1 / earlier.tau)
    sign: list[Array] = []
    for level, layer in enumerate(fresh.layers):
        old = earlier.sign[level][sources[level]]
        if level == 0 and fresh.n_rows <= _JOINT:
            old, new, variance = _impose(tree, old, layer.signed(value), earlier.tau)
        else:
            new = halfspace_multiplier(layer.signed(value), variance)
        sign.append(np.hstack([old, new]))
        value = layer.gather(layer.signed(1 / new))
        variance = 1 / (1 / variance + new**2)
        weight = layer.count[:, None] * layer.mask
        variance = np.einsum("ak,pak->pk", weight, layer.grouped(variance))
    return tuple(sign), value[0], variance[0]


def _kernel_moments(space: VersionSpace, earlier: Multipliers) -> tuple[Array, Array]:
    """Mean and variance of the new rows' predictions without sign rows; no leaf is written out."""
    known = earlier.root.size
    rows, patterns = space.tree.rows[known:], [own[known:] for own in space.patterns]
    value = space.gate_kernel(patterns, rows)[:, :known] @ earlier.root / earlier.tau
    return value, space.prior_variance(patterns, rows) / earlier.tau


def _impose(tree: GateTree, old: Array, slack: Array, tau: float) -> tuple[Array, Array, Array]:
    """Closed-form multipliers of new sign rows on every leaf, and what they do to the old ones.

    The variance of a new row given the old ones, and the response of the old rows to its
    multiplier, come from the sketch of the Gram matrix. Returns the old multipliers (m, k'),
    the new ones (m, n) and the variances (m, n).
    """
    (m, known), n = old.shape, slack.shape[1]
    first = tree.layers[0]
    leaves = SketchedLeaves(first, GramSketch.of(tree), np.pad(old, ((0, 0), (0, n))), tau)
    sigma = first.signed(np.ones((m, tree.n_rows)))
    new, variance, pressure = np.empty((m, n)), np.empty((m, n)), np.zeros((m, known))
    for i in range(n):
        unit = np.zeros((m, tree.n_rows))
        unit[:, known + i] = 1.0
        response = leaves.apply(unit)
        variance[:, i] = np.maximum(response[:, known + i], 1e-6)
        new[:, i] = halfspace_multiplier(slack[:, i], variance[:, i])
        pressure -= (sigma[:, known + i] * new[:, i])[:, None] * response[:, :known]
    relative = sigma[:, :known] * pressure * old  # -change of slack / slack
    return old * np.where(relative > 0, 1 + relative, 1 / (1 + np.abs(relative))), new, variance


def _columns(layer: Layer, start: int) -> Layer:
    """The layer seen on rows ``start``, ``start + 1``, ... only."""
    return replace(layer, mask=layer.mask[:, start:])


def _sources(tree: GateTree, earlier: GateTree) -> list[Index]:
    """For each layer, the node of ``earlier`` that every node of ``tree`` came from."""
    index = np.zeros(1, dtype=np.intp)
    sources: list[Index] = []
    for new, old in zip(reversed(tree.layers), reversed(earlier.layers), strict=True):
        children = old.child_of(new.representatives())
        index = (index[:, None] * old.width + children).ravel()
        sources.append(index)
    return sources[::-1]
