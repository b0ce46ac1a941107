"""Classes and their probabilities as ONNX nodes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto

from cutplane.export.answers import Classes, Hypothesized, Laws, Link
from cutplane.export.onnx_graph import Graph
from cutplane.export.onnx_networks import Networks

#: Where the largest score can be, around the largest mean, in deviations.
_GRID = np.linspace(-6.0, 6.0, 33)
#: Share of a row's prior variance below which rounding decides.
_TINY = 1e-12
#: Probability below which single precision knows no better.
_LEAST = 1e-9


class Answers:
    """Nodes behind the scores of a classifier.

    Laws are computed in double precision, whatever the type of the graph: what labels leave open
    is a difference of large numbers.

    Parameters
    ----------
    graph : Graph
    networks : Networks
    scores : str
        Name of the scores (n, n_scores).
    """

    def __init__(self, graph: Graph, networks: Networks, scores: str):
        self.graph, self.networks, self.scores = graph, networks, scores
        self.node = graph.node

    def of(self, classes: Classes) -> tuple[str, str]:
        """The class of each row, (n,), and the probability of each class, (n, n_classes)."""
        how = classes.probabilities
        shares = self._by_link(how) if isinstance(how, Link) else self._by_laws(how)
        label = self._named(classes.names, self._place(classes, shares))
        return label, self.node("Cast", shares, to=self.graph.type)

    def _place(self, classes: Classes, shares: str) -> str:
        """Number of the class that a row is called, (n,)."""
        if classes.names.size > 2:
            return self.node("ArgMax", self.scores, axis=1, keepdims=0)
        if classes.threshold is None:
            above = self.node("Greater", self.scores, self.graph.constant(0.0))
        else:
            second = self.node("Gather", shares, self._places(1), axis=1)
            above = self.node("Greater", second, self._number(classes.threshold))
        return self.node("Cast", self._flat(above), to=TensorProto.INT64)

    def _named(self, names: NDArray, place: str) -> str:
        names = names.astype(object) if names.dtype.kind == "U" else names
        return self.node("Gather", self.graph.constant(names, names.dtype), place, axis=0)

    def _by_link(self, link: Link) -> str:
        halves = self.node("Mul", self._double(self.scores), self._number(2 / link.scale))
        if len(self.networks.source.networks) > 1:
            return self.node("Softmax", halves, axis=1)
        return self._of_two(self.node("Sigmoid", halves))

    def _by_laws(self, laws: Laws) -> str:
        totals, means = [], []
        for place, members in enumerate(laws.scores):
            mean = self._double(self.scores)
            if len(laws.scores) > 1:
                mean = self.node("Gather", mean, self.graph.constant([place], np.int64), axis=1)
            means.append(mean)
            totals.append(self._variance(laws, members, mean))
        share = self._number(1 / len(totals))
        total = self.node("Mul", self.node("Sum", *totals), share)
        deviation = self.node("Sqrt", self._or_one(total))
        units = [self.node("Div", mean, deviation) for mean in means]
        if len(units) == 1:
            return self._of_two(self._below(units[0]))
        return self._largest(self.node("Concat", *units, axis=1), len(units))

    def _variance(self, laws: Laws, members: tuple[Hypothesized, ...], mean: str) -> str:
        """Of a score and the label around it, over all hypotheses; (n, 1)."""
        parts = []
        for own in members:
            cross, prior = self._prior(laws, own)
            known = self._squares(self.node("MatMul", cross, self._number(own.explains)))
            left = self.node("Sub", prior, known)
            left = self.node("Max", left, self.node("Mul", prior, self._number(_TINY)))
            part = self.node("Mul", left, self._number(own.weight * own.unit**2))
            noise = self._number(own.weight * (own.unit * own.noise) ** 2)
            part = self.node("Add", part, self.node("Mul", prior, noise))
            if laws.spreads_means and len(members) > 1:
                score = self.node("MatMul", cross, self._number(own.unit * own.force[:, None]))
                away = self.node("Sub", score, mean)
                square = self.node("Mul", away, away)
                part = self.node("Add", part, self.node("Mul", square, self._number(own.weight)))
            parts.append(part)
        return self.node("Sum", *parts) if len(parts) > 1 else parts[0]

    def _prior(self, laws: Laws, own: Hypothesized) -> tuple[str, str]:
        """Covariance with the labelled rows, (n, k), and own variance, (n, 1)."""
        rows = self._leaf_rows(laws)
        cross = self.node("MatMul", rows, self._number(own.rows.T))
        prior = self.node("MatMul", self.node("Mul", rows, rows), self._number(own.metric[:, None]))
        patterns = self.networks.patterns(laws.gates, laws.inputs)
        for pattern, mine in zip(patterns, laws.patterns, strict=True):
            on = self._double(pattern)
            cross = self.node("Mul", cross, self.node("MatMul", on, self._number(2.0 * mine.T)))
            twos = self._number(np.full((mine.shape[1], 1), 2.0))
            prior = self.node("Mul", prior, self.node("MatMul", on, twos))
        return cross, prior

    def _leaf_rows(self, laws: Laws) -> str:
        """Standardised rows as leaves read them, in double precision; (n, d)."""
        source, inputs = self.networks.source, laws.inputs
        rows = self.node("Sub", self._double(self.networks.rows), self._number(source.mean))
        rows = self.node("Div", rows, self._number(source.scale))
        columns = [rows]
        square = self._squares(rows)
        if inputs.norms is not None and not laws.gated:
            mean, mean_square = inputs.norms
            columns.append(self.node("Sub", self.node("Sqrt", square), self._number(mean)))
            away = self.node("Sub", square, self._number(mean_square))
            columns.append(self.node("Div", away, self._number(2 * mean)))
        if inputs.fit_intercept:
            zeros = self.node("Mul", square, self._number(0.0))
            columns.append(self.node("Add", zeros, self._number(1.0)))
        return rows if len(columns) == 1 else self.node("Concat", *columns, axis=1)

    def _largest(self, means: str, n_classes: int) -> str:
        """Probability that each of independent normal numbers of deviation 1 is the largest."""
        top = self.node("ReduceMax", means, axes=[1], keepdims=1)
        away = self.node("Unsqueeze", self.node("Sub", means, top), self._places(2))
        away = self.node("Sub", self._number(_GRID.reshape(1, 1, -1)), away)  # (n, n_classes, m)
        below = self.node("Log", self.node("Max", self._below(away), self._number(_LEAST)))
        others = self.node("Sub", self.node("ReduceSum", below, self._places(1), keepdims=1), below)
        bell = self.node("Mul", self.node("Mul", away, away), self._number(-0.5))
        density = self.node("Exp", self.node("Add", others, bell))
        density = self.node("ReduceSum", density, self._places(2), keepdims=0)
        return self.node("Div", density, self.node("ReduceSum", density, self._places(1)))

    def _below(self, z: str) -> str:
        """Normal distribution function, whose Erf runtimes have in single precision only."""
        single = self.node(
            "Cast", self.node("Mul", z, self._number(math.sqrt(0.5))), to=TensorProto.FLOAT
        )
        erf = self.node("Cast", self.node("Erf", single), to=TensorProto.DOUBLE)
        return self.node("Mul", self.node("Add", erf, self._number(1.0)), self._number(0.5))

    def _of_two(self, positive: str) -> str:
        return self.node("Concat", self.node("Sub", self._number(1.0), positive), positive, axis=1)

    def _or_one(self, total: str) -> str:
        """Variances, 1 where a row has none."""
        above = self.node("Greater", total, self._number(0.0))
        return self.node("Where", above, total, self._number(1.0))

    def _squares(self, rows: str) -> str:
        return self.node("ReduceSumSquare", rows, axes=[1], keepdims=1)

    def _flat(self, column: str) -> str:
        return self.node("Reshape", column, self._places(-1))

    def _places(self, *places: int) -> str:
        return self.graph.constant(list(places), np.int64)

    def _number(self, value: ArrayLike) -> str:
        return self.graph.constant(value, np.float64)

    def _double(self, name: str) -> str:
        return self.graph.as_double(name)
