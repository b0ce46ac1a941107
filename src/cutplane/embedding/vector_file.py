"""A file of vectors to which records are appended, each with a checksum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Metadata
from cutplane.atomic import replacing
from cutplane.errors import InvalidInputError

_FORMAT = "cutplane-vectors-2"
#: Bytes of the digest of a text, and of a checksum.
DIGEST_SIZE = 16
#: Bytes that a first line has at most.
_LONGEST_LINE = 10_000

#: By the digests of their texts.
Vectors = dict[bytes, NDArray[np.float32]]


@dataclass(frozen=True)
class VectorFile:
    """A line of JSON, and after it records: a text's digest, its vector and a checksum.

    The line holds the settings that vectors were computed with, and a checksum of its own. Those
    of records are about the settings, too: without a line that can be read they say whether
    vectors were made with the settings of today.

    Attributes
    ----------
    path : Path
    dimension : int
        Numbers of a vector.
    settings : dict
        In types that JSON knows.
    """

    path: Path
    dimension: int
    settings: Metadata

    def read(self) -> tuple[Vectors, int]:
        """The vectors, and how many records were damaged.

        A file that is not there is made. What a crash has cut short goes, and so do damaged
        records: then the file holds what is returned.

        Raises
        ------
        InvalidInputError
            The file is something else, or was made with other settings.
        OSError
            It cannot be read, or not be written.
        """
        if not self.path.exists():
            self.begin()
            return {}, 0
        if not self.path.is_file():  # a pipe would be waited for
            raise _no_vectors(self.path)
        content = self.path.read_bytes()
        body = content[len(self._line) :]
        count, cut_short = divmod(len(body), self._record.itemsize)
        records = np.frombuffer(body, dtype=self._record, count=count)
        pairs = zip(records["digest"].tolist(), records["vector"], strict=True)
        checks = records["check"].tolist()
        whole = [own for own, check in zip(pairs, checks, strict=True) if self._check(own) == check]
        has_line = content.startswith(self._line)
        if not has_line:
            self._require_own(content, n_whole=len(whole))
        vectors, n_damaged = dict(whole), count - len(whole)
        if n_damaged or cut_short or not has_line:
            self._rewrite(vectors)
        return vectors, n_damaged

    def begin(self) -> None:
        """Write a file without vectors, in the place of any other."""
        self._rewrite({})

    def append(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Add vectors: all of them, or none where the disk is full."""
        left = memoryview(self._bytes(vectors))
        with self.path.open("ab", buffering=0) as file:
            end = file.seek(0, 2)
            try:
                while left:
                    left = left[file.write(left) :]
            except BaseException:
                file.truncate(end)
                raise

    @cached_property
    def _record(self) -> np.dtype:
        digest, vector = f"V{DIGEST_SIZE}", ("<f4", (self.dimension,))
        return np.dtype([("digest", digest), ("vector", *vector), ("check", digest)])

    @cached_property
    def _key(self) -> bytes:
        return blake2b(json.dumps(self.settings).encode(), digest_size=DIGEST_SIZE).digest()

    @cached_property
    def _line(self) -> bytes:
        line = {"format": _FORMAT, **self.settings, "check": self._key.hex()}
        return (json.dumps(line) + "\n").encode()

    def _check(self, own: tuple[bytes, NDArray[np.float32]]) -> bytes:
        digest, vector = own
        hashed = blake2b(digest, digest_size=DIGEST_SIZE, key=self._key)
        hashed.update(vector.tobytes())
        return hashed.digest()

    def _bytes(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> bytes:
        records = np.empty(len(vectors), dtype=self._record)
        if vectors:
            records["digest"] = [np.void(digest) for digest in vectors]
            records["vector"] = list(vectors.values())
            pairs = zip(vectors, records["vector"], strict=True)
            records["check"] = [np.void(self._check(own)) for own in pairs]
        return records.tobytes()

    def _rewrite(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        with replacing(self.path) as file:
            file.write(self._line + self._bytes(vectors))

    def _require_own(self, content: bytes, n_whole: int) -> None:
        """Refuse a file whose first line is another one, unless it is damaged alone."""
        line, _, _ = content[:_LONGEST_LINE].partition(b"\n")
        try:
            found = json.loads(line)
            is_line = isinstance(found, dict) and found.pop("format") == _FORMAT
            check = found.pop("check")
        except (ValueError, KeyError, RecursionError):
            is_line = False
        if is_line and check == VectorFile(self.path, 0, found)._key.hex():
            for name, value in self.settings.items():
                if found.get(name) != value:
                    raise other(self.path, f"{name} {found.get(name)!r} instead of {value!r}")
        if not n_whole:
            raise _no_vectors(self.path)


def _no_vectors(path: Path) -> InvalidInputError:
    return InvalidInputError(
        f"{str(path)!r} is no file of vectors that cutplane keeps; choose another"
    )


def other(path: Path, what: str) -> InvalidInputError:
    """The error to raise where vectors were made otherwise."""
    return InvalidInputError(
        f"{str(path)!r} holds vectors made with {what}; choose another file, or delete it"
    )
