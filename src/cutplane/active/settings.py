"""How a learner asks and cuts, checked in one place."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Self

from cutplane._types import Metadata
from cutplane.active.doubt import DOUBTS
from cutplane.active.neighbours import Neighbours
from cutplane.active.query import Strategy, default_query, strategy
from cutplane.encoding import plain
from cutplane.errors import InvalidInputError
from cutplane.estimators.checks import check_depth
from cutplane.estimators.fitted import MODELS
from cutplane.uncertainty.gain import GAINS, Gain

#: Share of the rows of a stream that may be bought, where none is given.
BUDGET = 0.1
#: Labels that a stream may be limited to, at least.
LEAST = 20


@dataclass(frozen=True)
class Settings:
    """Parameters of :class:`cutplane.ActiveLearner` in which nothing is left open.

    Attributes
    ----------
    query : str, or function from a Question to utilities
    batch_size : int
    cut_agreeing : bool
    depth : float
    query_model : str or None
    candidates : Neighbours or None
        What is on offer of very many rows; None for all.
    budget : float or None
        Share of the rows of a stream that may be bought; None where there is no stream.
    max_labels : int or None
        Labels of a stream that are held at most; None for all.
    """

    query: str | Strategy
    batch_size: int
    cut_agreeing: bool
    depth: float
    query_model: str | None
    candidates: Neighbours | None = None
    budget: float | None = None
    max_labels: int | None = None

    @classmethod
    def checked(
        cls,
        *,
        is_regression: bool,
        is_box: bool,
        query: str | Strategy | None,
        batch_size: int,
        cut_agreeing: bool | None,
        depth: float,
        query_model: str | None,
        candidates: Neighbours | None = None,
        stream: bool = False,
        budget: float | None = None,
        max_labels: int | None = None,
    ) -> Self:
        """Fill in the defaults, which depend on what is learnt and where.

        Raises
        ------
        InvalidInputError
            A parameter makes no sense, or not together with the others.
        """
        if is_regression and depth != 0:
            raise InvalidInputError(
                f"depth={depth!r} arrived for a regressor; its slabs are centred at the target, so "
                "leave depth at 0"
            )
        if not stream and (budget, max_labels) != (None, None):
            raise InvalidInputError(
                f"budget={budget!r} and max_labels={max_labels!r} arrived without stream=True; "
                "they are for streams"
            )
        if stream:
            budget = BUDGET if budget is None else budget
            _check_streamed(budget, max_labels, query)
            _check_scores_all(query_model, candidates)
        by_scores = is_box or query_model is not None or budget is not None
        if query is None and budget is not None and is_regression:
            query = "spread"
        query = query or default_query(is_regression=is_regression, by_scores=by_scores)
        strategy(query)
        if not isinstance(batch_size, Integral) or batch_size < 1:
            raise InvalidInputError(
                f"batch_size={batch_size!r} arrived; give a whole number of at least 1"
            )
        if is_regression and query == "margin":
            raise InvalidInputError(
                "query='margin' arrived for a regressor, whose predictions have no decision to be "
                "close to; choose variance_reduction, spread or extremes"
            )
        check_depth(depth)
        if query_model not in (None, *MODELS):
            raise InvalidInputError(
                f"query_model={query_model!r} arrived; choose one of {', '.join(MODELS)}"
            )
        agreeing = query != "extremes" if cut_agreeing is None else cut_agreeing
        return cls(query, batch_size, agreeing, depth, query_model, candidates, budget, max_labels)

    def n_asked(self, n: int | None) -> int:
        """How many questions are asked: a batch where nobody says."""
        n = self.batch_size if n is None else n
        if not isinstance(n, Integral) or n < 1:
            raise InvalidInputError(
                f"n={n!r} rows were asked for; ask for a whole number, at least one"
            )
        return n

    @property
    def strategy(self) -> Strategy:
        """The function behind ``query``."""
        return strategy(self.query)

    @property
    def query_name(self) -> str:
        """Name of the query, of a function too."""
        if isinstance(self.query, str):
            return self.query
        return str(getattr(self.query, "__qualname__", type(self.query).__qualname__))

    def described(self) -> Metadata:
        """The settings in types that JSON knows; a function by its name."""
        is_function = not isinstance(self.query, str)
        near = None if self.candidates is None else self.candidates.described()
        named = {"query": self.query_name, "query_is_function": is_function}
        return {**vars(self), **named, "candidates": plain("candidates", near)}

    @property
    def gain(self) -> Gain | None:
        """What ``query`` expects of answers, where that is how it asks."""
        return GAINS.get(self.query) if isinstance(self.query, str) else None

    @property
    def spreads_batch(self) -> bool:
        """Whether a batch avoids near-duplicates; the extremes are the two ends themselves."""
        return self.query != "extremes"


def _check_streamed(budget: float, max_labels: int | None, query: object) -> None:
    """Refuse what does not fit rows that pass one by one."""
    if isinstance(budget, bool) or not isinstance(budget, int | float) or not 0 < budget <= 1:
        raise InvalidInputError(
            f"budget={budget!r} arrived; give the share of rows that may be bought, above 0 and up "
            "to 1"
        )
    if max_labels is not None and (not isinstance(max_labels, Integral) or max_labels < LEAST):
        raise InvalidInputError(
            f"max_labels={max_labels!r} arrived; give a whole number of at least {LEAST}, or None "
            "to keep all labels"
        )
    if query not in (None, *DOUBTS):
        raise InvalidInputError(
            f"query={query!r} arrived for a stream, whose rows are decided one by one; choose one "
            f"of {', '.join(DOUBTS)}"
        )


def _check_scores_all(query_model: str | None, candidates: Neighbours | None) -> None:
    """Refuse what changes how rows of a pool are compared."""
    if (query_model, candidates) != (None, None):
        raise InvalidInputError(
            f"query_model={query_model!r} and candidates={candidates!r} arrived for a stream, "
            "whose rows are decided one by one by their probabilities; leave them out"
        )
