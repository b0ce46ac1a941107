"""Whatever happens to a file, it is read right or refused in a sentence of the project's own.

Bytes are changed, and so is what a file says, with a digest that fits what it says then: whoever
edits files on purpose gets predictions from them, or the sentence.
"""

import time

import numpy as np
import pytest

from cutplane.archive import read_archive, write_archive
from cutplane.errors import CutplaneError, ModelFileError
from damage import KINDS
from mutations import bytes_of, contents_of
from rewriting import contents, rewritten

#: Seconds that reading and predicting may take, on a machine that does much else.
DEADLINE = 30


@pytest.fixture(scope="module", params=KINDS)
def kind(request, tmp_path_factory):
    """A file, what reads it, and what is read."""
    make, read = KINDS[request.param]
    path = tmp_path_factory.mktemp("kind") / "file.npz"
    make().save(path)
    return path, read, read(path)


def outcome(read, path):
    """What is read, or None where the project refuses to; in bounded time."""
    begin = time.monotonic()
    try:
        return read(path)
    except CutplaneError:
        return None
    finally:
        assert time.monotonic() - begin < DEADLINE


@pytest.mark.slow
def test_changed_bytes_are_noticed(kind):
    path, read, right = kind
    content, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        path.write_bytes(bytes_of(content, rng))
        found = outcome(read, path)
        assert found is None or all(map(np.array_equal, found, right))
    path.write_bytes(content)


@pytest.mark.slow
def test_changed_fields_give_numbers_or_a_refusal(kind):
    path, read, right = kind
    content, (arrays, metadata) = path.read_bytes(), contents(path)
    rng, n_refused = np.random.default_rng(0), 0
    for _ in range(40):
        changed, own, what = contents_of(arrays, metadata, rng)
        rewritten(path, changed, own)
        found = outcome(read, path)
        n_refused += found is None
        for one, other in zip(found or (), right, strict=found is not None):
            assert one.shape == other.shape, what
            assert one.dtype.kind != "f" or np.isfinite(one).all(), what
    path.write_bytes(content)
    assert n_refused > 12


def test_archives_of_any_content_are_read_right_or_refused(tmp_path):
    """As an exported model, and pictures of a study: nothing reads more of them."""
    path, rng = tmp_path / "a.npz", np.random.default_rng(0)
    right = {"mean": np.arange(5.0), "labels": np.array(["a", "größe"]), "on": np.array(True)}
    write_archive(path, right, {"target": "größe", "levels": [1.5, None]}, what="export")
    content = path.read_bytes()
    for _ in range(400):
        path.write_bytes(bytes_of(content, rng))
        try:
            arrays, metadata = read_archive(path, what="export")
        except ModelFileError:
            continue
        assert arrays.keys() == right.keys()
        assert all(np.array_equal(arrays[name], right[name]) for name in right)
        assert metadata["levels"] == [1.5, None]
