"""Trained networks in other frameworks: ONNX and PyTorch, each imported only when used."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from cutplane.errors import InvalidInputError
from cutplane.export.source import Source
from cutplane.extras import require

__all__ = ["Source", "save_onnx", "save_torch", "to_onnx", "to_torch"]

DTYPES = ("float32", "float64")


def to_onnx(
    model: Any,
    path: str | Path | None = None,
    *,
    scaler: Any = None,
    classes: Any = None,
    dtype: Any = "float32",
) -> Any:
    """Write a model as an ONNX graph of MatMul, Add and Relu nodes.

    The graph takes ``X`` (n, n_features), n free, and gives ``scores`` (n, 1), or
    (n, n_classes) for several classes; a regressor gives ``prediction`` (n, 1) in the units
    of y. Gated networks also compare with 0, and multiply.

    Parameters
    ----------
    model : network, list of networks, fitted estimator, or Pipeline that ends in one
        Estimators bring their classes, or their target's mean and scale, with them, and a
        pipeline its StandardScaler.
    path : str or Path, optional
        File to write.
    scaler : StandardScaler or Pipeline, optional
        Fitted; folded into the first layer, so that the graph takes raw rows.
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


def to_torch(model: Any, *, scaler: Any = None, dtype: Any = "float32") -> Any:
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
        ``nn.Sequential`` of ``Linear`` and ``ReLU``. The gates of gated networks are buffers,
        all other weights parameters.
    """
    return _writer("torch").build(Source.of(model, scaler), _checked(dtype))


def save_onnx(source: Source, path: str | Path, dtype: str) -> None:
    """Write the ONNX graph of a source."""
    _writer("onnx").write(source, path, _checked(dtype))


def save_torch(source: Source, path: str | Path, dtype: str) -> None:
    """Write a source for ``torch.export.load``, which needs no cutplane."""
    _writer("torch").save(source, path, _checked(dtype))


def _writer(name: str) -> Any:
    """Module of one format; its package is an extra."""
    require(name, name, "exporting")
    return importlib.import_module(f"cutplane.export.{name}")


def _checked(dtype: Any) -> str:
    name = getattr(dtype, "__name__", str(dtype))
    if name not in DTYPES:
        raise InvalidInputError(f"dtype={dtype!r} arrived; choose one of {', '.join(DTYPES)}")
    return name
