"""What an estimator knows once it is fitted: networks, scores and how far they are open."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from cutplane._types import Array, Metadata, Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators.approximation import Approximation
from cutplane.estimators.asked import (
    close_deviation,
    close_scores,
    heaviest,
    joint_laws,
    passing,
)
from cutplane.estimators.checks import own_errors
from cutplane.estimators.defaults import center_of_network
from cutplane.estimators.elsewhere import at_home
from cutplane.estimators.evidence import Evidence
from cutplane.estimators.kept import Kept
from cutplane.estimators.score import (
    Score,
    evaluate,
    final_of,
    single,
    spaces_and_centers,
    stacked,
)
from cutplane.estimators.side_by_side import side_by_side
from cutplane.estimators.state import StateMixin
from cutplane.network import AnyNetwork
from cutplane.scanning.passing import Passing
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.draw import draw_ensemble
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.mixture import Mixture, Moments
from cutplane.uncertainty.prior import GatedRows, Shared

if TYPE_CHECKING:
    from cutplane.final.final_solve import FinalSolution

MODELS = ("center", "final")

S = TypeVar("S")
T = TypeVar("T")


class FittedScores(StateMixin):
    """One score or several on the same labelled rows, and what they say of other rows."""

    #: Seed of a center that samples; drawn with the gates.
    _seed: int = 0
    #: What the labels say of the hypotheses; centers of gravity have it.
    evidence_: Evidence
    #: Names of those who labelled, in the order they came.
    annotators_: NDArray

    def _hold(self, labels: NDArray, weight: Array, scores: Sequence[Score]) -> None:
        self._labels, self._weight, self._scores = labels, weight, tuple(scores)
        self._kept = Kept()
        spaces, centers = spaces_and_centers(scores)
        self.version_space_, self.center_ = single(spaces), single(centers)
        self.n_iter_ = max(center.n_iter for center in centers)

    def _side_by_side(
        self, job: Callable[[S, int], T], shared: S, n: int, description: str
    ) -> list[T]:
        return side_by_side(job, shared, n, description, n_jobs=self.n_jobs, verbose=self.verbose)

    def _check_learnt(self) -> None:
        """Refuse to speak of networks before there are any."""
        check_is_fitted(self)
        if not self._scores:
            raise InvalidInputError(
                f"labels of one class only ({self._labels[0]!r}) are held, which make no network; "
                "tell a label of another class before"
            )

    @property
    def center_name(self) -> str:
        """Name of the center that the parameters ask for, "auto" resolved."""
        return center_of_network(self.center, self.activation, self.hidden, self.cost)

    def named_spaces(self) -> list[tuple[Hashable, VersionSpace]]:
        """Version space of each score, with the class it tells from the rest.

        The name is None for a regressor.
        """
        self._check_learnt()
        return [(score.name, score.space) for score in self._scores]

    @property
    def network_(self) -> AnyNetwork | list[AnyNetwork]:
        """The network that predicts, every unit written out; a list for several classes.

        The decoded center, or with ``final_solve`` the decoded final solution.
        """
        self._check_learnt()
        model = self._solved(None)
        return single([score.written_out(model) for score in self._scores])

    @property
    def approximation_(self) -> Approximation | None:
        """What is approximated with more than 2,000 labels, and its error; None below."""
        return self._kept.get("approximation", lambda: Approximation.of(self._scores))

    @property
    def final_solutions_(self) -> list[FinalSolution]:
        """Final solve of every score on the labels held (mathematics 6); kept until more come."""
        self._check_learnt()
        return self._kept.get("final", self._final_solves)

    def _final_solves(self) -> list[FinalSolution]:
        spaces, _ = spaces_and_centers(self._scores)
        solved = self._side_by_side(final_of, spaces, len(spaces), "final solves")
        return [score.kept_final(own) for score, own in zip(self._scores, solved, strict=True)]

    def scores(self, X: Rows, model: str | None = None) -> Array:
        """Scores of the decoded networks.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)
        model : {"center", "final"}, optional
            Which networks score: the center's, or the final solve's (default with
            ``final_solve``).

        Returns
        -------
        ndarray of shape (n,) when there is one score, else (n, n_classes)
        """
        self._check_learnt()
        model = self._solved(model)
        return evaluate([score.scorer(model) for score in self._scores], self._rows(X))

    def scorers(self, model: str | None = None) -> list[AnyNetwork]:
        """Networks behind :meth:`scores`, with one unit for each pattern class."""
        self._check_learnt()
        model = self._solved(model)
        return [score.decoded(model) for score in self._scores]

    def _solved(self, model: str | None) -> str:
        """What the scores call a model, or the default one: center, sparse or ridge."""
        model = model or ("final" if self.final_solve else "center")
        if model not in MODELS:
            raise InvalidInputError(f"model={model!r} arrived; choose one of {', '.join(MODELS)}")
        if model == "final":
            model = self.final_solve or "sparse"
        if model == "sparse":
            _ = self.final_solutions_  # of all scores, side by side
        return model

    def spread(self, X: Rows) -> Array:
        """Standard deviation of the scores over the version space (Laplace, gate kernel).

        Same shape and scale as :meth:`scores`; see
        :func:`cutplane.uncertainty.spread.Spread`, and for centers of gravity
        :class:`cutplane.uncertainty.mixture.Mixture`.
        """
        self._check_learnt()
        if self._scores[0].members:
            return stacked([np.sqrt(own.variance) for own in self.moments(X)])
        X = self._rows(X)
        return stacked([score.spread().deviation(X) for score in self._scores])

    def moments(self, X: Rows) -> list[Moments]:
        """Law of every score on rows X (n, n_features), over the version spaces of all hypotheses.

        InvalidInputError for centers other than that of gravity, which have none.
        """
        self._check_learnt()
        X = self._rows(X)
        scores = evaluate([score.scorer("center") for score in self._scores], X)
        columns = scores[:, None] if scores.ndim == 1 else scores
        return [
            self._mixture(score).moments(X, own)
            for score, own in zip(self._scores, columns.T, strict=True)
        ]

    def _left_out(self) -> list[Moments]:
        """Law of every score on the labelled rows, each without its own label."""
        self._check_learnt()
        return [self._mixture(score).leave_one_out() for score in self._scores]

    @property
    def scores_have_laws(self) -> bool:
        """Whether predictions come from centers of gravity."""
        self._check_learnt()
        return bool(self._scores[0].members) and not self.final_solve

    def _mixture(self, score: Score) -> Mixture:
        if score.mixture is None:
            raise InvalidInputError(
                f"center={self.center_name!r} comes without a law of the version space; use "
                "center='gravity'"
            )
        return score.mixture

    @property
    def n_scores(self) -> int:
        """One, or one for each of several classes."""
        self._check_learnt()
        return len(self._scores)

    def passing(self, model: str | None = None, *, room: int = 0) -> Passing:
        """What a pass needs to score rows; ``room``: labels whose products the rows keep."""
        self._check_learnt()
        return passing(self._scores, self._solved(model), room)

    def closely(self, X: Rows, shared: Sequence[Shared] = ()) -> GatedRows:
        """Rows X (n, n_features) in double precision, as the version space reads them.

        ``shared``: sets that some of them were in, perhaps under other gates.
        """
        self._check_learnt()
        return GatedRows.of(heaviest(self._scores[0]), X, shared)

    def close_scores(self, rows: GatedRows, model: str | None = None) -> Array:
        """Scores of such rows; (n, q)."""
        self._check_learnt()
        return close_scores(self._scores, rows, self._solved(model))

    def close_deviation(self, rows: GatedRows) -> Array:
        """Deviation of their first score before any label, up to a factor; (n,)."""
        self._check_learnt()
        return close_deviation(self._scores[0], rows)

    def joint_laws(
        self,
        rows: GatedRows,
        reference: Callable[[], GatedRows],
        *,
        decides: bool,
        sharp: bool = False,
    ) -> list[JointLaw]:
        """Law of every score, of some rows and of reference rows.

        ``decides``: how far a score is from winning or losing matters, or else its value.
        ``sharp``: decisions have the law around the analytic center, where rows are gated.
        """
        self._check_learnt()
        return joint_laws(self._scores, rows, reference, decides=decides, sharp=sharp)

    @property
    def _analytic(self) -> Metadata | None:
        """Options of the analytic center where the center is another one."""
        if self.center_name == "analytic":
            return None
        return {"tol": self.tol, "max_iter": self.max_iter}

    def ensemble(self, n_samples: int | None = None) -> Ensemble:
        """Networks of the version space, drawn once and kept until more labels come.

        ``n_samples`` as in :func:`cutplane.uncertainty.draw.draw_ensemble`; the same
        ``random_state`` and labels give the same networks.
        """
        self._check_learnt()

        if n_samples is None and self.scores_have_laws:
            n_samples = 0  # their law is known

        def draw() -> Ensemble:
            rng = np.random.default_rng([self._seed, self._labels.size])
            return draw_ensemble(*spaces_and_centers(self._scores), self, n_samples, rng)

        return self._kept.get(f"ensemble {n_samples!r}", draw)

    def _rows(self, X: Rows) -> Rows:
        """Rows to predict, checked against those of ``fit``."""
        with own_errors():
            return validate_data(
                self, at_home(X), reset=False, dtype=np.float64, accept_sparse="csr"
            )
