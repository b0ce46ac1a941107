"""What every test file shares: one deterministic hypothesis profile, and the theorem itself."""

import signal

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from postgres import postgres, proxy, team, where

__all__ = ["postgres", "proxy", "team", "where"]

settings.register_profile(
    "cutplane",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("cutplane")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in the background of a shell, whose processes do not hear Ctrl-C; those that tests start
    # and interrupt would not either.
    signal.signal(signal.SIGINT, signal.default_int_handler)

#: Questions that draw networks of the version space: what plays them takes long.
SAMPLING = {"volume_split", "disagreement"}


def pytest_collection_modifyitems(items):
    """Cases of a test that ask by sampling are slow, whatever its other cases are."""
    for item in items:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if any(isinstance(value, str) and value in SAMPLING for value in values):
            item.add_marker(pytest.mark.slow)


def _leaf_features(patterns, rows):
    """Coefficients of all leaf weights in f, (n, n_leaves * d), straight from Theorem 4.2.

    f = sum over (j_n, c_n, ..., j_1, c_1) of the product of s_c * D_j of the layers, times x . u,
    leaves in lexicographic order.
    """
    features = np.asarray(rows, dtype=float)
    for pattern in patterns:  # innermost layer first
        signed = np.stack([pattern, -1.0 * pattern], axis=2).reshape(len(pattern), -1)
        features = (signed[:, :, None] * features[:, None, :]).reshape(len(pattern), -1)
    return features


@pytest.fixture
def leaf_features():
    """Function (patterns, rows) -> matrix whose product with the leaf weights is f."""
    return _leaf_features
