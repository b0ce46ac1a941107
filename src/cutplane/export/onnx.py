"""ONNX models: raw columns or encoded rows in, scores, classes and probabilities out."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, checker, helper
from onnx.serialization import registry

from cutplane.atomic import replacing
from cutplane.export.columns import Levels, Numbers
from cutplane.export.onnx_answers import Answers
from cutplane.export.onnx_graph import Graph
from cutplane.export.onnx_networks import Networks
from cutplane.export.source import Source

_OUTPUTS = ("scores", "label", "probabilities", "prediction")


def write(source: Source, path: str | Path | None, dtype: str) -> onnx.ModelProto:
    """Model of a source, checked and written to ``path`` unless that is None."""
    given = _input_names(source)
    graph = Graph(np.dtype(dtype), (*_OUTPUTS, *given.values()))
    rows, inputs = _rows(graph, source, given)
    networks = Networks(graph, source, rows)
    scores = networks.scores()
    n_scores = len(source.networks)
    name = "prediction" if source.task == "regression" else "scores"
    outputs = {scores: helper.make_tensor_value_info(name, graph.type, ["n", n_scores])}
    if source.answers is not None:
        names = source.answers.names
        label, probabilities = Answers(graph, networks, scores).of(source.answers)
        kind = helper.np_dtype_to_tensor_dtype(
            np.dtype(object) if names.dtype.kind == "U" else names.dtype
        )
        outputs |= {
            label: helper.make_tensor_value_info("label", kind, ["n"]),
            probabilities: helper.make_tensor_value_info(
                "probabilities", graph.type, ["n", names.size]
            ),
        }
    model = graph.model(inputs, outputs)
    notes = {"task": source.task, "cutplane": version("cutplane")}
    notes |= {key: json.dumps(value) for key, value in source.metadata.items()}
    if source.columns is not None:
        notes["inputs"] = json.dumps(given)
    helper.set_model_props(model, notes)
    checker.check_model(model)
    if path is not None:
        # The suffix says text or JSON, if it is one of ONNX's.
        kind = registry.get_format_from_file_extension(Path(path).suffix) or "protobuf"
        with replacing(path) as file:
            file.write(registry.get(kind).serialize_proto(model))
    return model


def _input_names(source: Source) -> dict[str, str]:
    """Name of the input that takes each raw column: the column's own, where that is free."""
    names: dict[str, str] = {}
    for column in source.columns or ():
        for name in column.names if isinstance(column, Numbers) else (column.name,):
            own = name if name and name not in _OUTPUTS else f"column {name}"
            while own in names.values():
                own += "_"
            names[name] = own
    return names


def _rows(
    graph: Graph, source: Source, given: dict[str, str]
) -> tuple[str, list[onnx.ValueInfoProto]]:
    """Name of the encoded rows (n, n_features), and the inputs that they are made of."""
    if source.columns is None:
        shape = ["n", source.n_features]
        return "X", [helper.make_tensor_value_info("X", graph.type, shape)]
    parts, inputs = [], []
    for column in source.columns:
        if isinstance(column, Levels):
            name = given[column.name]
            inputs.append(helper.make_tensor_value_info(name, TensorProto.STRING, ["n", 1]))
            parts.append(_one_hot(graph, name, column))
            continue
        names = [given[name] for name in column.names]
        inputs += [helper.make_tensor_value_info(own, graph.type, ["n", 1]) for own in names]
        numbers = names[0] if len(names) == 1 else graph.node("Concat", *names, axis=1)
        parts.append(
            graph.node("Where", graph.node("IsNaN", numbers), graph.constant(column.fill), numbers)
        )
    return parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1), inputs


def _one_hot(graph: Graph, cells: str, column: Levels) -> str:
    """Features (n, n_levels) of text cells (n, 1)."""
    codes = graph.codes(cells, dict(column.codes))
    levels = graph.constant(np.arange(column.n_levels).reshape(1, -1), np.int64)
    return graph.node("Cast", graph.node("Equal", codes, levels), to=graph.type)
