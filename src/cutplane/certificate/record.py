"""What a certificate has to know of a run."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from cutplane._types import Rows
from cutplane.newton.center import Center
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class Assumed:
    """What a run with evidence assumed of labels.

    Attributes
    ----------
    hypothesis : Hypothesis
        The heaviest of those under which all weights are alike, as in the sets that cuts bound.
    n_averaged : int
        Hypotheses that the model averages.
    """

    hypothesis: Hypothesis
    n_averaged: int


@dataclass(frozen=True)
class RunRecord:
    """A run of active learning, after its last label.

    Attributes
    ----------
    spaces : tuple of (class label or None, VersionSpace)
        Of every score, with the class that it tells from the rest (None: regression). All
        hold the same cuts, in the order they came.
    center_of : callable
        The center of a version space as the run computed it, from the center before or None.
    center : str
        Its name.
    chooses_price : bool
        Whether the price of elastic cuts was chosen again as labels came.
    n_labels : int
        Labels told, whether or not they cut.
    cut_rows : tuple of int
        Row of every cut in the learner's pool.
    cut_numbers : tuple of int
        Labels told when each cut came, its own included.
    ends : frozenset of int
        Cuts held whenever a center was computed.
    probe : array or CSR matrix of shape (m, n_features)
        Rows that stand for what may be asked.
    assumed : Assumed or None
        None where the center comes without evidence.
    """

    spaces: tuple[tuple[Hashable, VersionSpace], ...]
    center_of: Callable[[VersionSpace, Center | None], Center]
    center: str
    chooses_price: bool
    n_labels: int
    cut_rows: tuple[int, ...]
    cut_numbers: tuple[int, ...]
    ends: frozenset[int]
    probe: Rows
    assumed: Assumed | None = None

    @property
    def n_cuts(self) -> int:
        """Labels that became cuts."""
        return len(self.cut_rows)
