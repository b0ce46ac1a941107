"""A hypothesis: what is assumed of the weights and of the labels before any label is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
from scipy.special import ndtri

from cutplane._types import Array, Index, Metadata
from cutplane.fields import LEAST, number

_BELOW_HALF, _BELOW_ONE = np.nextafter(0.5, 0), np.nextafter(1.0, 0)


@dataclass(frozen=True)
class Hypothesis:
    """Prior of the weights, and likelihood of the labels; evidence compares such.

    The weights are independent normal variables, of standard deviation ``amplitude``, those of
    the features times ``slope``. A label is right with probability ``1 - flip`` (mathematics
    12). The default is the paper's: all weights alike, labels that hold.

    Attributes
    ----------
    slope : float
        0 leaves a constant for every gate. Other than 1 without sign rows only.
    flip : float, or tuple of float
        Probability that a label is wrong whatever the prediction, below 1/2; a tuple has one
        for each annotator. Classification.
    noise : float
        Classification: soft margin, in prior standard deviations of the row's own f.
        Regression: standard deviation of normal noise, in units of y; 0 means slabs.
    amplitude : float
        Of the weights; classification does not depend on it.
    share : float
        Probability of a positive label before any, which says the prior mean of f
        (mathematics 12). Classification with a soft margin or flips.
    """

    slope: float = 1.0
    flip: float | tuple[float, ...] = 0.0
    noise: float = 0.0
    amplitude: float = 1.0
    share: float = 0.5

    @property
    def offset(self) -> float:
        """Prior mean of f, in its prior standard deviations; classification."""
        return float(ndtri(self.share) * np.hypot(1.0, self.noise))

    def flips(self, annotator: Index) -> Array:
        """Flip probability of labels by who gave them, (k,); of somebody new, the mean."""
        if isinstance(self.flip, tuple):
            known = np.array([*self.flip, np.mean(self.flip)])
            return known[np.minimum(annotator, len(self.flip))]
        return np.full(annotator.shape, float(self.flip))

    def as_dict(self) -> Metadata:
        """In types that JSON knows."""
        own = asdict(self)
        return own | {"flip": list(self.flip) if isinstance(self.flip, tuple) else self.flip}

    @classmethod
    def from_dict(cls, own: Mapping[str, object]) -> Self:
        """Inverse of :meth:`as_dict`; ValueError for what cannot be assumed."""
        given = own["flip"]
        flip: float | tuple[float, ...]
        if isinstance(given, list):
            flip = tuple(number({"flip": each}, "flip", low=0, high=_BELOW_HALF) for each in given)
        else:
            flip = number(own, "flip", low=0, high=_BELOW_HALF)
        return cls(
            number(own, "slope", low=0),
            flip,
            number(own, "noise", low=0),
            number(own, "amplitude", low=LEAST),
            number(own, "share", low=LEAST, high=_BELOW_ONE),
        )
