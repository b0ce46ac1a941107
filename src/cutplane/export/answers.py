"""How a classifier's scores become probabilities and classes, in plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import NDArray

from cutplane._types import Array, Pattern
from cutplane.space.inputs import Inputs


@dataclass(frozen=True)
class Link:
    """The monotone link: ``1 / (1 + exp(-2 f / scale))``, or ``softmax(2 f / scale)``."""

    scale: float


@dataclass(frozen=True)
class Hypothesized:
    """A score under one hypothesis, of k labelled rows (mathematics 12).

    Attributes
    ----------
    weight : float
        Share of the hypothesis.
    unit : float
        What brings predictions under standard normal weights to the scale of the score.
    noise : float
        Of labels, in prior standard deviations of the row.
    force : ndarray of shape (k,)
        Weight of each labelled unit row in the score.
    rows : ndarray of shape (k, d)
        Labelled unit rows, columns weighed by the prior variance of their weights.
    metric : ndarray of shape (d,)
        That prior variance.
    explains : ndarray of shape (k, k)
        Covariances (n, k) times this are the part that the labels determine.
    """

    weight: float
    unit: float
    noise: float
    force: Array
    rows: Array
    metric: Array
    explains: Array


@dataclass(frozen=True)
class Laws:
    """Normal laws of scores under all hypotheses.

    Attributes
    ----------
    inputs : Inputs
        What the gates read.
    gated : bool
        Whether leaves read no lengths.
    gates : tuple of ndarray
        One array for each layer.
    patterns : tuple of ndarray
        Of the labelled rows; entry l of shape (k, P_{l+1}).
    scores : tuple of tuple of Hypothesized
        The hypotheses of each score.
    spreads_means : bool
        Whether the hypotheses' means differ by what is known of them.
    """

    inputs: Inputs
    gated: bool
    gates: tuple[Array, ...]
    patterns: tuple[Pattern, ...]
    scores: tuple[tuple[Hypothesized, ...], ...]
    spreads_means: bool


Probabilities = Link | Laws


@dataclass(frozen=True)
class Classes:
    """What a classifier calls rows.

    Attributes
    ----------
    names : ndarray of shape (n_classes,)
    probabilities : Link or Laws
        How probable they are.
    threshold : float, optional
        Of two classes: the probability of the second above which a row is called that; None
        calls the class of the larger score.
    """

    names: NDArray
    probabilities: Probabilities
    threshold: float | None = None
