"""What a version space holds: labelled rows, also as arrays and JSON metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Metadata, Pattern
from cutplane.encoding import plain, read
from cutplane.space.arrangement import Arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.labels import Labels

_SCALARS = ("epsilon", "cost", "radius", "gated")


class Stored:
    """The fields of a version space, what they say at once, their writing and reading."""

    arrangement: Arrangement
    rows: Array
    labels: Labels
    patterns: tuple[Pattern, ...]
    hypothesis: Hypothesis

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

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the version space."""
        arrays, metadata = self.arrangement.to_arrays()
        arrays |= {"rows": self.rows} | self.labels.to_arrays()
        arrays |= {f"patterns_{level}": own for level, own in enumerate(self.patterns)}
        metadata["hypothesis"] = self.hypothesis.as_dict()
        return arrays, metadata | {name: plain(name, getattr(self, name)) for name in _SCALARS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> Self:
        """Inverse of :meth:`to_arrays`; ValueError for arrays whose shapes do not fit."""
        arrangement = Arrangement.from_arrays(arrays, metadata)
        patterns = tuple(arrays[f"patterns_{level}"] for level in range(len(arrangement.gates)))
        rows, labels = arrays["rows"], Labels.from_arrays(arrays)
        k, n_patterns = rows.shape[0], arrangement.n_patterns
        each = labels.to_arrays().values()
        shapes = [a.shape for a in (rows, *each, *patterns)]
        expected = [(k, arrangement.n_inputs), *((k,) for _ in each), *((k, p) for p in n_patterns)]
        if shapes != expected:
            raise ValueError(f"rows, labels and patterns of shapes {shapes}, expected {expected}")
        own = {name: read(metadata[name]) for name in _SCALARS}
        hypothesis = Hypothesis.from_dict(metadata["hypothesis"])
        return cls(  # type: ignore[call-arg]
            arrangement, rows, labels, patterns, **own, hypothesis=hypothesis
        )
