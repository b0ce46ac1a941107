"""An ONNX graph in the making: equal nodes and equal constants are there once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import ArrayLike, DTypeLike
from onnx import TensorProto, helper, numpy_helper

#: Old enough for runtimes of 2022, new enough for float64 everywhere.
_OPSET, _ML_OPSET, _IR = 17, 3, 8


class Graph:
    """Nodes and constants, in the order they are added.

    Parameters
    ----------
    dtype : dtype
        Of constants, unless they say otherwise.
    taken : collection of str
        Names that no node may have.
    """

    def __init__(self, dtype: np.dtype, taken: Sequence[str] = ()):
        self.dtype = dtype
        self._taken = set(taken)
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._known: dict[tuple[object, ...], str] = {}

    @property
    def type(self) -> int:
        """What ONNX calls the dtype."""
        return int(helper.np_dtype_to_tensor_dtype(self.dtype))

    def constant(self, value: ArrayLike, dtype: DTypeLike | None = None) -> str:
        """Name of a constant."""
        array = np.asarray(value, dtype=dtype or self.dtype)
        content = tuple(array.ravel()) if array.dtype.kind == "O" else array.tobytes()
        key = ("constant", array.dtype.str, array.shape, content)
        if key not in self._known:
            self._known[key] = self._free("constant", len(self._constants))
            self._constants.append(numpy_helper.from_array(array, self._known[key]))
        return self._known[key]

    def node(self, kind: str, *inputs: str, **attributes: int | list[int]) -> str:
        """Name of what a node gives."""
        key = (kind, inputs, repr(sorted(attributes.items())))
        if key not in self._known:
            self._known[key] = self._free(kind, len(self._nodes))
            made = helper.make_node(kind, list(inputs), [self._known[key]], **attributes)
            self._nodes.append(made)
        return self._known[key]

    def codes(self, cells: str, known: dict[str, int]) -> str:
        """Numbers (int64) of text cells; -1 for text that is not known."""
        name = self._free("LabelEncoder", len(self._nodes))
        made = helper.make_node(
            "LabelEncoder",
            [cells],
            [name],
            domain="ai.onnx.ml",
            keys_strings=list(known),
            values_int64s=list(known.values()),
            default_int64=-1,
        )
        self._nodes.append(made)
        return name

    def as_double(self, name: str) -> str:
        """The same numbers in double precision."""
        if self.dtype == np.float64:
            return name
        return self.node("Cast", name, to=TensorProto.DOUBLE)

    def model(
        self, inputs: Sequence[onnx.ValueInfoProto], outputs: dict[str, onnx.ValueInfoProto]
    ) -> onnx.ModelProto:
        """The whole graph; ``outputs`` names nodes, and says what their results are called."""
        called = {name: info.name for name, info in outputs.items()}
        for node in self._nodes:
            node.input[:] = [called.get(name, name) for name in node.input]
            node.output[:] = [called.get(name, name) for name in node.output]
        graph = helper.make_graph(
            self._nodes, "cutplane", inputs, list(outputs.values()), self._constants
        )
        domains = [("", _OPSET)]
        if any(node.domain == "ai.onnx.ml" for node in self._nodes):
            domains.append(("ai.onnx.ml", _ML_OPSET))
        opset = [helper.make_opsetid(*domain) for domain in domains]
        return helper.make_model(graph, opset_imports=opset, ir_version=_IR)

    def _free(self, kind: str, number: int) -> str:
        name = f"{kind}_{number}"
        while name in self._taken:
            name += "_"
        return name
