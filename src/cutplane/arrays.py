"""Arrays of other libraries: where they live, and the few functions that their standard lacks.

What is heavy is written once, in the functions of the array API standard
(https://data-apis.org/array-api), and runs on the arrays that it is given: NumPy's, PyTorch's on
the CPU or a GPU, CuPy's. NumPy's own namespace is one of the standard's.
"""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as np
import scipy.linalg
import scipy.special
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Floats, Index
from cutplane.errors import InvalidInputError
from cutplane.extras import require

T = TypeVar("T")

#: Namespaces of the standard, and where each has the functions of SciPy's ``special``.
_SPECIAL = {
    "array_api_compat.torch": "torch.special",
    "array_api_compat.cupy": "cupyx.scipy.special",
}


def namespace(x: Floats) -> Any:
    """Functions of the standard for an array, those of NumPy for NumPy's."""
    return np if isinstance(x, np.ndarray | np.generic) else _compat().array_namespace(x)


def is_elsewhere(x: object) -> bool:
    """Whether x is an array of another library than NumPy, on whatever device."""
    if isinstance(x, np.ndarray | np.generic | list | tuple) or sparse.issparse(x):
        return False
    return hasattr(x, "__array_namespace__") or type(x).__module__.partition(".")[0] == "torch"


def to_numpy(x: Any) -> NDArray:
    """The same numbers in NumPy, copied from a device where they are on one."""
    if isinstance(x, np.ndarray):
        return x
    compat = _compat()
    xp = compat.array_namespace(x)
    if compat.is_torch_array(x):
        x = x.detach()
    at_home = xp.Device("CPU_DEVICE") if compat.is_array_api_strict_namespace(xp) else "cpu"
    return np.asarray(compat.to_device(x, at_home))


@dataclass(frozen=True)
class Place:
    """Where arrays live.

    Attributes
    ----------
    name : str, default="numpy"
        Module with the functions of the standard.
    device : object, optional
        The library's name of a device; None is its default.
    """

    name: str = "numpy"
    device: Any = None

    @classmethod
    def of(cls, x: Any) -> Place:
        """Where an array lives.

        InvalidInputError on a device without double precision, in which centers are computed.
        """
        if not is_elsewhere(x):
            return HOST
        compat = _compat()
        xp, device = compat.array_namespace(x), compat.device(x)
        if not _is_precise(xp, device):
            raise InvalidInputError(
                f"an array on {device} arrived, which has no double precision; move it to a device "
                "that has, or to the CPU"
            )
        return cls(xp.__name__, device)

    @property
    def is_host(self) -> bool:
        """Whether this is NumPy's memory."""
        return self.name == "numpy"

    @property
    def xp(self) -> ModuleType:
        """Functions of the standard."""
        return importlib.import_module(self.name)

    def array(self, x: Any) -> Floats:
        """An array here, copied where it lives elsewhere or must not be written to."""
        own = to_numpy(x)
        if self.is_host:
            return own
        writable = np.require(own, requirements=["C", "W"])
        return cast(Floats, self.xp.asarray(writable, device=self.device))

    def moved(self, own: T) -> T:
        """A frozen object, or several of them, with its arrays of floats and of bits here.

        Positions stay in NumPy, where they are looked up.
        """
        if isinstance(own, tuple | list):
            return cast(T, type(own)(self.moved(each) for each in own))
        if is_dataclass(own) and not isinstance(own, type):
            made = {f.name: self.moved(getattr(own, f.name)) for f in fields(own) if f.init}
            return replace(own, **made)
        if isinstance(own, np.ndarray):
            return own if own.dtype.kind == "i" else cast(T, self.array(own))
        return cast(T, self.array(own)) if is_elsewhere(own) else own


#: NumPy's memory.
HOST = Place()


def largest(x: Floats, least: float) -> float:
    """The largest number of an array, or ``least`` where that is larger."""
    return max(least, float(namespace(x).max(x))) if 0 not in x.shape else least


def largest_in_rows(x: Floats, least: float) -> Floats:
    """The largest number of every row of (p, k), or ``least`` where that is larger; (p,)."""
    if isinstance(x, np.ndarray):
        return cast(Floats, x.max(axis=1, initial=least))
    xp = namespace(x)
    if x.shape[1] == 0:
        return cast(Floats, xp.sum(x, axis=1) + least)
    return cast(Floats, xp.maximum(xp.max(x, axis=1), least))


def smallest(x: Floats, most: float) -> float:
    """The smallest number of an array, or ``most`` where that is smaller."""
    return min(most, float(namespace(x).min(x))) if 0 not in x.shape else most


def rows_at(x: Floats, at: Index) -> Floats:
    """Rows of an array in some positions, which are NumPy's."""
    if isinstance(x, np.ndarray):
        return x[at]
    xp = namespace(x)
    return cast(Floats, xp.take(x, Place.of(x).array(at), axis=0))


def with_rows(x: Floats, at: Index, rows: Floats) -> Floats:
    """A copy of an array with other rows in some positions, which are NumPy's."""
    if isinstance(x, np.ndarray):
        made = x.copy()
        made[at] = rows
        return made
    source = np.arange(x.shape[0])
    source[at] = x.shape[0] + np.arange(at.size)
    return rows_at(namespace(x).concat([x, rows]), source)


def single(x: Floats) -> Floats:
    """The same numbers in single precision."""
    xp = namespace(x)
    return cast(Floats, xp.astype(x, xp.float32)) if xp is not np else x.astype(np.float32)


def log_ndtr(z: Floats) -> Floats:
    """Logarithm of the standard normal distribution function."""
    return _special("log_ndtr", z)


def erfcx(z: Floats) -> Floats:
    """``exp(z^2) erfc(z)``, without overflow."""
    return _special("erfcx", z)


def weighted_sum(weights: Floats, values: Floats) -> Floats:
    """``sum_a weights[a] * values[p, a]`` of arrays (A, k) and (p, A, k); (p, k)."""
    if isinstance(values, np.ndarray):
        return np.einsum("ak,pak->pk", weights, values)
    return cast(Floats, namespace(values).sum(weights[None, ...] * values, axis=1))


def cholesky(A: Floats) -> Floats:
    """Lower triangular R with ``A = R R^T``, of one matrix or a stack of them.

    numpy.linalg.LinAlgError where rounding has made one indefinite.
    """
    xp = namespace(A)
    try:
        with _outspoken(xp):
            return cast(Floats, xp.linalg.cholesky(A))
    except Exception as error:  # every library has an error of its own
        if "LinAlgError" in type(error).__name__:
            raise np.linalg.LinAlgError(str(error)) from error
        raise


def cholesky_each(A: Floats) -> Floats:
    """As :func:`cholesky` of a stack, not a number for those that are indefinite."""
    with suppress(np.linalg.LinAlgError):
        return cholesky(A)
    roots = []
    for i in range(A.shape[0]):
        roots.append(A[i, ...] * float("nan"))
        with suppress(np.linalg.LinAlgError):
            roots[-1] = cholesky(A[i, ...])
    return cast(Floats, namespace(A).stack(roots))


def upper_root(A: Floats) -> Floats:
    """Upper triangular U with ``A = U^T U``, whose lower part means nothing; A is overwritten.

    numpy.linalg.LinAlgError where rounding has made A indefinite.
    """
    if isinstance(A, np.ndarray):
        return scipy.linalg.cho_factor(A, overwrite_a=True, check_finite=False)[0]
    return cholesky(A).mT


def root_solve(U: Floats, b: Floats) -> Floats:
    """``(U^T U)^-1 b`` for numbers b (k,)."""
    if isinstance(U, np.ndarray):
        return scipy.linalg.cho_solve((U, False), b, check_finite=False)
    return _triangular(U, solve_lower(U, b[:, None]), upper=True)[:, 0]


def solve_lower(U: Floats, b: Floats) -> Floats:
    """``U^-T b`` with U upper triangular and columns b (..., k, n)."""
    if isinstance(U, np.ndarray):
        return scipy.linalg.solve_triangular(U, b, trans=1, check_finite=False)
    return _triangular(U.mT, b, upper=False)


def _triangular(R: Floats, b: Floats, *, upper: bool) -> Floats:
    """``R^-1 b`` outside NumPy; by elimination where a library knows of no triangles."""
    xp = namespace(R)
    if xp.__name__.endswith("torch"):
        return cast(Floats, xp.linalg.solve_triangular(R, b, upper=upper))
    return cast(Floats, xp.linalg.solve(R, b))


def _outspoken(xp: ModuleType) -> AbstractContextManager[None]:
    """CuPy factors an indefinite matrix without a word, unless it is told to."""
    if not xp.__name__.endswith("cupy"):
        return nullcontext()
    return cast(
        AbstractContextManager[None], importlib.import_module("cupyx").errstate(linalg="raise")
    )


def _special(name: str, z: Floats) -> Floats:
    """A function of SciPy's ``special``; by way of NumPy where a library has none."""
    if isinstance(z, np.ndarray | np.generic):
        return cast(Floats, getattr(scipy.special, name)(z))
    known = _SPECIAL.get(namespace(z).__name__)
    if known is not None:
        return cast(Floats, getattr(importlib.import_module(known), name)(z))
    return Place.of(z).array(getattr(scipy.special, name)(to_numpy(z)))


@cache
def _is_precise(xp: ModuleType, device: Any) -> bool:
    return "float64" in xp.__array_namespace_info__().dtypes(device=device)


@cache
def _compat() -> ModuleType:
    """The package that makes other libraries speak the standard."""
    return require("array_api_compat", "array-api", "computing on arrays other than NumPy's")
