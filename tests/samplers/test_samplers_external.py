"""Hit-and-run against another package's Dikin walk on the same polytope."""

import numpy as np
import pytest

from cutplane.samplers import sample
from cutplane.samplers.diagnostics import effective_sample_size
from cutplane.space.arrangement import Arrangement
from cutplane.space.inputs import Inputs
from cutplane.space.version_space import VersionSpace


def moments(traces):
    """Means of coordinates and of their products, with standard errors; traces (C, n, d)."""
    d = traces.shape[2]
    products = (traces[..., :, None] * traces[..., None, :]).reshape(*traces.shape[:2], d * d)
    functions = np.concatenate([traces, products], axis=2)
    ess = effective_sample_size(functions)
    assert ess.min() > 300
    return functions.mean(axis=(0, 1)), functions.std(axis=(0, 1)) / np.sqrt(ess)


@pytest.mark.slow
@pytest.mark.parametrize(("d", "k", "seed"), [(3, 5, 0), (5, 12, 1)])
def test_slabs_agree_with_polytopewalk(d, k, seed):
    """Uniform on -eps <= X theta - y <= eps, written as a dense A theta <= b for the other."""
    walk = pytest.importorskip("polytopewalk").dense.HitAndRun(1.0)
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, d)) * np.geomspace(1.0, 4.0, d)
    inside, epsilon = rng.normal(size=d), 0.4
    y = X @ inside + rng.uniform(-0.3, 0.3, k)
    space = VersionSpace.regression(
        Arrangement((), Inputs(d, False)), X, y, epsilon=epsilon, radius=1e3
    )
    draws = sample(space, 6_400, np.random.default_rng(seed))
    ours = draws.weights.reshape(-1, draws.n_chains, d).transpose(1, 0, 2)
    assert np.linalg.norm(ours, axis=2).max() < 500  # the ball does not matter

    A, b = np.vstack([X, -X]), np.concatenate([y + epsilon, epsilon - y])
    theirs = np.stack(
        [walk.generateCompleteWalk(120_000, inside, A, b, 2_000, 20, run) for run in range(4)]
    )
    assert (b[:, None] + 1e-9 >= A @ theirs[0].T).all()
    ours_at, ours_error = moments(ours)
    theirs_at, theirs_error = moments(theirs)
    z = (ours_at - theirs_at) / np.hypot(ours_error, theirs_error)
    assert np.abs(z).max() < 4.5
