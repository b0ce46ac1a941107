"""A row meets its cavity, and says what site would give it its true mean and variance."""

from __future__ import annotations

from dataclasses import dataclass

from cutplane._types import Array
from cutplane.arrays import namespace
from cutplane.space.likelihood import Likelihood

#: Share of the way that sites go to their new values in a sweep: the most and the least of it,
#: and what it is multiplied by where they overshoot, or do not.
MOST, LEAST_SHARE, SHRINK, GROW = 0.8, 0.25, 0.6, 1.2
#: The most where a sweep is dear: one label more takes three of them, not five.
FULL = 1.0
#: Share of a cavity's variance that a site may leave; less would lose all digits.
LEAST = 1e-10


@dataclass(frozen=True)
class Met:
    """Rows of one kind that met their cavities; arrays of one shape.

    Attributes
    ----------
    mean, variance : ndarray
        Of the cavities.
    log_scale : ndarray
        Logarithm of what the row's site must be multiplied by.
    precision, shift : ndarray
        Of the site that would give the row's law its true mean and variance.
    stiffer, pushed : ndarray
        How far that is from the site there is, in precision and in mean, in the unit of the
        row's law.
    """

    mean: Array
    variance: Array
    log_scale: Array
    precision: Array
    shift: Array
    stiffer: Array
    pushed: Array

    @property
    def change(self) -> Array:
        """The larger of the two."""
        return namespace(self.pushed).maximum(self.stiffer, self.pushed)

    def shift_for(self, precision: Array) -> Array:
        """Of the site of a given precision that gives the row's law its true mean."""
        room = 1 / self.variance
        true_mean = (self.mean * room + self.shift) / (room + self.precision)
        return true_mean * (room + precision) - self.mean * room


def met(
    likelihood: Likelihood,
    law: tuple[Array, Array],
    precision: Array,
    shift: Array,
    copies: Array | None = None,
) -> Met:
    """Rows told ``copies`` times, one of which meets all others (mathematics 11).

    Parameters
    ----------
    likelihood : Likelihood
    law : tuple of ndarray
        Mean and variance of the rows, under all sites.
    precision, shift : ndarray
        Their sites.
    copies : ndarray, optional
        Once each by default.
    """
    xp, (mean, variance) = namespace(precision), law
    out = 1.0 if copies is None else xp.minimum(copies, 1.0)
    v = 1 / xp.maximum(1 / variance - out * precision, LEAST / variance)
    m = v * (mean / variance - out * shift)
    tilted = likelihood.tilted(m, v)
    new = xp.maximum((1 / tilted.left - 1) / v, 0.0)
    new_shift = tilted.slope + new * (m + v * tilted.slope)
    if copies is not None and xp.any(silent := copies <= 0):  # rows told not at all have no site
        new, new_shift = xp.where(silent, 0.0, new), xp.where(silent, 0.0, new_shift)
    exponent = (2 * m * shift + v * shift**2 - precision * m**2) / (1 + precision * v)
    log_scale = tilted.log_z + 0.5 * (xp.log1p(precision * v) - exponent)
    room = 1 / v + xp.maximum(precision, new)
    stiffer = xp.abs(new - precision) / room
    pushed = xp.abs(new_shift - shift - (new - precision) * mean) / xp.sqrt(room)
    return Met(m, v, log_scale, new, new_shift, stiffer, pushed)
