"""Which chains sample a version space, and the interior point that they start from."""

from __future__ import annotations

import numpy as np

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.samplers.chains import Chains
from cutplane.samplers.hit_and_run import HitAndRunChains
from cutplane.samplers.laplace import Laplace
from cutplane.samplers.leaf_chains import LeafChains
from cutplane.samplers.root_chains import RootChains
from cutplane.space.cuts import SlabCuts
from cutplane.space.version_space import VersionSpace


def start_chains(space: VersionSpace, start: Array | Center | None, n_chains: int) -> Chains:
    """Chains for a version space, all at one interior point.

    Parameters
    ----------
    space : VersionSpace
    start : ndarray of shape (L, d) or Center, optional
        As in :func:`sample`.
    n_chains : int

    Returns
    -------
    Chains
        ``HitAndRunChains`` for slabs, ``LeafChains`` for halfspaces with sign rows,
        ``RootChains`` without them.

    Raises
    ------
    InvalidInputError
        There is no label, or ``start`` is not inside the version space.
    """
    if space.n_rows == 0:
        raise InvalidInputError("a version space without labels arrived; add one with with_labels")
    slabs = isinstance(space.cuts, SlabCuts)
    center = start
    if center is None or (slabs and not isinstance(center, Center)):
        center = analytic_center(space)
    if isinstance(center, Center) and center.multipliers.root.shape != space.y.shape:
        raise InvalidInputError(
            f"a center of {center.multipliers.root.size} cuts arrived for a version space of "
            f"{space.n_rows}; pass this space's analytic center"
        )
    values = _start_values(space, center if start is None else start)
    try:
        chains = _chains(space, values, center, n_chains)
    except InvalidInputError:
        if not isinstance(start, Center):
            raise
        return start_chains(space, None, n_chains)  # a center of gravity knows no ball
    least = _least_slack(space, chains)
    if least > 0:
        return chains
    if isinstance(start, Center):  # solved too loosely for narrow slabs
        return start_chains(space, None, n_chains)
    raise InvalidInputError(
        f"start violates a hard cut (slack {least:.2g}, expected a positive one); pass weights "
        "strictly inside the version space, or none to start from its analytic center; where that "
        "is what failed, use a wider epsilon or a finite cost"
    )


def _chains(space: VersionSpace, values: Array, center: Array | Center, n_chains: int) -> Chains:
    """The kind that fits the cuts; slabs are rounded by the analytic center."""
    if isinstance(space.cuts, SlabCuts) and isinstance(center, Center):
        return HitAndRunChains(space, values, n_chains, Laplace.at(space, center))
    if space.operator.layers:
        return LeafChains(space, values, n_chains)
    return RootChains(space, values, n_chains)


def _start_values(space: VersionSpace, start: Array | Center) -> Array:
    """Leaf values (L, k), or predictions (k,), of weights or of a center."""
    operator = space.operator
    if isinstance(start, Center):
        values = operator.apply(start.multipliers.forces(operator)) / start.multipliers.tau
        return space.tree.expand(values.layers[0]) if values.layers else values.root
    leaf = np.asarray(start, dtype=float)
    if leaf.shape != (expected := (space.arrangement.n_leaves, space.rows.shape[1])):
        raise InvalidInputError(f"start has shape {leaf.shape}, expected leaf weights {expected}")
    return operator.on(space.full_tree).observed(leaf @ space.tree.rows.T)


def _least_slack(space: VersionSpace, chains: Chains) -> float:
    """Smallest slack of the hard rows where the chains start."""
    least = np.inf
    if np.isinf(space.cost):
        least = space.cuts.slack(chains.prediction[0]).min(initial=np.inf)
    layers = space.operator.on(space.full_tree).layers
    if layers:
        for layer, value in zip(layers, space.full_tree.values(chains.values[0])[0], strict=True):
            least = min(least, layer.signed(value).min(initial=np.inf))
    return float(least)
