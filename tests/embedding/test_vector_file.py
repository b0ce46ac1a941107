"""A file of vectors gives back what was put into it, and nothing else, however it is damaged."""

import os
import signal
import time

import numpy as np
import pytest

from cutplane.embedding.cache import VectorCache
from cutplane.embedding.vector_file import VectorFile
from cutplane.errors import InvalidInputError
from cutplane.locks import holding


class Lengths:
    """An encoder of one's own: numbers from the letters of a text."""

    pooling, max_length, normalize, dtype = "mean", 128, False, "float32"

    def __init__(self, slope=1.0):
        self.slope, self.seen = slope, []

    def encode(self, texts, *, batch_size=32, on_batch=None):
        self.seen += texts
        seeds = [list(text.encode()) for text in texts]
        vectors = [np.random.default_rng(seed).normal(size=5) * self.slope for seed in seeds]
        vectors = np.float32(vectors)
        if on_batch is not None:
            for begin in range(0, len(texts), batch_size):
                rows = np.arange(begin, min(begin + batch_size, len(texts)))
                on_batch(rows, vectors[rows])
        return vectors


TEXTS = [f"text {number}" for number in range(20)]


@pytest.fixture
def path(tmp_path):
    VectorCache(tmp_path / "v", Lengths()).encode(TEXTS)
    return tmp_path / "v"


def damaged(content, rng):
    """A copy with a flipped bit, a lost or a doubled piece, or an end that is missing."""
    begin, length = rng.integers(len(content)), rng.integers(1, 40)
    flipped = bytearray(content)
    flipped[begin] ^= 1 << rng.integers(8)
    piece = content[begin : begin + length]
    return [
        bytes(flipped),
        content[:begin] + content[begin + length :],
        content[:begin] + piece + content[begin:],
        content[:begin],
    ][rng.integers(4)]


@pytest.mark.filterwarnings("ignore:.*are damaged")
def test_damaged_copies_never_give_a_wrong_vector(path):
    content, rng = path.read_bytes(), np.random.default_rng(0)
    right, n_read = Lengths().encode(TEXTS), 0
    for _ in range(150):
        path.write_bytes(damaged(content, rng))
        try:
            cache = VectorCache(path, Lengths())
        except InvalidInputError:
            continue
        np.testing.assert_array_equal(cache.encode(TEXTS), right)
        assert VectorCache(path, Lengths()).n_damaged == 0  # mended, and said once
        n_read += 1
    assert n_read > 100


def test_what_is_damaged_is_said_and_embedded_again(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    encoder = Lengths()
    with pytest.warns(UserWarning, match="1 vectors in .* are damaged; their texts are embedded"):
        cache = VectorCache(path, encoder)
    assert cache.n_damaged == 1
    encoder.seen.clear()
    np.testing.assert_array_equal(cache.encode(TEXTS), Lengths().encode(TEXTS))
    assert encoder.seen == TEXTS[-1:]


def test_without_the_sentence_that_tells_the_model_all_are_lost(path):
    content = bytearray(path.read_bytes())
    content[content.index(b"\n") + 20] ^= 1
    path.write_bytes(content)
    with pytest.warns(UserWarning, match="21 vectors"):
        cache = VectorCache(path, Lengths(slope=2.0))
    np.testing.assert_array_equal(cache.encode(TEXTS), Lengths(slope=2.0).encode(TEXTS))


def test_another_model_and_other_settings_are_refused(path):
    with pytest.raises(InvalidInputError, match="another model"):
        VectorCache(path, Lengths(slope=2.0))
    encoder = Lengths()
    encoder.pooling = "last"
    with pytest.raises(InvalidInputError, match="pooling 'mean' instead of 'last'"):
        VectorCache(path, encoder)


@pytest.mark.parametrize("content", [b"", b"order,row,label\n1,2,3\n", b"[" * 100_000, bytes(999)])
def test_other_files_stay_as_they_are(path, content):
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="no file of vectors"):
        VectorCache(path, Lengths())
    assert path.read_bytes() == content


def test_a_folder_and_an_absent_folder_are_named(tmp_path):
    with pytest.raises(InvalidInputError, match="no file of vectors"):
        VectorCache(tmp_path, Lengths())
    with pytest.raises(InvalidInputError, match="cannot be written"):
        VectorCache(tmp_path / "absent" / "v", Lengths())


@pytest.mark.skipif(os.name == "nt", reason="limits as on Unix")
def test_a_full_disk_leaves_what_was_there(path):
    """The limit of a file's size stands for the disk."""
    import resource  # of Unix

    before = path.read_bytes()
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    cache = VectorCache(path, Lengths())
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 70, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            cache.encode(["more", "and more", "and more again"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_bytes() == before
    cache.encode(["more"])
    assert len(VectorCache(path, Lengths())) == len(TEXTS) + 1


@pytest.mark.skipif(os.name == "nt", reason="processes are forked and killed as on Unix")
def test_killed_while_it_appends(tmp_path):
    path, rng = tmp_path / "v", np.random.default_rng(0)
    VectorCache(path, Lengths())
    for _ in range(20):
        child = os.fork()
        if child == 0:
            try:
                VectorCache(path, Lengths()).encode(TEXTS * 100 + list(map(str, range(9999))))
            finally:
                os._exit(0)
        time.sleep(rng.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        cache = VectorCache(path, Lengths())
        assert cache.n_damaged == 0
        np.testing.assert_array_equal(cache.encode(TEXTS), Lengths().encode(TEXTS))


def test_a_second_process_is_refused(path):
    with (
        holding(path.with_name(f".{path.name}.lock")),
        pytest.raises(InvalidInputError, match=f"process {os.getpid()} is writing vectors"),
    ):
        VectorCache(path, Lengths())


def test_settings_are_part_of_what_is_checked(tmp_path):
    one, two = (VectorFile(tmp_path / "v", 2, {"pooling": how}) for how in ("mean", "last"))
    one.begin()
    one.append({b"0" * 16: np.float32([1, 2])})
    content = one.path.read_bytes()
    one.path.write_bytes(content.replace(b"mean", b"last"))
    with pytest.raises(InvalidInputError, match="no file of vectors"):
        two.read()
    vectors, n_damaged = one.read()
    assert list(vectors) == [b"0" * 16]
    assert n_damaged == 0
