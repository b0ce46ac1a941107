"""A learner in the middle of its run, as arrays and JSON, in one file, or from a journal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Arrays, Index, Metadata, Rows
from cutplane.active.domain import Domain, restored_domain
from cutplane.active.journal import Journal
from cutplane.active.settings import Settings
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import DAMAGE, restored_rng, rng_state, with_prefix
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.base import CuttingPlaneEstimator
from cutplane.estimators.evidence import Evidence


class LearnerState(ABC):
    """What a learner holds, how it is written and read, and how it follows its journal."""

    estimator_: CuttingPlaneClassifier | CuttingPlaneRegressor
    domain: Domain
    settings: Settings
    labels_rows_: Index
    labels_: NDArray
    labels_annotators_: NDArray
    cut_rows_: list[int]
    history_: list[Metadata]
    _rng: np.random.Generator
    _journal: Journal | None

    @abstractmethod
    def tell(self, rows: ArrayLike, labels: ArrayLike, annotator: ArrayLike | None = None) -> None:
        """Record labels, then update the model."""

    @property
    def n_labels_(self) -> int:
        """Labels told so far, whether or not they cut."""
        return int(self.labels_rows_.size)

    @property
    def n_cuts_(self) -> int:
        """Labels that became cuts."""
        return len(self.cut_rows_)

    @property
    def X_pool(self) -> Rows:
        """The pool; with a domain, the points told so far."""
        return self.domain.rows

    @property
    def probe_rows(self) -> Rows:
        """Rows that stand for what may be asked: the pool, or points of the box."""
        return self.domain.probe

    @property
    def is_regression(self) -> bool:
        """Whether labels are numbers to predict."""
        return isinstance(self.estimator_, CuttingPlaneRegressor)

    @property
    def is_fitted(self) -> bool:
        """Whether the labels so far make a model."""
        return bool(self.estimator_.__sklearn_is_fitted__())

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

    @property
    def query(self) -> str:
        """Name of the query strategy."""
        return self.settings.query

    @property
    def batch_size(self) -> int:
        """Rows per question."""
        return self.settings.batch_size

    @property
    def cut_agreeing(self) -> bool:
        """Whether a label that the model had right cuts too."""
        return self.settings.cut_agreeing

    @property
    def depth(self) -> float:
        """Where cuts of wrong rows pass: 0 deep, 1 neutral, more shallow."""
        return self.settings.depth

    @property
    def query_model(self) -> str | None:
        """Whose scores choose the questions; None: the estimator's own choice."""
        return self.settings.query_model

    def to_arrays(self, *, with_pool: bool = True) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the learner; its journal by its path.

        Parameters
        ----------
        with_pool : bool, default=True
            Whether the pool is among them; if not, :meth:`from_arrays` has to be given it.
        """
        estimator_arrays, estimator = self.estimator_.to_arrays()
        arrays, domain = self.domain.to_arrays(with_pool=with_pool)
        arrays |= {f"estimator/{name}": array for name, array in estimator_arrays.items()}
        arrays |= {"labels": self.labels_, "rows": self.labels_rows_}
        arrays |= {"annotators": self.labels_annotators_}
        own: Metadata = {
            "settings": asdict(self.settings),
            "estimator": estimator,
            "cut_rows": self.cut_rows_,
            "history": self.history_,
            "rng": rng_state(self._rng),
            "journal": None if self._journal is None else str(self._journal.path.absolute()),
        }
        return arrays, own | domain

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray], metadata: Metadata, X_pool: Rows | None = None
    ) -> Self:
        """Inverse of :meth:`to_arrays`; the learner has no journal.

        Raises
        ------
        InvalidInputError
            The pool is missing, or another one.
        ModelFileError
            A learner of this version cannot have such settings, or such an estimator.
        KeyError, TypeError, ValueError, IndexError, AttributeError
            The state is damaged (:data:`cutplane.encoding.DAMAGE`).
        """
        learner = cls.__new__(cls)
        learner.labels_, learner.labels_rows_ = arrays["labels"], arrays["rows"]
        nobody = np.full(learner.labels_.size, "")  # in files from before there were names
        learner.labels_annotators_ = arrays.get("annotators", nobody)
        learner.domain = restored_domain(arrays, metadata, X_pool, learner.labels_rows_)
        own = with_prefix(arrays, "estimator/")
        try:
            learner.estimator_ = CuttingPlaneEstimator.from_arrays(own, metadata["estimator"])
            learner.settings = Settings.checked(
                is_regression=learner.is_regression,
                is_box=metadata["has_domain"],
                **metadata["settings"],
            )
        except InvalidInputError as error:  # nobody gave these but the file
            raise ModelFileError(f"damaged, or of a newer version ({error})") from error
        learner.cut_rows_, learner.history_ = metadata["cut_rows"], metadata["history"]
        learner._rng = restored_rng(metadata["rng"])
        learner._journal = None
        return learner

    def save(self, path: str | Path, *, with_pool: bool = True) -> None:
        """Write the learner as .npz, without pickle; the file is replaced at once.

        ``with_pool`` as in :meth:`to_arrays`.

        Raises
        ------
        InvalidInputError
            A parameter or a label cannot be stored, or nothing can be written there.
        """
        write_archive(path, *self.to_arrays(with_pool=with_pool), what="learner")

    @classmethod
    def load(
        cls,
        path: str | Path,
        X_pool: Rows | None = None,
        journal: str | Path | None = None,
    ) -> Self:
        """Read a learner that :meth:`save` wrote; the run goes on as if uninterrupted.

        Parameters
        ----------
        path : str or Path
        X_pool : array-like or CSR matrix, optional
            The pool, where the file was written without it.
        journal : str or Path, optional
            Where labels go from now on; by default where they went before. Labels that it
            holds beyond the file's are told to the learner, those that it lacks are added.

        Raises
        ------
        InvalidInputError
            There is no such file; the pool is missing or another one; the journal is of
            another run.
        ModelFileError
            The file is damaged, holds something else, or comes from a newer version.
        """
        arrays, metadata = read_archive(path, what="learner")
        try:
            learner = cls.from_arrays(arrays, metadata, X_pool)
            earlier = metadata["journal"]
        except (InvalidInputError, ModelFileError) as error:
            raise type(error)(f"{str(path)!r}: {error}") from error
        except DAMAGE as error:
            raise damaged(path, error, what="learner") from error
        if journal or earlier:
            learner._follow(Journal(journal or earlier))
        return learner

    def _follow(self, journal: Journal) -> None:
        """Bring the journal and the learner to the same labels, then record to it."""
        keys, labels, names = journal.entries()
        held, told = self.domain.keys(self.domain.asked(self.labels_rows_)), self.labels_.tolist()
        named = self.labels_annotators_.tolist()
        both = min(len(keys), len(held))
        same = [str(label) for label in labels[:both]] == [str(label) for label in told[:both]]
        if keys[:both] != held[:both] or names[:both] != named[:both] or not same:
            raise InvalidInputError(
                f"the journal {str(journal.path)!r} holds other labels than the saved learner; "
                "pass the journal of the same run, or a new path"
            )
        try:
            new = self.domain.named(keys[both:])
        except ValueError as error:
            raise InvalidInputError(
                f"{journal.path} holds labels of other questions ({error}); give another path"
            ) from error
        journal.append(held[both:], told[both:], named[both:])
        one_by_one = bool(held) or self.settings.depends_on_order
        step = 1 if one_by_one else max(1, len(new))
        for begin in range(0, len(new), step):
            part = slice(begin, begin + step)
            self.tell(new[part], labels[both:][part], names[both:][part])
        self._journal = journal
