"""A pass over rows on a device: blocks go there once, and scores come back.

The products are those of :mod:`cutplane.scanning.passing` and :mod:`cutplane.scanning.networks`,
in the functions of the array API standard. Which gates are on is computed anew in every pass.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from scipy import sparse

from cutplane._types import Floats
from cutplane.arrays import Place, namespace, single, to_numpy
from cutplane.scanning.block import Block
from cutplane.scanning.gates import Gates
from cutplane.scanning.networks import ReluForm
from cutplane.scanning.passing import KernelForm, Passing, WeightForm
from cutplane.scanning.scan import Scan
from cutplane.scanning.source import Fragment

S = TypeVar("S")
R = TypeVar("R")
F = TypeVar("F", bound=Fragment)

#: Labelled rows that are gone through at once.
_TOGETHER = 1024


@dataclass(frozen=True)
class DeviceEngine:
    """Goes through the fragments here, and has their rows scored on a device.

    Blocks that a source keeps are kept there in single precision, so the device holds a pool in
    memory whole. CSR rows, and networks that only double precision evaluates, are scored in NumPy
    with a warning; whatever is no pass for a question stays there.

    Attributes
    ----------
    place : Place
        Where: ``Place.of`` an array, or ``Place("array_api_compat.torch", "cuda")``.
    """

    place: Place

    def __call__(
        self, function: Callable[[S, F], R], state: S, fragments: Sequence[F]
    ) -> Iterator[R]:
        """``function(state, fragment)`` of each fragment in turn."""
        if isinstance(state, Scan) and isinstance(state.model, Passing):
            state = replace(state, model=DevicePassing.of(state.model, self.place))
        return map(partial(function, state), fragments)


@dataclass(frozen=True)
class DevicePassing:
    """What a pass needs of a fitted estimator, on a device.

    Attributes
    ----------
    home, there : Passing
        The same in NumPy and on the device.
    place : Place
    """

    home: Passing
    there: Passing
    place: Place

    @classmethod
    def of(cls, passing: Passing, place: Place) -> DevicePassing:
        """Move what blocks meet."""
        return cls(passing, place.moved(passing), place)

    def scores(self, block: Block) -> Floats:
        """Scores of the rows of a block, in NumPy; (n, q)."""
        score = _SCORES.get(type(self.there.form))
        if score is None or sparse.issparse(block.rows):
            what = "these networks need double precision" if score is None else "rows are sparse"
            warnings.warn(f"{what}: they are scored in NumPy", UserWarning, stacklevel=2)
            return self.home.scores(block)
        appended = self.place.array(block.lengths(self.home.gates.inputs).appended)
        return to_numpy(score(self.there.form, block.at(self.place), appended))

    def deviation(self, block: Block) -> Floats:
        """Deviation of the first score before any label, up to a factor; (n,), in NumPy."""
        return self.home.deviation(block)


def patterns_there(gates: Gates, rows: Floats, appended: Floats) -> list[Floats]:
    """Which distinct gates are on, as numbers; entry l of shape (n, U_l)."""
    xp, on = namespace(rows), list[Floats]()
    values: Floats | None = None
    for gate in gates.layers:
        is_first = values is None
        values = _affine(rows, appended, gate) if is_first else xp.maximum(values, 0.0) @ gate
        on.append(single(values >= 0))
    return on


def _kernel_scores(form: KernelForm, rows: Floats, appended: Floats) -> Floats:
    xp, labelled, parts = namespace(rows), form.labelled, []
    counts, on = labelled.gates.counts, patterns_there(labelled.gates, rows, appended)
    k = form.slopes.shape[0]
    for begin in range(0, k, _TOGETHER):
        some = slice(begin, min(begin + _TOGETHER, k))
        cross = rows @ single(labelled.rows[some, :]).T
        both = xp.ones_like(cross)
        for own, pattern, count in zip(on, labelled.patterns, counts, strict=True):
            both *= own @ (2 * count * single(pattern[some, :])).T
        parts.append(both @ form.constants[some, :] + (cross * both) @ form.slopes[some, :])
    return xp.sum(xp.stack(parts), axis=0)


def _weight_scores(form: WeightForm, rows: Floats, appended: Floats) -> Floats:
    xp, scores = namespace(rows), []
    on = patterns_there(form.gates, rows, appended)
    for score in range(form.constants.shape[0]):
        values = rows @ form.weights[score, ...] + form.constants[score, :]
        scores.append(xp.sum(values * on[0] if on else values, axis=1))
    return xp.stack(scores, axis=1)


def _relu_scores(form: ReluForm, rows: Floats, appended: Floats) -> Floats:
    xp, scores = namespace(rows), []
    for (first, *layers), is_spanned in zip(form.networks, form.is_spanned, strict=True):
        hidden = _affine(rows, appended, first)
        for number, layer in enumerate(layers):
            if number or not is_spanned:
                hidden = xp.maximum(hidden, 0.0)
            hidden = hidden @ layer
        scores.append(hidden[:, 0])
    return xp.stack(scores, axis=1)


def _affine(rows: Floats, appended: Floats, matrix: Floats) -> Floats:
    """Products with what is read of rows: the features, then the rest."""
    n_features = rows.shape[1]
    return rows @ matrix[:n_features, :] + appended @ matrix[n_features:, :]


#: What is scored on a device, and how.
_SCORES: dict[type, Callable[[Any, Floats, Floats], Floats]] = {
    KernelForm: _kernel_scores,
    WeightForm: _weight_scores,
    ReluForm: _relu_scores,
}
