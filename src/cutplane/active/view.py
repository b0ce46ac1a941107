"""What can be read off a learner, whatever happened to it."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from cutplane._types import Index, Metadata, Rows
from cutplane.active.asking import by_position, on_offer
from cutplane.active.course import Model
from cutplane.active.domain import Domain
from cutplane.active.events import Event
from cutplane.active.ledger import Ledger
from cutplane.active.record import run_record
from cutplane.active.settings import Settings
from cutplane.certificate.record import RunRecord
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.evidence import Evidence
from cutplane.scanning.source import Source

if TYPE_CHECKING:
    from cutplane.certificate.certify import Certificate


class LearnerView(ABC):
    """Labels, model and history of a ledger."""

    random_state: int
    _ledger: Ledger
    _shown: Model
    _estimator: CuttingPlaneClassifier | CuttingPlaneRegressor

    def _show(self) -> None:
        """Bring what was learnt into ``estimator_``, whose parameters may be set by anyone."""
        if self._shown is not self._ledger.model:
            own = self._estimator.get_params(deep=False)
            self._estimator.__dict__ = {**vars(self._ledger.model.estimator), **own}
            self._shown = self._ledger.model

    @property
    def estimator_(self) -> CuttingPlaneClassifier | CuttingPlaneRegressor:
        """Learns once two classes (regression: one label) are known; see ``is_fitted``.

        Of labels of one class, all its predictions are that class.
        One object all the time. Parameters that are set on it, such as ``final_solve``, change
        its predictions; questions and cuts are those of the estimator that was given.
        """
        self._show()
        return self._estimator

    @property
    def domain(self) -> Domain:
        """What may be asked about."""
        return self._ledger.domain

    @property
    def settings(self) -> Settings:
        """How is asked and cut."""
        return self._ledger.settings

    @property
    def batch_size(self) -> int:
        """Rows per question."""
        return self.settings.batch_size

    @property
    def labels_rows_(self) -> Index:
        """Rows of ``X_pool`` in the order told."""
        return self.domain.numbers(self._ledger.book.told, 0)

    @property
    def labels_(self) -> NDArray:
        """Their labels."""
        return self._ledger.book.labels

    @property
    def labels_annotators_(self) -> NDArray:
        """Who gave each label; "" where nobody was named."""
        return self._ledger.book.annotators

    @property
    def skipped_(self) -> NDArray:
        """Rows, or points, that nobody can answer."""
        return self._ledger.book.skipped

    @property
    def cut_rows_(self) -> list[int]:
        """Rows of ``X_pool`` that became cuts, in order."""
        return list(self._ledger.model.cut_rows)

    @property
    def history_(self) -> list[Metadata]:
        """One entry for each batch of labels."""
        return list(self._ledger.model.history)

    @property
    def events_(self) -> tuple[Event, ...]:
        """Everything that happened, as a journal holds it."""
        return self._ledger.events

    @property
    def n_labels_(self) -> int:
        """Labels held, whether or not they cut."""
        return self._ledger.model.n_labels

    @property
    def n_asked_(self) -> int:
        """Answers paid for: labels told, rows skipped, labels corrected; forgotten ones too."""
        return self._ledger.book.n_asked

    @property
    def n_offered_(self) -> int:
        """Rows that the next question is chosen from: ``candidates``, or all that are open."""
        ledger = self._ledger
        rows = on_offer(ledger, self.batch_size, ledger.rng())
        return max(0, self.domain.n_rows - len(ledger.book.closed)) if rows is None else rows.size

    @property
    def n_cuts_(self) -> int:
        """Labels that became cuts."""
        return len(self._ledger.model.cut_rows)

    @property
    def X_pool(self) -> Rows | Source:
        """The pool; in a box, the points told so far."""
        return self.domain.told_rows(self._ledger.book.told)

    @property
    def probe_rows(self) -> Rows:
        """Rows that stand for what may be asked: the pool, or points of the box."""
        return self.domain.probe(self._ledger.book.n_pool)

    @property
    def scorer_(self) -> CuttingPlaneClassifier | CuttingPlaneRegressor:
        """What ``estimator_`` has learnt, for rows without names of columns, as ``X_pool``."""
        return by_position(self._ledger.model.estimator)

    @property
    def nothing_left(self) -> str | None:
        """Why nothing can be asked, in a sentence; None while something can."""
        return self._ledger.nothing_left

    @property
    def is_regression(self) -> bool:
        """Whether labels are numbers to predict."""
        return isinstance(self._estimator, CuttingPlaneRegressor)

    @property
    def is_fitted(self) -> bool:
        """Whether the labels so far make a model."""
        return self._ledger.model.is_fitted

    @property
    def evidence_(self) -> Evidence:
        """What the labels say of the hypotheses that the model averages.

        AttributeError before the first cut, and for a center that comes without.
        """
        if not hasattr(self.estimator_, "evidence_"):
            raise AttributeError(
                f"no evidence_ after {self.n_labels_} labels with center="
                f"{self.estimator_.center_name!r}; use center='gravity', and tell labels of two "
                "classes"
            )
        return self.estimator_.evidence_

    def record(self) -> RunRecord:
        """What happened so far, as :func:`cutplane.certificate.certify.certify` reads it.

        Raises
        ------
        InvalidInputError
            There is no cut yet.
        """
        return run_record(self._ledger)

    def certificate(
        self,
        *,
        seed: int = 0,
        n_chains: int = 32,
        n_draws: int = 60,
        max_cuts: int | None = None,
        max_seconds: float | None = None,
    ) -> Certificate | list[Certificate]:
        """What every cut left of the version space, beside the bound of Theorem 6.3.

        Parameters
        ----------
        n_chains : int, default=32
            Independent chains; their spread gives the intervals.
        n_draws : int, default=60
            Sweeps of each that measure a volume; four times as many halve the intervals.
        seed, max_cuts, max_seconds
            As for :func:`cutplane.certificate.certify.certify`, errors too.

        Returns
        -------
        Certificate
            A list in the order of ``classes_`` when there are more than two classes.
        """
        from cutplane.certificate.certify import certify  # of use for nothing else here
        from cutplane.certificate.volume import Effort

        effort = Effort(n_chains=n_chains, n_draws=n_draws)
        certificates = certify(
            self.record(), seed=seed, effort=effort, max_cuts=max_cuts, max_seconds=max_seconds
        )
        return certificates[0] if len(certificates) == 1 else certificates
