"""ONNX graphs of plain MatMul, Add and Relu nodes (comparisons for gates, norms for lengths)."""

from __future__ import annotations

import json
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import ArrayLike, DTypeLike, NDArray
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.serialization import registry

from cutplane.atomic import replacing
from cutplane.export.source import Part, Source, one_hot
from cutplane.space.inputs import Inputs
from cutplane.space.target import Target

#: Old enough for runtimes of 2022, new enough for float64 everywhere.
_OPSET, _IR = 17, 8


def write(source: Source, path: str | Path | None, dtype: str) -> onnx.ModelProto:
    """Graph of a source, checked and written to ``path`` unless that is None."""
    graph = _Graph(source, np.dtype(dtype))
    scores = [graph.network(part) for part in source.networks]
    out = scores[0] if len(scores) == 1 else graph.node("Concat", *scores, axis=1)
    if source.offset != 0.0:
        out = graph.node("Add", out, graph.constant(source.offset))
    if source.target.kind is not None:
        graph.back(out, source.target)
    model = graph.model("prediction" if source.task == "regression" else "scores")
    notes = {"task": source.task, "cutplane": version("cutplane")}
    notes |= {key: json.dumps(value) for key, value in source.metadata.items()}
    helper.set_model_props(model, notes)
    checker.check_model(model)
    if path is not None:
        suffix = Path(path).suffix  # says text or JSON, if it is one of ONNX's
        with replacing(path) as file:
            onnx.save(model, file, registry.get_format_from_file_extension(suffix))
    return model


class _Graph:
    """Nodes and constants, in the order they are added."""

    def __init__(self, source: Source, dtype: np.dtype):
        self.source = source
        self.dtype = dtype
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: ArrayLike, dtype: DTypeLike | None = None) -> str:
        name = f"constant_{len(self.constants)}"
        array = np.asarray(value, dtype=dtype or self.dtype)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: int | list[int]) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def times(self, name: str, matrix: NDArray) -> str:
        return self.node("MatMul", name, self.constant(matrix))

    def affine(self, matrix: NDArray, inputs: Inputs) -> str:
        """Product of what the first layer reads and a matrix (d, m)."""
        weights, bias = self.source.affine(matrix, inputs)
        product = self.times("X" if inputs.norms is None else self.lengths, weights)
        return product if bias is None else self.node("Add", product, self.constant(bias))

    @cached_property
    def lengths(self) -> str:
        """Standardised rows with their length and its square, for networks that read lengths."""
        rows = "X"
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

    def _patterns(self, part: Part) -> list[str]:
        """0/1 patterns of the rows, one array (n, P_l) for each layer."""
        patterns: list[str] = []
        z = "X"
        for level, gates in enumerate(part.layers("gates")):
            if level == 0:
                z = self.affine(gates, part.inputs)
            else:
                z = self.times(self.node("Relu", z), gates)
            is_on = self.node("GreaterOrEqual", z, self.constant(0.0))
            patterns.append(self.node("Cast", is_on, to=self._type))
        return patterns

    def _gated(self, part: Part) -> str:
        kernel = self.affine(part.arrays["rows"].T, part.inputs)
        for pattern, own in zip(self._patterns(part), part.layers("patterns"), strict=True):
            kernel = self.node("Mul", kernel, self.times(pattern, 2.0 * own.T))
        return self.times(kernel, part.arrays["coefficients"].reshape(-1, 1))

    def _leaves(self, part: Part) -> str:
        leaves = part.joined_leaves()
        value, n_nodes = self.affine(leaves.T, part.inputs), leaves.shape[0]
        for pattern, member in zip(self._patterns(part), part.layers("members"), strict=True):
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

    @property
    def _type(self) -> int:
        return TensorProto.FLOAT if self.dtype == np.float32 else TensorProto.DOUBLE

    def model(self, name: str) -> onnx.ModelProto:
        """The whole graph; its last node's result is called ``name``."""
        self.nodes[-1].output[0] = name
        n_scores = len(self.source.networks)
        given = helper.make_tensor_value_info("X", self._type, ["n", self.source.n_features])
        answer = helper.make_tensor_value_info(name, self._type, ["n", n_scores])
        graph = helper.make_graph(self.nodes, "cutplane", [given], [answer], self.constants)
        opset = [helper.make_opsetid("", _OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=_IR)
