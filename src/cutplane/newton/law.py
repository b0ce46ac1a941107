"""The normal law of a version space that expectation propagation ends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from numpy.typing import NDArray

from cutplane._types import Array, Arrays
from cutplane.fields import LARGEST, floats
from cutplane.newton.moving_law import MovingLaw
from cutplane.space.operator import Operator
from cutplane.space.row_values import RowValues

_VECTORS = ("mean", "variance", "cavity_mean", "cavity_variance")


@dataclass(frozen=True)
class Sites:
    """Gaussian sites ``exp(-precision s^2 / 2 + shift s)``: what one copy of each row says.

    Attributes
    ----------
    precision, shift : RowValues
        Precisions are at least 0.
    """

    precision: RowValues
    shift: RowValues

    def times(self, weight: Array) -> Sites:
        """Prediction rows told ``weight`` (k,) times."""
        told = [RowValues(weight * own.root, own.layers, own.count) for own in self.both]
        return Sites(*told)

    def towards(self, other: Sites, share: float) -> Sites:
        """Sites part of the way to others."""
        pairs = zip(self.both, other.both, strict=True)
        return Sites(*(own.plus(new - own, share) for own, new in pairs))

    @property
    def both(self) -> tuple[RowValues, RowValues]:
        """Precision and shift."""
        return self.precision, self.shift


@dataclass(frozen=True)
class Law:
    """Normal law of predictions, at the scale of standard normal weights.

    Attributes
    ----------
    sites : Sites
    mean, variance : ndarray of shape (k,)
        Of the predictions of the labelled unit rows.
    cavity_mean, cavity_variance : ndarray of shape (k,)
        The same, as all labels but the row's own have it.
    log_z : float
        Logarithm of the share of the prior that labels and sign rows leave; with normal noise,
        of the density of the labels.
    moving : MovingLaw, optional
        Covariance of all rows, where one was needed, for the next label. It is not part of what
        is compared, saved or sent.
    """

    sites: Sites
    mean: Array
    variance: Array
    cavity_mean: Array
    cavity_variance: Array
    log_z: float
    moving: MovingLaw | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        return vars(self) | {"moving": None}

    def to_arrays(self) -> tuple[Arrays, float]:
        """Arrays that rebuild the law with ``log_z``."""
        arrays: Arrays = {name: getattr(self, name) for name in _VECTORS}
        for name, own in zip(("precision", "shift"), self.sites.both, strict=True):
            arrays[name] = own.root
            arrays |= {f"{name}_{level}": layer for level, layer in enumerate(own.layers)}
        return arrays, self.log_z

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], log_z: float, operator: Operator) -> Law:
        """Inverse of :meth:`to_arrays`, for rows that an operator sees.

        ValueError for arrays that do not fit it.
        """
        k, sites = operator.tree.n_rows, []
        for name, low in (("precision", 0.0), ("shift", -LARGEST)):
            layers = [
                floats(arrays, f"{name}_{level}", (count.size, k), low=low)
                for level, count in enumerate(operator.multiplicity)
            ]
            sites.append(operator.row_values(floats(arrays, name, (k,), low=low), layers))
        vectors = {
            name: floats(arrays, name, (k,), low=0 if "variance" in name else -LARGEST)
            for name in _VECTORS
        }
        mean, variance, cavity_mean, cavity_variance = (vectors[name] for name in _VECTORS)
        return cls(Sites(*sites), mean, variance, cavity_mean, cavity_variance, log_z)
