"""What both estimators share: gates, version spaces, centers and decoded networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from cutplane._types import Array, Rows
from cutplane.blas import one_thread
from cutplane.centers.chebyshev import chebyshev_center
from cutplane.centers.ellipsoid import max_volume_ellipsoid_center
from cutplane.centers.gravity import gravity_center
from cutplane.errors import InvalidInputError
from cutplane.estimators.checks import check_parameters, check_range, check_scale
from cutplane.estimators.choices import GROWTH, choose_cost
from cutplane.estimators.state import load_estimator, save_estimator
from cutplane.final.final_solve import FinalSolution, final_solve
from cutplane.final.ridge_solve import ridge_solve
from cutplane.network import AnyNetwork, GatedLeafNetwork, GatedNetwork, ReluNetwork, SpannedNetwork
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.progress import track
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.rows import rows_that_cut
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.draw import draw_ensemble
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.spread import prediction_spread, variance_reduction

CENTERS = {
    "analytic": analytic_center,
    "gravity": gravity_center,
    "chebyshev": chebyshev_center,
    "max_volume_ellipsoid": max_volume_ellipsoid_center,
}
MODELS = ("center", "final")

#: How rows are validated: 64-bit floats, dense or CSR.
ROWS: dict[str, Any] = {"dtype": np.float64, "accept_sparse": "csr"}


class CuttingPlaneEstimator(BaseEstimator, ABC):
    """Version spaces on one arrangement, one for each score, and their centers."""

    #: Prices that ``cost="auto"`` chooses from, the default first.
    _costs: tuple[float, ...]
    #: Seed of a center that samples; drawn with the gates.
    _seed: int = 0

    @abstractmethod
    def _first_space(self, X: Rows, target: Array) -> VersionSpace:
        """Version space of the first labelled rows."""

    @abstractmethod
    def agreement(self, X: Rows, y: NDArray) -> float:
        """How well the center predicts labels that it did not see; larger is better."""

    @abstractmethod
    def _feels_scale(self) -> bool:
        """Whether the unit of the columns matters to the version space."""

    def _begin(self, X: Rows, X_pool: Any) -> None:
        """Check the parameters, sample the gates on the pool (by default X), forget labels."""
        check_parameters(self, CENTERS)
        pool = X if X_pool is None else validate_data(self, X_pool, reset=False, **ROWS)
        check_range(pool)
        if self._feels_scale():
            check_scale(pool)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        self._seed = int(seed)
        hidden = (self.hidden,) if np.ndim(self.hidden) == 0 else tuple(self.hidden)
        self.arrangement_: Arrangement = sample_arrangement(
            pool, hidden, np.random.default_rng(seed), fit_intercept=self.fit_intercept
        )
        self._labels: NDArray = np.empty(0)
        self._version_spaces: list[VersionSpace] = []
        self._centers: list[Center] = []
        self._final: list[FinalSolution] = []
        self._positive: list = []
        self._n_at_choice = 0

    def _cutting(self, X: Rows, y: NDArray) -> tuple[Rows, NDArray]:
        """The rows whose label can cut: without an intercept, rows of zeros cannot."""
        kept = rows_that_cut(self.arrangement_.with_constant(X))
        if not kept.any():
            raise InvalidInputError(
                "every row is zero and fit_intercept=False: every network predicts 0 there; "
                "use fit_intercept=True"
            )
        return X[kept], y[kept]

    def _set_cost(self, X: Rows, labels: NDArray) -> None:
        """Set ``cost_``; with ``cost="auto"`` choose it again when labels have grown enough."""
        if not isinstance(self.cost, str):
            self.cost_ = float(self.cost)
        elif labels.size >= GROWTH * self._n_at_choice:
            rows = X
            if self._version_spaces:
                held = self._version_spaces[0].rows[:, : self.n_features_in_]
                rows = np.vstack([held, X.toarray() if sparse.issparse(X) else X])
            self.cost_ = choose_cost(self, rows, labels, self._costs, verbose=self.verbose)
            self._n_at_choice = labels.size

    def _update(
        self,
        X: Rows,
        labels: NDArray,
        targets: list[Array],
        starts: list[Center | None],
        depths: list[Array],
    ) -> None:
        """Add rows, set targets and depths of all rows for every score, and center again."""
        self._set_cost(X, labels)
        if self._version_spaces:
            n_new = X.shape[0]
            space = self._version_spaces[0].with_labels(X, targets[0][-n_new:])
        else:
            space = self._first_space(X, targets[0])
        if space.cost != self.cost_:
            space, starts = replace(space, cost=self.cost_), [None] * len(targets)
        spaces = [
            space.relabelled(target, depth) for target, depth in zip(targets, depths, strict=True)
        ]
        jobs = (
            delayed(self.center_of)(space, start)
            for space, start in zip(spaces, starts, strict=True)
        )
        centers = self._side_by_side(jobs, len(spaces), "centers")
        self._hold(labels, spaces, centers)

    def _hold(self, labels: NDArray, spaces: list[VersionSpace], centers: list[Center]) -> None:
        """Take over labels, version spaces and their centers, one of each for every score."""
        self._labels, self._version_spaces, self._centers = labels, spaces, centers
        self._final = []
        self._ensembles: dict[int | None, Ensemble] = {}
        self.scorers_ = [_scorer(s, c) for s, c in zip(spaces, centers, strict=True)]
        self.center_ = _single(centers)
        self.version_space_ = _single(spaces)
        self.n_iter_ = max(center.n_iter for center in centers)

    def reprice(self, cost: float) -> Self:
        """Center again at another elastic price, on the same labels and warm.

        Parameters
        ----------
        cost : float
            In the units of the parameter ``cost``; becomes ``cost_``, and until more labels
            come the estimator is what :meth:`fit` with that price would have made of it.

        Returns
        -------
        self
        """
        check_is_fitted(self)
        if cost == self.cost_:
            return self
        self.cost_ = cost
        spaces = [space.repriced(cost) for space in self._version_spaces]
        pairs = zip(spaces, self._centers, strict=True)
        jobs = (delayed(self.center_of)(space, start) for space, start in pairs)
        self._hold(self._labels, spaces, self._side_by_side(jobs, len(spaces), "centers"))
        return self

    def center_of(self, space: VersionSpace, start: Center | None = None) -> Center:
        """The center of a version space as :meth:`fit` computes it, warm from ``start``."""
        seed = {"seed": self._seed} if self.center == "gravity" else {}
        solve = CENTERS[self.center]
        return solve(space, start, tol=self.tol, max_iter=self.max_iter, **seed)

    def _side_by_side(self, jobs: Iterable[Any], total: int, description: str) -> list[Any]:
        """Results of joblib jobs on ``n_jobs`` threads, each with one BLAS thread."""
        with one_thread():
            parallel = Parallel(n_jobs=self.n_jobs, prefer="threads", return_as="generator")
            return list(track(parallel(jobs), total, description, verbose=self.verbose))

    @property
    def network_(self) -> AnyNetwork | list[AnyNetwork]:
        """The network that predicts, every unit written out; a list for several classes.

        The decoded center, or with ``final_solve`` the decoded final solution.
        """
        check_is_fitted(self)
        if self.final_solve == "ridge":
            return _single(self.scorers())
        sources: list[Any] = self.final_solutions_ if self.final_solve else self._centers
        networks = []
        for space, source in zip(self._version_spaces, sources, strict=True):
            tree = space.tree
            if not space.gated:
                tree = GateTree.without_classes(tree.rows, space.patterns)
            networks.append(_decoded(space, source, tree))
        return _single(networks)

    @property
    def final_solutions_(self) -> list[FinalSolution]:
        """Final solve of every score on the labels held (mathematics 6); kept until more come."""
        check_is_fitted(self)
        if not self._final:
            spaces = self._version_spaces
            jobs = (delayed(final_solve)(space, space.y) for space in spaces)
            self._final.extend(self._side_by_side(jobs, len(spaces), "final solves"))
        return self._final

    def scores(self, X: Any, model: str | None = None) -> Array:
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
        check_is_fitted(self)
        scorers = self.scorers_ if self._named(model) == "center" else self.scorers(model)
        return _evaluate(scorers, self._rows(X))

    def scorers(self, model: str | None = None) -> list[AnyNetwork]:
        """Networks behind :meth:`scores`, with one unit for each pattern class."""
        is_center = self._named(model) == "center"
        if not is_center and self.final_solve == "ridge":
            return [ridge_solve(space, space.y) for space in self._version_spaces]
        sources: list[Any] = self._centers if is_center else self.final_solutions_
        pairs = zip(self._version_spaces, sources, strict=True)
        return [_decoded(space, source, space.tree) for space, source in pairs]

    def _named(self, model: str | None) -> str:
        """The model meant by a name, or by none."""
        model = model or ("final" if self.final_solve else "center")
        if model not in MODELS:
            raise InvalidInputError(f"model={model!r} arrived; choose one of {', '.join(MODELS)}")
        return model

    def spread(self, X: Any) -> Array:
        """Standard deviation of the scores over the version space (Laplace, gate kernel).

        Same shape and scale as :meth:`scores`; see
        :func:`cutplane.uncertainty.spread.prediction_spread`.
        """
        check_is_fitted(self)
        X = self._rows(X)
        pairs = zip(self._version_spaces, self._barrier_centers(), strict=True)
        return _stacked([prediction_spread(space, center, X) for space, center in pairs])

    def variance_reduction(
        self, X: Any, reference: Any, margins: tuple[Array, Array] | None = None
    ) -> Array:
        """Expected reduction of the variance on reference rows by a label of each row; (n,).

        Summed over the scores; see :func:`cutplane.uncertainty.spread.variance_reduction`.
        """
        check_is_fitted(self)
        spaces, centers = self._version_spaces, self._barrier_centers()
        return variance_reduction(spaces, centers, self._rows(X), self._rows(reference), margins)

    def _barrier_centers(self) -> list[Center]:
        """Analytic centers, whose Hessian is that of the barrier."""
        if self.center == "analytic":
            return self._centers
        return [
            analytic_center(space, tol=self.tol, max_iter=self.max_iter)
            for space in self._version_spaces
        ]

    def ensemble(self, n_samples: int | None = None) -> Ensemble:
        """Networks of the version space, drawn once and kept until more labels come.

        ``n_samples`` as in :func:`cutplane.uncertainty.draw.draw_ensemble`; the same
        ``random_state`` and labels give the same networks.
        """
        check_is_fitted(self)
        if n_samples not in self._ensembles:
            rng = np.random.default_rng([self._seed, self._labels.size])
            self._ensembles[n_samples] = draw_ensemble(
                self._version_spaces, self._centers, self, n_samples, rng
            )
        return self._ensembles[n_samples]

    def _rows(self, X: Any) -> Rows:
        """Rows to predict, checked against those of ``fit``."""
        return validate_data(self, X, reset=False, **ROWS)

    def save(self, path: str | Path) -> None:
        """Write parameters, gates, labels and multipliers as .npz, without pickle."""
        save_estimator(self, path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an estimator that :meth:`save` wrote; ``partial_fit`` goes on warm."""
        return load_estimator(path, cls)

    def __sklearn_is_fitted__(self) -> bool:
        return bool(getattr(self, "_centers", ()))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _decoded(space: VersionSpace, source: Center | FinalSolution, tree: GateTree) -> AnyNetwork:
    """Network of a center or a final solution, with the units of ``tree``."""
    if space.gated and isinstance(source, Center):
        return GatedNetwork(space.arrangement, tree.rows, source.coefficients, space.patterns)
    if space.gated:
        members = tuple(layer.member for layer in space.tree.layers)
        return GatedLeafNetwork(space.arrangement, members, source.class_weights)
    weights = source.class_weights if tree is space.tree else source.weights
    return ReluNetwork.from_tree(tree, weights, fit_intercept=space.arrangement.fit_intercept)


def _scorer(space: VersionSpace, center: Center) -> AnyNetwork | SpannedNetwork:
    """What evaluates a center soonest, with one unit for each pattern class."""
    tree = space.tree
    if space.gated or center.explicit is not None or not SpannedNetwork.pays(tree):
        return _decoded(space, center, tree)
    forces = center.multipliers.leaf_forces() * (center.scale / center.multipliers.tau)
    return SpannedNetwork.from_tree(tree, forces, fit_intercept=space.arrangement.fit_intercept)


def _single(items: list[Any]) -> Any:
    """The item itself when there is one only, else the list."""
    return items[0] if len(items) == 1 else items


def _evaluate(scorers: list[Any], X: Rows) -> Array:
    """Scores of rows, (n,) or (n, n_scores); gated networks share their kernel."""
    if len(scorers) > 1 and isinstance(scorers[0], GatedNetwork):
        joint = np.column_stack([scorer.coefficients for scorer in scorers])
        return replace(scorers[0], coefficients=joint)(X)
    return _stacked([scorer(X) for scorer in scorers])


def _stacked(scores: list[Array]) -> Array:
    """One array for one score, columns for several."""
    return scores[0] if len(scores) == 1 else np.column_stack(scores)
