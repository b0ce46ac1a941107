"""What the answer about each candidate is expected to bring (mathematics 14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import entr, ndtr

from cutplane._types import Array
from cutplane.uncertainty.answers import log_share
from cutplane.uncertainty.joint_law import JointLaw


@dataclass(frozen=True)
class Gain:
    """How questions rank candidates.

    Attributes
    ----------
    of : callable
        From the laws of all scores to the gain of an answer about each candidate, (n,).
    is_sharp : bool, default=False
        Whether classes have the law around the analytic center, which supposes no noise.
    """

    of: Callable[[Sequence[JointLaw]], Array]
    is_sharp: bool = False


_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def variance_reduction(law: JointLaw) -> Array:
    """By how much an answer reduces the variance of the reference rows' scores.

    An answer that takes ``v^2 t`` of its own variance v reduces the variance at r by
    ``cov(x, r)^2 t`` (mathematics (8.4)). Values sum that over the reference rows. Where a
    decision matters, each counts ``exp(-m^2 / (2 v_r)) / v_r`` for its distance m from it, which
    is large where the class is open.

    References
    ----------
    Cohn, "Neural Network Exploration Using Optimal Experiment Design" (1996); Picheny et al.,
    "Adaptive Designs of Experiments for Accurate Approximation of a Target Region" (2010).
    """
    return np.asarray(law.between**2 @ _weight(law) * law.told)


def _weight(law: JointLaw) -> Array:
    """What the variance of each reference row counts."""
    reference = law.reference
    if not law.decides:
        return np.full_like(reference.variance, law.unit**2)
    return np.exp(-(reference.mean**2) / (2 * reference.variance)) / reference.variance


def settled_share(laws: Sequence[JointLaw]) -> Array:
    """Share of the reference rows' variance that an answer reduces, weighed as there; (n,).

    Between 0 and 1: of all scores together.
    """
    open_now = sum(law.share * float(_weight(law) @ law.reference.variance) for law in laws)
    settled = np.sum([law.share * variance_reduction(law) for law in laws], axis=0)
    return np.asarray(np.clip(settled / max(open_now, np.finfo(float).tiny), 0.0, 1.0))


def halving(law: JointLaw) -> Array:
    """Nats of volume that an answer is expected to remove: its entropy, largest at one half.

    Of one question that is where the distance from the decision is least in deviations, those of
    noise included. In a batch the answers before move the mean, by nobody knows which amount.
    Values: the deviation of the prediction.
    """
    own = law.candidates
    if not law.decides:
        return law.unit * np.sqrt(own.variance)
    total = np.sqrt(own.variance + law.answer.noise(own.prior))
    if not law.moved.any():
        return _binary_entropy(law, own.mean / total)
    moved = own.mean[:, None] + np.sqrt(law.moved)[:, None] * _NODES
    return np.asarray(_binary_entropy(law, moved / total[:, None]) @ _WEIGHTS)


def information(law: JointLaw) -> Array:
    """Nats that an answer tells about the network: its expected gain in log Z less its noise.

    The entropy of the answer is the expected logarithm of what it leaves of the volume. What
    remains of it for one who knows the network is noise, and tells nothing.

    References
    ----------
    Houlsby et al., "Bayesian Active Learning for Classification and Preference Learning" (2011).
    """
    own, noise = law.candidates, law.answer.noise(law.candidates.prior)
    if not law.decides:
        return 0.5 * np.log1p(own.variance / noise)
    least = np.sqrt(np.maximum(noise, np.finfo(float).tiny))
    open_before = np.sqrt(own.variance + law.moved)
    known = own.mean[:, None] + open_before[:, None] * _NODES
    return np.asarray(halving(law) - _binary_entropy(law, known / least[:, None]) @ _WEIGHTS)


def expected_error(law: JointLaw) -> Array:
    """By how much an answer reduces the expected share of wrong reference rows.

    Both answers are gone through. Values have squared errors: their variance reduction.

    References
    ----------
    Roy and McCallum, "Toward Optimal Active Learning through Sampling Estimation of Error
    Reduction", ICML 2001.
    """
    if not law.decides:
        return variance_reduction(law)
    own, reference, flip = law.candidates, law.reference, law.answer.flip
    total = own.variance + law.answer.noise(own.prior)
    z = own.mean / np.sqrt(total)
    noise = law.answer.noise(reference.prior)
    before = _error(reference.mean, reference.variance + noise)
    after = np.zeros(own.mean.size)
    for side in (1.0, -1.0):
        share = np.exp(log_share(side * z, flip))
        density = (1 - 2 * flip) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        slope = side * density / np.maximum(share, np.finfo(float).tiny) / np.sqrt(total)
        curvature = slope * (slope + z / np.sqrt(total))
        mean = reference.mean + law.between * slope[:, None]
        variance = reference.variance - law.between**2 * curvature[:, None]
        least = np.finfo(float).eps * reference.prior
        after += share * _error(mean, np.maximum(variance, least) + noise).sum(axis=1)
    return np.asarray(before.sum() - after)


def _error(mean: Array, variance: Array) -> Array:
    """Probability that the other side of the decision is right."""
    return np.asarray(ndtr(-np.abs(mean) / np.sqrt(variance)))


def _binary_entropy(law: JointLaw, z: Array) -> Array:
    """Entropy of the answer, in nats."""
    yes, no = (np.exp(log_share(own, law.answer.flip)) for own in (z, -z))
    return np.asarray(entr(yes) + entr(no))


def _summed(gain: Callable[[JointLaw], Array]) -> Callable[[Sequence[JointLaw]], Array]:
    return lambda laws: np.sum([law.share * gain(law) for law in laws], axis=0)


def _largest(gain: Callable[[JointLaw], Array]) -> Callable[[Sequence[JointLaw]], Array]:
    summed = _summed(gain)

    def largest(laws: Sequence[JointLaw]) -> Array:
        return np.max([gain(law) for law in laws], axis=0) if laws[0].decides else summed(laws)

    return largest


#: Of several scores an answer halves the volume of the one that it decides, and tells of all.
#: Values are averaged over their hypotheses.
GAINS: dict[str, Gain] = {
    "variance_reduction": Gain(_summed(variance_reduction), is_sharp=True),
    "halving": Gain(_largest(halving)),
    "information": Gain(_summed(information)),
    "expected_error": Gain(_summed(expected_error)),
}
