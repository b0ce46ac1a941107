"""What is learnt in the place of a number: itself, its logarithm, or a power of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Self

import numpy as np

from cutplane._types import Array, Metadata
from cutplane.errors import InvalidInputError
from cutplane.fields import LEAST, number

#: Names of the transforms.
TRANSFORMS = ("log", "yeo-johnson")


@dataclass(frozen=True)
class Target:
    """An increasing function g of numbers, and the way back.

    Between the least and the largest label the way back is the inverse of g. Beyond them it goes
    straight on, no steeper than it is there nor than between them in the mean: a prediction
    outside of what was seen grows neither exponentially nor faster than one of y itself.

    Attributes
    ----------
    kind : {None, "log", "yeo-johnson"}
        None is ``g(y) = y``. Yeo-Johnson reads ``(y - center) / unit``, so that it does not
        depend on the unit of the numbers.
    power : float
        Of Yeo-Johnson, 0 to 2: 1 changes nothing, less draws in what is large, more what is
        small.
    center, unit : float
        Mean and standard deviation of the labels; 0 and 1 for the others.
    low, high : float
        g of the least and of the largest label.

    References
    ----------
    Yeo and Johnson, "A New Family of Power Transformations to Improve Normality or Symmetry",
    Biometrika 87 (2000).
    """

    kind: str | None = None
    power: float = 1.0
    center: float = 0.0
    unit: float = 1.0
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def of(
        cls, kind: str | None, y: Array, power: float = 1.0, weight: Array | None = None
    ) -> Self:
        """The transform for labels y (k,), each as often as its weight (k,) says; once by default.

        InvalidInputError for the logarithm of a label that is not positive.
        """
        least, largest = float(y.min()), float(y.max())
        if kind == "log":
            check_positive(y)
        if kind is None or least == largest:
            return cls()
        own = cls(kind)
        if kind != "log":
            center = float(np.average(y, weights=weight))
            unit = float(np.sqrt(np.average((y - center) ** 2, weights=weight)))
            own = cls(kind, float(power), center, unit)
        low, high = own.forward(np.array([least, largest])).tolist()
        return replace(own, low=low, high=high)

    def forward(self, y: Array) -> Array:
        """g of numbers between the least label and the largest."""
        if self.kind is None:
            return y
        if self.kind == "log":
            return np.log(y)
        u = (y - self.center) / self.unit
        upper, lower = np.maximum(u, 0), np.maximum(-u, 0)
        return drawn_in(upper, self.power) - drawn_in(lower, 2 - self.power)

    def back(self, learnt: Array) -> Array:
        """Numbers of what is learnt."""
        if self.kind is None:
            return learnt
        inside, (below, above) = np.clip(learnt, self.low, self.high), self.end_slopes
        beyond = learnt - inside
        return np.asarray(self._inverse(inside) + beyond * np.where(beyond < 0, below, above))

    def log_slope(self, y: Array) -> Array:
        """Logarithm of g's derivative at numbers between the least label and the largest."""
        if self.kind is None:
            return np.zeros_like(y)
        if self.kind == "log":
            return -np.log(y)
        u = (y - self.center) / self.unit
        bend = np.copysign(self.power - 1, (self.power - 1) * u) if self.power != 1 else 0.0
        return np.asarray(bend * np.log1p(np.abs(u)) - np.log(self.unit))

    def _inverse(self, learnt: Array) -> Array:
        if self.kind == "log":
            return np.exp(learnt)
        upper, lower = np.maximum(learnt, 0), np.maximum(-learnt, 0)
        u = drawn_out(upper, self.power) - drawn_out(lower, 2 - self.power)
        return np.asarray(self.center + self.unit * u)

    @property
    def end_slopes(self) -> tuple[float, float]:
        """How steep the way back is below the least label, and above the largest."""
        least, largest = self._inverse(np.array([self.low, self.high])).tolist()
        mean = (largest - least) / (self.high - self.low)
        below, above = np.exp(-self.log_slope(np.array([least, largest]))).tolist()
        return min(below, mean), min(above, mean)

    @property
    def name(self) -> str | None:
        """Its kind, and the power if it has one."""
        return f"{self.kind} {self.power:g}" if self.kind == "yeo-johnson" else self.kind

    def to_metadata(self) -> Metadata:
        """In types that JSON knows."""
        return asdict(self)

    @classmethod
    def from_metadata(cls, metadata: Metadata) -> Self:
        """Inverse of :meth:`to_metadata`; ValueError for what is no transform."""
        kind = metadata["kind"]
        if kind not in (None, *TRANSFORMS):
            raise ValueError(f"{kind!r:.99} is no transform of a target")
        own = cls(
            kind,
            number(metadata, "power", low=0, high=2),
            number(metadata, "center"),
            number(metadata, "unit", low=LEAST),
            number(metadata, "low"),
            number(metadata, "high"),
        )
        if kind is not None and not (own.low < own.high and np.isfinite(own.end_slopes).all()):
            raise ValueError(f"a transform between {own.low} and {own.high}")
        return own


def check_positive(y: Array) -> None:
    """Refuse labels that have no logarithm."""
    least = float(y.min(initial=np.inf))
    if least <= 0:
        raise InvalidInputError(
            f"a label of {least:g} arrived, and target_transform='log' needs positive ones; "
            "use 'yeo-johnson'"
        )


def drawn_in(size: Array, power: float) -> Array:
    """``((1 + size)^power - 1) / power``, the logarithm for 0; sizes are not negative."""
    return np.asarray(np.expm1(power * np.log1p(size)) / power if power else np.log1p(size))


def drawn_out(size: Array, power: float) -> Array:
    """Inverse of :func:`drawn_in`."""
    return np.asarray(np.expm1(np.log1p(power * size) / power) if power else np.expm1(size))
