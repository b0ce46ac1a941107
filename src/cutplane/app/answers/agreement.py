"""How far people agree: Krippendorff's alpha, each one's share of wrong labels, suggestions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.base import clone

from cutplane.active.labels import can_cut, kept_labels
from cutplane.active.ledger import Ledger
from cutplane.app.answers.desk import Desk
from cutplane.app.answers.given import Given
from cutplane.centers.registry import CENTERS
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.extras import require


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha of all answers.

    Attributes
    ----------
    alpha : float or None
        1 where all agree, 0 where they agree as by chance; None where it cannot be told.
    n_rows, n_people : int
        Rows with labels of at least two people, and those people.
    level : {"nominal", "interval"}
        Classes, or values.
    why_none : str
        Why there is no alpha, a sentence.
    """

    alpha: float | None
    n_rows: int
    n_people: int
    level: Literal["nominal", "interval"]
    why_none: str = ""


@dataclass(frozen=True)
class Flip:
    """How often one person's labels are wrong.

    Attributes
    ----------
    share : float
        Of wrong labels; it is as likely larger as smaller.
    low, high : float
        Between which it lies with a probability of 90 %.
    n : int
        Labels of this person.
    """

    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Acceptance:
    """How often answers equal the suggestion.

    Attributes
    ----------
    shown, unseen : float or None
        Share among labels of those who saw it before, and of the others; None for no labels.
    n_shown, n_unseen : int
        Their labels.
    """

    shown: float | None
    unseen: float | None
    n_shown: int
    n_unseen: int


def alpha(desk: Desk) -> Agreement:
    """How far people agree about rows that several of them answered; decisions do not count.

    References
    ----------
    Krippendorff, Content Analysis (2004), 11; computed by the package ``krippendorff``.
    """
    level: Literal["nominal", "interval"] = "interval" if desk.rules.is_regression else "nominal"
    labels = [one for one in desk.all_given() if one.label is not None and one.who]
    several = {row for row, n in Counter(one.row for one in labels).items() if n > 1}
    pairs = [one for one in labels if one.row in several]
    people = sorted({one.who for one in pairs})
    if not pairs:
        why = "No row has labels of two people yet; a share of rows for two (--overlap) gives some."
        return Agreement(None, 0, 0, level, why)
    codes = _codes(pairs, level)
    if len(set(codes)) == 1:
        why = "All labels of rows with several are the same, by which nothing can be told."
        return Agreement(None, len(several), len(people), level, why)
    places = {row: place for place, row in enumerate(sorted(several))}
    table = np.full((len(people), len(several)), np.nan)
    table[[people.index(one.who) for one in pairs], [places[one.row] for one in pairs]] = codes
    try:
        package = require("krippendorff", "team", "the agreement of several people")
    except InvalidInputError as missing:
        return Agreement(None, len(several), len(people), level, f"{missing}.")
    value = package.alpha(reliability_data=table, level_of_measurement=level)
    return Agreement(float(value), len(several), len(people), level)


def _codes(labels: Sequence[Given], level: str) -> list[float]:
    """Values, or a number for each class."""
    if level == "interval":
        return [float(one.label) for one in labels if one.label is not None]
    numbers = {
        label: float(n) for n, label in enumerate(dict.fromkeys(one.label for one in labels))
    }
    return [numbers[one.label] for one in labels]


def flips(ledger: Ledger, desk: Desk) -> Mapping[str, Flip] | None:
    """Share of wrong labels of each person, by evidence from all answers; takes seconds.

    A classifier like the ledger's learns every answer of every person, those of one row beside
    each other; "" stands for answers of nobody.

    Returns
    -------
    mapping of str to Flip, or None
        None for values, for a center without flips, and before two classes are told.
    """
    estimator = ledger.model.estimator
    labels = [one for one in desk.all_given() if one.label is not None]
    if isinstance(estimator, CuttingPlaneRegressor) or not _has_flips(estimator):
        return None
    rows = np.array([one.row for one in labels], dtype=np.intp)
    X = ledger.domain.columns(rows)
    cutting = can_cut(X, fit_intercept=estimator.fit_intercept)
    told = [one for one, is_cutting in zip(labels, cutting.tolist(), strict=True) if is_cutting]
    if len({one.label for one in told}) < 2:
        return None
    model = clone(estimator).set_params(flip="auto", final_solve=None)
    names = [one.who for one in told]
    model.fit(
        X[cutting],
        kept_labels([one.label for one in told if one.label is not None]),
        X_pool=ledger.domain.probe(ledger.book.n_pool),
        annotator=names,
    )
    numbers = Counter(names)
    return {
        str(who): Flip(share, low, high, numbers[str(who)])
        for who, (low, share, high) in model.flip_quantiles((0.05, 0.5, 0.95)).items()
    }


def _has_flips(estimator: CuttingPlaneClassifier) -> bool:
    return CENTERS[estimator.center_name].weighs_evidence


def acceptance(desk: Desk) -> Acceptance:
    """How often labels equal the suggestion, where it was seen before and where not.

    Where people accept more under a suggestion than they agree with it unseen, the suggestion
    made some of their labels. Values hardly ever equal it, and none of them are counted.

    References
    ----------
    Beck et al., arXiv 2509.08514: shown suggestions are accepted too often.
    """
    given = () if desk.rules.is_regression else desk.all_given()
    suggested = [one for one in given if None not in (one.label, one.seen.suggestion)]
    shown = [one.label == one.seen.suggestion for one in suggested if one.shown == "before"]
    unseen = [one.label == one.seen.suggestion for one in suggested if one.shown != "before"]
    return Acceptance(_share(shown), _share(unseen), len(shown), len(unseen))


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
