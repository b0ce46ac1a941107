"""Which transform of the target the labels speak for (mathematics 12).

Under normal noise the density of the labels is known in closed form, on the eigenvectors of
their kernel matrix, for all amplitudes, noises and transforms together.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import scipy.linalg
from scipy.special import logsumexp

from cutplane._types import Array
from cutplane.estimators.defaults import AUTO
from cutplane.estimators.told import mean_and_spread
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.target import Target
from cutplane.space.version_space import VersionSpace

#: Noises in standard deviations of the target, and amplitudes in those of the score.
_NOISES, _AMPLITUDES = (0.01, 0.03, 0.1, 0.2, 0.35, 0.55, 0.8), (0.5, 1.0, 2.0, 4.0)
#: Powers of Yeo-Johnson: all there are, and those that are compared with the logarithm.
_POWERS, _HALF_WAY = (0.0, 0.5, 1.5, 2.0), (0.5, 1.5)
#: How much more evidence, as a logarithm, a transform must have than none.
_CONVINCING = 1.0


def choose_target(
    name: str | None, space: VersionSpace, labels: Array, slopes: Sequence[float]
) -> Target:
    """The transform of that name, its power chosen by evidence.

    Parameters
    ----------
    name : {"auto", None, "log", "yeo-johnson"}
    space : VersionSpace
        The labelled rows, and how often each counts.
    labels : ndarray of shape (k,)
        As they were told.
    slopes : sequence of float
        Of the hypotheses that are compared.
    """
    if name is None or name == "log" or labels.min() == labels.max():
        return Target.of(name, labels)
    powers, weight = _HALF_WAY if name == AUTO else _POWERS, space.labels.weight
    candidates = [Target.of("yeo-johnson", labels, power, weight) for power in powers]
    if name == AUTO and labels.min() > 0:
        candidates.append(Target.of("log", labels))
    spectra = [_spectrum(space.assuming(Hypothesis(slope))) for slope in slopes]
    none, *found = (_log_evidence(own, space, labels, spectra) for own in (Target(), *candidates))
    best = int(np.argmax(found))
    return candidates[best] if found[best] > none + _CONVINCING else Target()


def _spectrum(space: VersionSpace) -> tuple[Array, Array]:
    """Eigenvalues (k,) and eigenvectors of the weighed rows' covariance, their mean variance 1."""
    weight = np.sqrt(space.labels.weight)
    gram = space.gate_kernel(space.patterns, space.rows) * space.lengths
    gram *= weight[:, None] * (weight / np.average(np.diag(gram), weights=weight**2))
    values, vectors = scipy.linalg.eigh(gram, check_finite=False)
    return np.maximum(values, 0.0), vectors


def _log_evidence(
    target: Target, space: VersionSpace, labels: Array, spectra: Sequence[tuple[Array, Array]]
) -> float:
    """Logarithm of the density of the labels, averaged over slopes, amplitudes and noises.

    A label that counts n times is n labels of the same noise.
    """
    weight, learnt = space.labels.weight, target.forward(labels)
    mean, scale = mean_and_spread(learnt, weight)
    standard = np.sqrt(weight) * (learnt - mean) / scale
    found = []
    for values, vectors in spectra:
        power = (vectors.T @ standard) ** 2
        for noise, amplitude in product(_NOISES, _AMPLITUDES):
            variance = amplitude**2 * values + noise**2
            again = (weight.sum() - weight.size) * np.log(noise**2)
            found.append(-0.5 * (np.sum(power / variance + np.log(variance)) + again))
    jacobian = weight @ (target.log_slope(labels) - np.log(scale))
    return float(logsumexp(found) + jacobian)
