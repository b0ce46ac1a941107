"""Drawing networks: burn chains in, collect their draws, say how well they mixed."""

from __future__ import annotations

import numpy as np

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.newton.center import Center
from cutplane.samplers.chains import Chains, paced
from cutplane.samplers.diagnostics import Diagnostics
from cutplane.samplers.samples import Samples
from cutplane.samplers.start import start_chains
from cutplane.space.version_space import VersionSpace

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
