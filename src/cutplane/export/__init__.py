"""Trained networks in other frameworks: ONNX and PyTorch, each imported only when used."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike, DTypeLike

from cutplane.errors import InvalidInputError
from cutplane.export.source import Decoded, Part, Source
from cutplane.extras import require

if TYPE_CHECKING:
    import onnx
    import torch
    from sklearn.base import BaseEstimator

__all__ = ["Part", "Source", "save_onnx", "save_torch", "to_onnx", "to_torch"]

DTYPES = ("float32", "float64")


def to_onnx(
    model: Decoded | Sequence[Decoded] | BaseEstimator,
    path: str | Path | None = None,
    *,
    scaler: BaseEstimator | None = None,
    classes: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
) -> onnx.ModelProto:
    """Write a model as an ONNX graph of MatMul, Add and Relu nodes.

    Gated networks also compare with 0, and multiply. Networks that read the lengths of rows
    standardise them first, with Sub and Div, and take their norms.

    The graph takes ``X`` (n, n_features), n free, and gives ``scores`` (n, 1), or
    (n, n_classes) for several classes; a regressor gives ``prediction`` (n, 1) in the units
    of y.

    Parameters
    ----------
    model : network, list of networks, fitted estimator, or Pipeline that ends in one
        Estimators bring their classes, or their target's mean and scale, with them, and a
        pipeline its StandardScaler.
    path : str or Path, optional
        File to write.
    scaler : StandardScaler or Pipeline, optional
        Fitted; becomes part of the graph, which then takes raw rows.
    classes : array-like, optional
        Class labels, stored as JSON in the metadata under "classes".
    dtype : {"float32", "float64"}, default="float32"
        Type of input, weights and output. Scores then agree to 1e-5 of the largest, but a gated
        regressor with a hundred labels for each feature can lose ten times as much: use float64.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    InvalidInputError
        The onnx package is missing, or the scaler cannot be folded in.
    """
    source = Source.of(model, scaler, classes)
    return _writer("onnx").write(source, path, _checked(dtype))


def to_torch(
    model: Decoded | Sequence[Decoded] | BaseEstimator,
    *,
    scaler: BaseEstimator | None = None,
    dtype: DTypeLike = "float32",
) -> torch.nn.Module:
    """Rebuild a model as a PyTorch module that can be trained further.

    Parameters
    ----------
    model, scaler
        As in :func:`to_onnx`.
    dtype : {"float32", "float64"}, default="float32"

    Returns
    -------
    torch.nn.Module
        Takes (n, n_features), gives what the ONNX graph gives. A single ReLU network is an
        ``nn.Sequential`` of ``Linear`` and ``ReLU``, behind a ``Lengths`` if it reads the
        lengths of rows. The gates of gated networks are buffers, all other weights parameters.
    """
    return _writer("torch").build(Source.of(model, scaler), _checked(dtype))


def save_onnx(source: Source, path: str | Path, dtype: str) -> None:
    """Write the ONNX graph of a source."""
    _writer("onnx").write(source, path, _checked(dtype))


def save_torch(source: Source, path: str | Path, dtype: str) -> None:
    """Write a source for ``torch.export.load``, which needs no cutplane."""
    _writer("torch").save(source, path, _checked(dtype))


def _writer(name: str) -> ModuleType:
    """Module of one format; its package is an extra."""
    require(name, name, "exporting")
    return importlib.import_module(f"cutplane.export.{name}")


def _checked(dtype: DTypeLike) -> str:
    name = getattr(dtype, "__name__", str(dtype))
    if name not in DTYPES:
        raise InvalidInputError(f"dtype={dtype!r} arrived; choose one of {', '.join(DTYPES)}")
    return name
