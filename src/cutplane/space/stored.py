"""What a version space holds: labelled rows, also as arrays and JSON metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Metadata, Pattern, Rows
from cutplane.encoding import plain
from cutplane.fields import LEAST, binary, flag, floats, number
from cutplane.space.arrangement import Arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.kernel import prior_variance
from cutplane.space.labels import Labels
from cutplane.space.rows import row_lengths

_SCALARS = ("epsilon", "cost", "radius", "gated")


class Stored:
    """The fields of a version space, what they say at once, their writing and reading."""

    arrangement: Arrangement
    rows: Array
    labels: Labels
    patterns: tuple[Pattern, ...]
    hypothesis: Hypothesis
    gated: bool

    @property
    def y(self) -> Array:
        """Labels, -1 or +1 (regression: targets); (k,)."""
        return self.labels.y

    @property
    def depth(self) -> Array:
        """Offsets of the cuts; (k,)."""
        return self.labels.depth

    @property
    def n_rows(self) -> int:
        """Number k of cuts."""
        return self.rows.shape[0]

    @property
    def n_weights(self) -> int:
        """Number N of leaf weights."""
        return self.arrangement.n_leaves * self.rows.shape[1]

    @cached_property
    def metric(self) -> Array | None:
        """Prior variance of the weights of each input column, (d,); None where all are 1."""
        return self.arrangement.metric(self.hypothesis.slope)

    @cached_property
    def lengths(self) -> Array:
        """Lengths of the labelled rows, constant included, columns weighed; (k,)."""
        return row_lengths(self.rows if self.metric is None else self.rows * np.sqrt(self.metric))

    @property
    def has_sign_rows(self) -> bool:
        """Neither linear nor gated."""
        return bool(self.arrangement.gates) and not self.gated

    def leaf_rows(self, X: Rows) -> Rows:
        """Rows (n, n_features) as the leaves read them; (n, d)."""
        inputs = self.arrangement.inputs
        return inputs.without_norms(X) if self.gated else inputs.of(X)

    def prior_variance(self, patterns: Sequence[Pattern], rows: Rows) -> Array:
        """Variance of f on rows before any cut (mathematics (5.4)); (n,)."""
        return prior_variance(patterns, rows, self.metric)

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the version space."""
        arrays, metadata = self.arrangement.to_arrays()
        arrays |= {"rows": self.rows} | self.labels.to_arrays()
        arrays |= {f"patterns_{level}": own for level, own in enumerate(self.patterns)}
        metadata["hypothesis"] = self.hypothesis.as_dict()
        return arrays, metadata | {name: plain(name, getattr(self, name)) for name in _SCALARS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> Self:
        """Inverse of :meth:`to_arrays`; ValueError for arrays that do not fit each other."""
        arrangement, labels = Arrangement.from_arrays(arrays, metadata), Labels.from_arrays(arrays)
        rows = floats(arrays, "rows", (labels.y.size, arrangement.n_inputs))
        if not rows.any(axis=1).all():
            raise ValueError("rows of zeros, whose labels cannot cut")
        patterns = tuple(
            binary(arrays, f"patterns_{level}", (labels.y.size, width))
            for level, width in enumerate(arrangement.n_patterns)
        )
        is_regression = metadata["epsilon"] is not None
        require_signs(labels.y, is_regression=is_regression)
        return cls(  # type: ignore[call-arg]
            arrangement,
            rows,
            labels,
            patterns,
            epsilon=number(metadata, "epsilon", low=LEAST) if is_regression else None,
            cost=number(metadata, "cost", low=LEAST, high=np.inf),
            radius=number(metadata, "radius", low=LEAST),
            gated=flag(metadata, "gated"),
            hypothesis=Hypothesis.from_dict(metadata["hypothesis"]),
        )


def require_signs(y: Array, *, is_regression: bool) -> None:
    """ValueError for labels of two classes that are not -1 and +1."""
    if not is_regression and not (np.abs(y) == 1).all():
        raise ValueError("labels of two classes other than -1 and +1")
