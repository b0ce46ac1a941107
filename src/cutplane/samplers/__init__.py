"""Samplers of the version space: one file for each kind of move.

A sampler is a set of chains (``truncated_gaussian.Chains``): ``sweep`` moves all of them,
``values`` reads them. :func:`sample` picks one, burns it in and collects draws.
"""

from __future__ import annotations

import numpy as np

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.samplers.diagnostics import Diagnostics
from cutplane.samplers.hit_and_run import HitAndRunChains
from cutplane.samplers.laplace import Laplace
from cutplane.samplers.pace import paced
from cutplane.samplers.samples import Samples
from cutplane.samplers.truncated_gaussian import Chains, LeafChains, RootChains
from cutplane.space.cuts import SlabCuts
from cutplane.space.version_space import VersionSpace

__all__ = ["Chains", "Diagnostics", "Laplace", "Samples", "sample", "start_chains"]


#: Random projections of the state whose mixing is diagnosed beside the predictions.
_PROJECTIONS = 16


def sample(
    space: VersionSpace,
    n_samples: int,
    rng: np.random.Generator,
    *,
    start: Array | Center | None = None,
    burn_in: int = 50,
    thinning: int = 1,
    n_chains: int = 32,
) -> Samples:
    """Draw networks from a version space.

    A classification space is sampled as N(0, I) restricted to its cuts, by exact Hamiltonian
    motion (with neutral cuts, directions have the law of the uniform distribution on cone
    and ball). A regression space is sampled uniformly, by hit-and-run. Elastic cuts multiply
    the density by ``exp(-C * violation)``, elastic slabs over N weights by that to the power
    of N/2 (see ``hit_and_run``).

    Parameters
    ----------
    space : VersionSpace
    n_samples : int
        Networks wanted; the last round of chains is cut off to give exactly as many.
    rng : numpy.random.Generator
    start : ndarray of shape (L, d) or Center, optional
        Weights strictly inside every hard cut, or the space's analytic center; by default
        the analytic center is computed.
    burn_in : int, default=50
        Sweeps before the first draw, which also tune the moves. Moves of all leaves
        together, in tight spaces, count for five.
    thinning : int, default=1
        Sweeps per draw. Ask for more where ``diagnostics.max_r_hat`` is above 1.05.
    n_chains : int, default=32
        Chains run side by side.

    Returns
    -------
    Samples

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    InvalidInputError
        ``start`` is not inside the version space, there is no label, or a count is not positive.
    """
    if min(n_samples, n_chains, thinning) < 1 or burn_in < 0:
        raise InvalidInputError(
            f"n_samples={n_samples}, n_chains={n_chains}, thinning={thinning}, burn_in={burn_in} "
            "arrived; expected at least one of each, and burn_in of 0 or more"
        )
    n_chains = min(n_chains, n_samples)
    seed = int(rng.integers(2**31))
    chains = start_chains(space, start, n_chains)
    n_sweeps = 0
    for _ in paced(chains, burn_in):
        chains.sweep(rng, adapt=True)
        n_sweeps += 1
    draws = -(-n_samples // n_chains)
    values, traces, acceptance = [], [], 0.0
    probe = np.random.default_rng(seed).standard_normal((_PROJECTIONS, *chains.values.shape[1:]))
    for _ in range(draws):
        for _ in paced(chains, thinning):
            chains.sweep(rng)
            n_sweeps += 1
        values.append(np.array(chains.values))
        acceptance += chains.acceptance / draws
        traces.append(_functions(chains, probe))
    diagnostics = Diagnostics.of(np.stack(traces, axis=1), acceptance, n_sweeps)
    return Samples(space, np.concatenate(values)[:n_samples], seed, n_chains, diagnostics)


def _functions(chains: Chains, probe: Array) -> Array:
    """Predictions, random projections and the squared length of each chain; (C, q)."""
    flat = chains.values.reshape(chains.values.shape[0], -1)
    projected = flat @ probe.reshape(probe.shape[0], -1).T
    return np.hstack([chains.prediction, projected, (flat**2).sum(axis=1, keepdims=True)])


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
    chains: Chains
    if slabs and isinstance(center, Center):
        chains = HitAndRunChains(space, values, n_chains, Laplace.at(space, center))
    elif space.operator.layers:
        chains = LeafChains(space, values, n_chains)
    else:
        chains = RootChains(space, values, n_chains)
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
    if space.operator.layers:
        tree = space.full_tree
        for layer, value in zip(tree.layers, tree.values(chains.values[0])[0], strict=True):
            least = min(least, layer.signed(value).min(initial=np.inf))
    return float(least)
