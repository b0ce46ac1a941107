"""Networks as ONNX nodes: MatMul, Add and Relu (comparisons for gates, norms for lengths)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.export.onnx_graph import Graph
from cutplane.export.source import Part, Source, one_hot
from cutplane.space.inputs import Inputs
from cutplane.space.target import Target


class Networks:
    """Nodes of the networks of a source.

    Parameters
    ----------
    graph : Graph
    source : Source
    rows : str
        Name of the rows (n, n_features), before they are standardised.
    """

    def __init__(self, graph: Graph, source: Source, rows: str):
        self.graph, self.source, self.rows = graph, source, rows
        self.node, self.constant = graph.node, graph.constant

    def scores(self) -> str:
        """Scores (n, n_scores); predictions (n, 1) for regression."""
        each = [self.network(part) for part in self.source.networks]
        out = each[0] if len(each) == 1 else self.node("Concat", *each, axis=1)
        if self.source.offset != 0.0:
            out = self.node("Add", out, self.constant(self.source.offset))
        return out if self.source.target.kind is None else self.back(out, self.source.target)

    def times(self, name: str, matrix: NDArray) -> str:
        """Product of rows and a constant matrix."""
        return self.node("MatMul", name, self.constant(matrix))

    def affine(self, matrix: NDArray, inputs: Inputs) -> str:
        """Product of what the first layer reads and a matrix (d, m)."""
        weights, bias = self.source.affine(matrix, inputs)
        product = self.times(self.rows if inputs.norms is None else self.lengths, weights)
        return product if bias is None else self.node("Add", product, self.constant(bias))

    @cached_property
    def lengths(self) -> str:
        """Standardised rows with their length and its square, for networks that read lengths."""
        rows = self.rows
        if self.source.is_scaled:
            rows = self.node("Sub", rows, self.constant(self.source.mean))
            rows = self.node("Div", rows, self.constant(self.source.scale))
        length = self.node("ReduceL2", rows, axes=[1])
        return self.node("Concat", rows, length, self.node("Mul", length, length), axis=1)

    def network(self, part: Part) -> str:
        """Score (n, 1) of a network in plain arrays."""
        build = {"relu": self._relu, "gated_relu": self._gated, "gated_leaves": self._leaves}
        return build[part.kind](part)

    def _relu(self, part: Part) -> str:
        first, *rest = part.layers("weights")
        hidden = self.affine(first, part.inputs)
        for weights in rest:
            hidden = self.times(self.node("Relu", hidden), weights)
        return hidden

    def patterns(self, gates: Sequence[Array], inputs: Inputs) -> list[str]:
        """0/1 patterns of the rows, one array (n, P_l) for each layer."""
        patterns: list[str] = []
        z = self.rows
        for level, own in enumerate(gates):
            z = self.affine(own, inputs) if level == 0 else self.times(self.node("Relu", z), own)
            is_on = self.node("GreaterOrEqual", z, self.constant(0.0))
            patterns.append(self.node("Cast", is_on, to=self.graph.type))
        return patterns

    def _gated(self, part: Part) -> str:
        kernel = self.affine(part.arrays["rows"].T, part.inputs)
        for pattern, own in zip(
            self.patterns(part.layers("gates"), part.inputs), part.layers("patterns"), strict=True
        ):
            kernel = self.node("Mul", kernel, self.times(pattern, 2.0 * own.T))
        return self.times(kernel, part.arrays["coefficients"].reshape(-1, 1))

    def _leaves(self, part: Part) -> str:
        leaves = part.joined_leaves()
        value, n_nodes = self.affine(leaves.T, part.inputs), leaves.shape[0]
        for pattern, member in zip(
            self.patterns(part.layers("gates"), part.inputs), part.layers("members"), strict=True
        ):
            classes = one_hot(member)
            n_classes = classes.shape[1]
            n_nodes //= n_classes
            count = self._reshape(self.times(pattern, classes), n_classes, 1)
            value = self.node("MatMul", self._reshape(value, n_nodes, n_classes), count)
            value = self._reshape(value, n_nodes)
        return value

    def back(self, learnt: str, target: Target) -> str:
        """Numbers of what is learnt, as :meth:`Target.back` gives them."""
        low, high = self.constant(target.low), self.constant(target.high)
        inside = self.node("Clip", learnt, low, high)
        if target.kind == "log":
            y = self.node("Exp", inside)
        else:
            upper = self._drawn_out(self.node("Relu", inside), target.power)
            lower = self._drawn_out(self.node("Relu", self.node("Neg", inside)), 2 - target.power)
            size = self.node("Mul", self.node("Sub", upper, lower), self.constant(target.unit))
            y = self.node("Add", size, self.constant(target.center))
        below, above = (self.constant(slope) for slope in target.end_slopes)
        fallen = self.node("Mul", self.node("Relu", self.node("Sub", low, learnt)), below)
        risen = self.node("Mul", self.node("Relu", self.node("Sub", learnt, high)), above)
        return self.node("Add", y, self.node("Sub", risen, fallen))

    def _drawn_out(self, size: str, power: float) -> str:
        one = self.constant(1.0)
        if power == 0:
            return self.node("Sub", self.node("Exp", size), one)
        base = self.node("Add", self.node("Mul", size, self.constant(power)), one)
        return self.node("Sub", self.node("Pow", base, self.constant(1 / power)), one)

    def _reshape(self, name: str, *shape: int) -> str:
        return self.node("Reshape", name, self.constant([-1, *shape], np.int64))
