"""Python values, labels and pools as arrays and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Arrays, Metadata, Rows
from cutplane.errors import InvalidInputError

#: What reading the parts of a damaged file can raise.
DAMAGE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    RecursionError,
)

#: What makes a seed sequence.
_SEEDS = ("entropy", "spawn_key", "pool_size", "n_children_spawned")


def plain(name: str, value: object) -> object:
    """A parameter in types that JSON knows."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, list | tuple):
        return {"list": [plain(name, item) for item in value], "is_tuple": type(value) is tuple}
    if isinstance(value, Mapping):
        return {"dict": [[plain(name, key), plain(name, value[key])] for key in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise InvalidInputError(
        f"{name} is a {type(value).__name__}, which cannot be stored; numbers, text and lists "
        "can: call set_params first, or use skops.io"
    )


def read(value: object) -> Any:
    """Inverse of :func:`plain`."""
    if not isinstance(value, dict):
        return value
    if "float" in value:
        return float(value["float"])
    if "dict" in value:
        return {read(key): read(each) for key, each in value["dict"]}
    items = [read(item) for item in value["list"]]
    return tuple(items) if value["is_tuple"] else items


def storable(labels: NDArray) -> tuple[NDArray, bool]:
    """Labels without Python objects, and whether they were objects."""
    if labels.dtype.kind != "O":
        return labels, False
    kinds = {type(label) for label in labels}
    simple = np.array(labels.tolist()) if len(kinds) == 1 else labels
    if simple.dtype.kind == "O":
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise InvalidInputError(
            f"labels of types {names} cannot be stored; use numbers alone, or text alone"
        )
    return simple, True


def restored_labels(stored: NDArray, metadata: Metadata) -> NDArray:
    """Inverse of :func:`storable`; ValueError for values that are no labels."""
    if stored.ndim != 1 or (stored.dtype.kind == "f" and not (np.abs(stored) < 1e151).all()):
        raise ValueError(f"labels of shape {stored.shape}, or some that are no number")
    are_objects = metadata["labels_are_objects"]
    if not isinstance(are_objects, bool):
        raise ValueError(f"labels_are_objects is {are_objects!r:.99}, expected true or false")
    return stored.astype(object) if are_objects else stored


def pool_arrays(pool: Rows) -> Arrays:
    """A dense or CSR pool as arrays."""
    arrays: Arrays = {"pool_shape": np.array(pool.shape)}
    if not sparse.issparse(pool):
        return arrays | {"pool": pool}
    parts = {"data": pool.data, "indices": pool.indices, "indptr": pool.indptr}
    return arrays | {f"pool_{name}": part for name, part in parts.items()}


def restored_pool(arrays: Mapping[str, NDArray]) -> Rows:
    """Inverse of :func:`pool_arrays`; ValueError for parts that make no pool."""
    if "pool" in arrays:
        return arrays["pool"]
    parts = tuple(arrays[f"pool_{name}"] for name in ("data", "indices", "indptr"))
    pool = sparse.csr_matrix(parts, shape=tuple(arrays["pool_shape"].tolist()))
    pool.check_format(full_check=True)
    return pool


def rng_state(rng: np.random.Generator) -> Metadata:
    """A generator with its seed sequence, which SciPy's samplers spawn from."""
    seeds = {name: getattr(rng.bit_generator.seed_seq, name) for name in _SEEDS}
    seeds["spawn_key"] = list(seeds["spawn_key"])  # as JSON gives it back
    return {"state": rng.bit_generator.state, "seeds": seeds}


def restored_rng(stored: Metadata) -> np.random.Generator:
    """Inverse of :func:`rng_state`; one of :data:`DAMAGE` for what is no state."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(**stored["seeds"])))
    rng.bit_generator.state = stored["state"]
    return rng


def with_prefix(arrays: Mapping[str, NDArray], prefix: str) -> Arrays:
    """Arrays whose names begin with a prefix, without it."""
    return {key.removeprefix(prefix): a for key, a in arrays.items() if key.startswith(prefix)}
