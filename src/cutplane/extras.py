"""Packages of the extras, imported where they are used, and one sentence where they are missing."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from cutplane.errors import InvalidInputError


def require(package: str, extra: str, what: str, *, instead: str = "") -> ModuleType:
    """Import a package that only an extra brings.

    Parameters
    ----------
    package : str
        Name to import, such as ``"onnx"`` or ``"sentence_transformers.util"``.
    extra : str
        The extra of cutplane that installs it.
    what : str
        What needs it, in words that begin the error: "exporting to ONNX".
    instead : str, optional
        What does without it, such as "use center='analytic'"; nothing by default.

    Returns
    -------
    module

    Raises
    ------
    InvalidInputError
        The package, or one that it imports, is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise _missing(error.name or package, extra, what, instead) from error


def locate(package: str, extra: str, what: str, *, instead: str = "") -> Path:
    """The file that importing a package would read first; parameters and errors as for ``require``.

    Nothing is imported.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise _missing(package, extra, what, instead)
    return Path(spec.origin)


def _missing(package: str, extra: str, what: str, instead: str) -> InvalidInputError:
    alternative = f", or {instead}" if instead else ""
    return InvalidInputError(
        f"{what} needs the package {package}, which is not installed; run: "
        f"pip install 'cutplane[{extra}]'{alternative}"
    )
