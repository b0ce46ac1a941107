"""Where Newton's method starts from: closed-form multipliers, or an earlier center's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cutplane.centers.center import Multipliers
from cutplane.cuts import halfspace_multiplier
from cutplane.gate_tree import GateTree, Layer
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]


def cold_start(space: VersionSpace, tau: float = 1.0) -> Multipliers:
    """Closed-form multipliers when nothing is known, balanced by one scaling."""
    tree = space.tree
    levels = range(len(tree.layers)) if space.has_sign_rows else range(0)
    sign = tuple(np.ones((tree.n_nodes[level], tree.n_rows)) for level in levels)
    variance = np.ones(tree.n_rows)
    for layer in tree.layers:
        variance = variance * (layer.count @ layer.mask)
    root = space.cuts.start(np.zeros(tree.n_rows), np.maximum(variance, 1.0) / tau)
    return Multipliers(root, sign, tree, tau)


def warm_start(space: VersionSpace, earlier: Multipliers) -> Multipliers:
    """Extend the multipliers of the first rows of ``space`` to all of its rows.

    A class that the new rows split hands its multipliers to every part. A new row gets
    the closed form of design 3.3 from the mean and the variance of its nodes' values.
    """
    tree = space.tree
    known = earlier.root.size
    fresh = GateTree(tree.rows[known:], tuple(_columns(layer, known) for layer in tree.layers))
    weights = earlier.class_weights()
    sources = _sources(tree, earlier.tree)
    leaf_values = weights[sources[0]] @ fresh.rows.T if sources else weights @ fresh.rows.T
    values, prediction = fresh.values(leaf_values)
    variance = np.full(leaf_values.shape, 1 / earlier.tau)
    sign: list[Array] = []
    for level, layer in enumerate(fresh.layers):
        if space.has_sign_rows:
            new = halfspace_multiplier(layer.signed(values[level]), variance)
            sign.append(np.hstack([earlier.sign[level][sources[level]], new]))
        grouped = variance.reshape(-1, layer.width, fresh.n_rows)
        variance = np.einsum("ak,pak->pk", layer.count[:, None] * layer.mask, grouped)
    root = np.concatenate(
        [earlier.root, space.cuts.last(known).start(prediction, np.maximum(variance[0], 1e-6))]
    )
    return replace(earlier, root=root, sign=tuple(sign), tree=tree)


def _columns(layer: Layer, start: int) -> Layer:
    """The layer seen on rows ``start``, ``start + 1``, ... only."""
    return replace(layer, mask=layer.mask[:, start:])


def _sources(tree: GateTree, earlier: GateTree) -> list[NDArray[np.intp]]:
    """For each layer, the node of ``earlier`` that every node of ``tree`` came from."""
    index = np.zeros(1, dtype=np.intp)
    sources: list[NDArray[np.intp]] = []
    for new, old in zip(reversed(tree.layers), reversed(earlier.layers), strict=True):
        children = old.child_of(new.representatives())
        index = (index[:, None] * old.width + children).ravel()
        sources.append(index)
    return sources[::-1]
