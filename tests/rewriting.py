"""Files of the project opened up and closed again, with a digest that fits what they now hold."""

import json

import numpy as np

from cutplane.npz import digest


def contents(path):
    """Arrays and metadata of a file that ``write_archive`` wrote."""
    with np.load(path) as file:
        arrays = dict(file)
    metadata = json.loads(arrays.pop("metadata").tobytes())
    del arrays["digest"]
    return arrays, metadata


def rewritten(path, arrays, metadata):
    """Write other contents, as somebody would who edits files on purpose."""
    text = json.dumps(metadata).encode()
    members = arrays | {"metadata": np.frombuffer(text, dtype=np.uint8)}
    np.savez(path, **members, digest=digest(members))
