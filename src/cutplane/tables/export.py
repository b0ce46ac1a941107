"""A model that reads tables in other formats: its networks, and the scaling of its columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cutplane._types import Arrays, Metadata
from cutplane.archive import write_archive
from cutplane.errors import InvalidInputError
from cutplane.export import Part, Source, save_onnx, save_torch
from cutplane.export.answers import Classes, Link
from cutplane.export.columns import Column, Levels, Numbers
from cutplane.network import Network
from cutplane.network.pruning import Pruned
from cutplane.tables.cells import level_of
from cutplane.tables.model import TableModel
from cutplane.tables.preprocessing import Preprocessing


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
        Its input columns are those before scaling, a date as the numbers read of it.
    pruned : list of Pruned
        What each network kept and lost.
    """
    preprocessing = model.preprocessing
    scaling, n_levels = preprocessing.scaling, preprocessing.levels.width
    pruned = [network.prune(tol) for network in model.networks]
    metadata: Metadata = {
        "target": model.target,
        "columns": preprocessing.encoded_names,
        "fill": dict(zip(preprocessing.number_names, scaling.fill.tolist(), strict=True)),
    }
    if model.classes is not None:
        metadata |= {"classes": model.classes.tolist(), "probability_scale": model.scale}
    if model.threshold is not None:
        metadata["threshold"] = model.threshold
    slope = model.scale if model.classes is None else 1.0
    source = Source(
        networks=tuple(Part.of(part.network, slope) for part in pruned),
        mean=np.append(scaling.mean, np.zeros(n_levels)),
        scale=np.append(scaling.scale, np.ones(n_levels)),
        offset=model.offset,
        target=model.transform,
        task=model.task,
        metadata=metadata,
        columns=_columns(preprocessing),
        answers=_answers(model),
    )
    return source, pruned


def _columns(preprocessing: Preprocessing) -> tuple[Column, ...]:
    """Raw columns in the order in which they are encoded."""
    columns: list[Column] = []
    if preprocessing.number_names:
        columns.append(Numbers(preprocessing.number_names, preprocessing.scaling.fill))
    levels = preprocessing.levels
    for name, own, spelled in zip(levels.names, levels.levels, levels.spelled, strict=True):
        codes = {text: code for code, level in enumerate(own) for text in _spellings(level)}
        columns.append(Levels(name, codes | dict(spelled), len(own)))
    return tuple(columns)


def _spellings(level: str | None) -> list[str]:
    """How a cell may say a level, besides the spellings of the training table."""
    if level is None:
        return ["", "nan", "NaN", "None", "NA"]
    texts = [level, level.upper(), level.capitalize(), level.title(), f"{level}.0"]
    texts += ["true", "True", "TRUE", "false", "False", "FALSE"]
    same = level_of(np.array(texts, dtype=object)) == level
    return [text for text, is_same in zip(texts, same, strict=True) if is_same]


def _answers(model: TableModel) -> Classes | None:
    if model.classes is None:
        return None
    how = Link(model.scale) if model.law is None else model.law.exported_probabilities
    return Classes(model.classes, how, model.threshold)


def write_source(source: Source, path: str | Path, kind: str, dtype: str) -> None:
    """Write a source as "onnx", "torch" or "npz"; ``dtype`` is for the first two.

    Raises
    ------
    InvalidInputError
        Rows are called by a probability, which networks alone do not give.
    """
    if kind != "onnx" and source.answers is not None and source.answers.threshold is not None:
        raise InvalidInputError(
            f"the model calls a row by its probability (threshold {source.answers.threshold:.3g}), "
            f"and a {kind} file holds networks alone; export to onnx, or fit without one"
        )
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
