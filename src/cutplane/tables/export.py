"""A model that reads tables in other formats: its networks, and the scaling of its columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Arrays, Metadata
from cutplane.archive import write_archive
from cutplane.export import Part, Source, save_onnx, save_torch
from cutplane.export.answers import Link, Probabilities
from cutplane.export.columns import Column, Levels, Numbers
from cutplane.network import Network
from cutplane.network.pruning import Pruned
from cutplane.tables.model import TableModel
from cutplane.tables.preprocessing import MISSING_LEVEL


def pruned_source(model: TableModel, tol: float = 0.0) -> tuple[Source, list[Pruned[Network]]]:
    """The model's networks without idle units.

    Parameters
    ----------
    model : TableModel
    tol : float, default=0.0
        Change of a score, per length of the row, that may be traded for size.

    Returns
    -------
    source : Source
        Its input columns are those before scaling, a category 0 or 1.
    pruned : list of Pruned
        What each network kept and lost.
    """
    state = model.preprocessing.to_dict()
    levels = dict(zip(state["categorical"], state.get("levels", []), strict=True))
    names = [f"{name}={level}" for name, column in levels.items() for level in column]
    pruned = [network.prune(tol) for network in model.networks]
    metadata: Metadata = {
        "target": model.target,
        "columns": [*state["numeric"], *names],
        "fill": dict(zip(state["numeric"], state.get("fill", []), strict=True)),
    }
    if model.classes is not None:
        metadata |= {"classes": model.classes.tolist(), "probability_scale": model.scale}
    slope = model.scale if model.classes is None else 1.0
    source = Source(
        networks=tuple(Part.of(part.network, slope) for part in pruned),
        mean=np.array([*state.get("mean", []), *np.zeros(len(names))]),
        scale=np.array([*state.get("scale", []), *np.ones(len(names))]),
        offset=model.offset,
        target=model.transform,
        task=model.task,
        metadata=metadata,
        columns=_columns(state, levels),
        answers=_answers(model),
    )
    return source, pruned


def _columns(state: Metadata, levels: dict[str, list[str]]) -> tuple[Column, ...]:
    """Raw columns in the order in which they are encoded."""
    columns: list[Column] = []
    if state["numeric"]:
        columns.append(Numbers(tuple(state["numeric"]), np.array(state["fill"])))
    for name, own in levels.items():
        codes = {spelling: code for code, level in enumerate(own) for spelling in _spellings(level)}
        codes |= {level: code for code, level in enumerate(own)}
        columns.append(Levels(name, codes, len(own)))
    return tuple(columns)


def _spellings(level: str) -> list[str]:
    """How a cell may say a level."""
    if level == MISSING_LEVEL:
        return ["", "nan", "NaN", "None", "NA"]
    return [level, level.upper(), level.lower(), level.capitalize(), level.title()]


def _answers(model: TableModel) -> tuple[NDArray, Probabilities] | None:
    if model.classes is None:
        return None
    how = Link(model.scale) if model.law is None else model.law.exported_probabilities
    return model.classes, how


def write_source(source: Source, path: str | Path, kind: str, dtype: str) -> None:
    """Write a source as "onnx", "torch" or "npz"; ``dtype`` is for the first two."""
    if kind == "npz":
        _write_npz(source, path)
    else:
        (save_onnx if kind == "onnx" else save_torch)(source, path, dtype)


def _write_npz(source: Source, path: str | Path) -> None:
    arrays: Arrays = {
        "mean": source.mean,
        "scale": source.scale,
        "offset": np.array(source.offset),
    }
    for i, part in enumerate(source.networks):
        arrays |= {f"network{i}/{name}": array for name, array in part.arrays.items()}
    kinds = [part.metadata for part in source.networks]
    notes = {**source.metadata, "networks": kinds, "transform": source.target.to_metadata()}
    write_archive(path, arrays, notes, what="export")
