"""Damage of every kind to files: of their bytes, and of what they say, with a digest that fits."""

import copy
import json

import numpy as np

#: What a value of JSON becomes.
VALUES = (
    None, True, False, -1, 0, 1, 2, 7, 2**31, 2**63, 10**30, 0.5, -1e308, 1e308, 1e-320,
    float("nan"), float("inf"), -float("inf"), "", "x", "relu", "1e5", [], {}, [1], ["a", 2.5],
    {"float": "nan"}, {"float": "x"}, {"list": [1], "is_tuple": True}, {"list": 3}, "y" * 10_000,
)  # fmt: skip
#: What an entry of an array becomes.
ENTRIES = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1.0, 1e308, -1e308, 1e-310, 2.0**40, 0.5)


def bytes_of(content, rng):
    """A copy with flipped bits, or with a piece lost, doubled, moved, zeroed, or the end gone."""
    content = bytearray(content)
    kind, at = rng.integers(6), int(rng.integers(len(content)))
    length = int(rng.integers(1, 200))
    piece = content[at : at + length]
    if kind == 0:
        for place in rng.integers(len(content), size=rng.integers(1, 4)):
            content[place] ^= 1 << rng.integers(8)
    elif kind == 1:
        del content[at:]
    elif kind == 2:
        del content[at : at + length]
    elif kind == 3:
        content[at:at] = piece
    elif kind == 4:
        content[at : at + length] = bytes(len(piece))
    else:
        del content[at : at + length]
        there = int(rng.integers(len(content) + 1))
        content[there:there] = piece
    return bytes(content)


def leaves(value, path=()):
    """Paths of everything in JSON, containers too."""
    yield path
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, own in items:
        yield from leaves(own, (*path, key))


def json_of(value, rng):
    """A copy with one value changed, lost, doubled or exchanged, and what was done."""
    value = copy.deepcopy(value)
    paths = [path for path in leaves(value) if path]
    *above, key = paths[rng.integers(len(paths))]
    owner = value
    for step in above:
        owner = owner[step]
    kind = rng.integers(8)
    if kind == 0:
        del owner[key]
    elif kind == 1 and isinstance(owner, list):
        owner.append(copy.deepcopy(owner[key]))
    elif kind == 2 and isinstance(owner[key], int | float):
        owner[key] = owner[key] + int(rng.integers(-2, 3))
    else:
        owner[key] = VALUES[rng.integers(len(VALUES))]
    return value, f"{'/'.join(map(str, (*above, key)))} -> {json.dumps(owner, default=str)[:200]}"


def array_of(array, rng):
    """Another array in the place of one."""
    kind = rng.integers(8)
    if kind == 0:
        return array[:-1] if array.ndim else np.array([1.0, 2.0])
    if kind == 1:
        return np.concatenate([array, array[-1:]]) if array.ndim and array.size else array[None]
    if kind == 2:
        return array.T[..., None] if array.ndim < 2 else array.T
    if kind == 3:
        return array.astype(["f4", "i8", "U9", "?"][rng.integers(4)])
    if kind == 4:
        return np.empty(0, dtype=array.dtype)
    changed = np.array(array, dtype=float if array.dtype.kind in "iub" else array.dtype)
    changed = changed.reshape(-1)
    if changed.size:
        places = rng.integers(changed.size, size=rng.integers(1, 4))
        changed[places] = ENTRIES[rng.integers(len(ENTRIES))] if kind < 7 else changed[places][::-1]
    with np.errstate(invalid="ignore"):
        return changed.reshape(array.shape).astype(array.dtype)


def contents_of(arrays, metadata, rng):
    """Arrays and metadata of an archive with one change, and what it was."""
    names = list(arrays)
    kind = rng.integers(10)
    if not names or kind < 5:
        metadata, what = json_of(metadata, rng)
        return arrays, metadata, what
    name = names[rng.integers(len(names))]
    if kind == 5:
        return {k: v for k, v in arrays.items() if k != name}, metadata, f"{name} lost"
    if kind == 6:
        other = names[rng.integers(len(names))]
        swapped = {name: arrays[other], other: arrays[name]}
        return arrays | swapped, metadata, f"{name} and {other} exchanged"
    changed = array_of(arrays[name], rng)
    what = f"{name} {arrays[name].dtype}{arrays[name].shape} -> {changed.dtype}{changed.shape}"
    return arrays | {name: changed}, metadata, f"{what} {changed.reshape(-1)[:5]}"
