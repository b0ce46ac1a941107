"""Samplers of the version space: one file for each kind of move.

A sampler is a set of chains (``truncated_gaussian.Chains``): ``sweep`` moves all of them,
``values`` reads them. :func:`sample` picks one, burns it in and collects draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutplane.centers.analytic import analytic_center
from cutplane.centers.center import Center
from cutplane.cuts import SlabCuts
from cutplane.errors import InvalidInputError
from cutplane.gate_tree import GateTree
from cutplane.samplers.diagnostics import Diagnostics
from cutplane.samplers.elliptical_slice import EllipticalChains
from cutplane.samplers.hit_and_run import HitAndRunChains
from cutplane.samplers.laplace import Laplace
from cutplane.samplers.samples import Samples
from cutplane.samplers.truncated_gaussian import Chains, gaussian_chains
from cutplane.version_space import VersionSpace

__all__ = ["METHODS", "Diagnostics", "Laplace", "Samples", "sample"]

Array = NDArray[np.float64]

METHODS = ("auto", "hamiltonian", "elliptical", "hit_and_run", "coordinate")
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
    method: str = "auto",
) -> Samples:
    """Draw networks from a version space.

    A classification space is sampled as N(0, I) restricted to its cone (directions have
    the law of the uniform distribution on cone and ball), a regression space uniformly.
    Elastic cuts multiply the density by ``exp(-C * violation)``.

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
        Sweeps before the first draw, which also tune the moves.
    thinning : int, default=1
        Sweeps per draw.
    n_chains : int, default=32
        Chains run side by side.
    method : {"auto", "hamiltonian", "elliptical", "hit_and_run", "coordinate"}
        "auto" is "hamiltonian" for classification and "hit_and_run" (rounded directions)
        for regression.

    Returns
    -------
    Samples

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    """
    if method not in METHODS:
        raise InvalidInputError(f"method={method!r} arrived; choose one of {', '.join(METHODS)}")
    if min(n_samples, n_chains, thinning) < 1 or burn_in < 0:
        raise InvalidInputError(
            f"n_samples={n_samples}, n_chains={n_chains}, thinning={thinning}, burn_in={burn_in} "
            "arrived; expected at least one of each, and burn_in of 0 or more"
        )
    n_chains = min(n_chains, n_samples)
    seed = int(rng.integers(2**31))
    chains = start_chains(space, start, n_chains, method)
    for _ in range(burn_in):
        chains.sweep(rng, adapt=True)
    draws = -(-n_samples // n_chains)
    values, traces, acceptance = [], [], 0.0
    probe = np.random.default_rng(seed).standard_normal((_PROJECTIONS, *chains.values.shape[1:]))
    for _ in range(draws):
        for _ in range(thinning):
            chains.sweep(rng)
        values.append(np.array(chains.values))
        acceptance += chains.acceptance / draws
        traces.append(_functions(chains, probe))
    diagnostics = Diagnostics.of(np.stack(traces, axis=1), acceptance, burn_in + draws * thinning)
    return Samples(space, np.concatenate(values)[:n_samples], seed, n_chains, diagnostics)


def _functions(chains: Chains, probe: Array) -> Array:
    """Predictions, random projections and the squared length of each chain; (C, q)."""
    flat = chains.values.reshape(chains.values.shape[0], -1)
    projected = flat @ probe.reshape(probe.shape[0], -1).T
    return np.hstack([chains.prediction, projected, (flat**2).sum(axis=1, keepdims=True)])


def start_chains(
    space: VersionSpace, start: Array | Center | None, n_chains: int, method: str = "auto"
) -> Chains:
    """Chains of a method, all at one interior point."""
    if method == "auto":
        method = "hit_and_run" if isinstance(space.cuts, SlabCuts) else "hamiltonian"
    center = start if isinstance(start, Center) else analytic_center(space)
    values = _start_values(space, center if start is None else start)
    if method == "hit_and_run":
        return HitAndRunChains(space, values, n_chains, Laplace.at(space, center))
    if method == "coordinate":
        return HitAndRunChains(space, values, n_chains)
    if method == "elliptical":
        return EllipticalChains(space, values, n_chains)
    rounding = Laplace.at(space, center) if space.has_sign_rows else None
    return gaussian_chains(space, values, n_chains, rounding)


def _start_values(space: VersionSpace, start: Array | Center) -> Array:
    """Leaf values (L, k), or predictions (k,), of weights or of a center."""
    if not isinstance(start, Center):
        leaf = np.asarray(start, dtype=float) @ space.tree.rows.T
        if space.has_sign_rows:
            return leaf
        return GateTree.without_classes(space.tree.rows, space.patterns).values(leaf)[1]
    if not space.has_sign_rows:
        return start.prediction / space.lengths / start.scale
    return space.tree.expand(start.multipliers.class_weights() @ space.tree.rows.T)
