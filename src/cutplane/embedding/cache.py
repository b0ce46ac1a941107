"""Vectors on disk by their text: an interrupted run goes on, and no text is embedded twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.embedding.encoder import Encoder
from cutplane.errors import InvalidInputError

_FORMAT = "cutplane-vectors-1"
_DIGEST_SIZE = 16
# Another model, or the same one trained further, gives this sentence another vector.
_PROBE = "Seventeen grey geese landed on the harbour wall, and nobody asked them why."
# Relative; another batch size or machine changes a vector by less, another model by more.
_SAME = 0.02


class VectorCache:
    """A file to which every finished batch of vectors is appended.

    It holds one line of JSON (the settings) and then records: a digest of the text and its
    vector. The first record belongs to a fixed sentence, by which a changed model is noticed. A
    record cut short by a crash is dropped. For one process at a time.

    Parameters
    ----------
    path : str or Path
        Made if it is not there.
    encoder : Encoder

    Raises
    ------
    InvalidInputError
        The file is something else, or was made with another model or other settings.
    """

    def __init__(self, path: str | Path, encoder: Encoder):
        self.path = Path(path)
        self.encoder = encoder
        probe = encoder.encode([_PROBE])
        self._settings = {
            "format": _FORMAT,
            "dimension": int(probe.shape[1]),
            "pooling": encoder.pooling,
            "max_length": encoder.max_length,
            "normalize": encoder.normalize,
            "dtype": encoder.dtype,
        }
        self._record = np.dtype([("digest", f"V{_DIGEST_SIZE}"), ("vector", "<f4", probe.shape[1])])
        try:
            if not self.path.exists():
                self.path.write_text(json.dumps(self._settings) + "\n", encoding="utf-8")
            self._vectors = self._read()
        except OSError as error:
            raise InvalidInputError(
                f"cannot use {str(path)!r} to keep vectors in: {error.strerror}"
            ) from error
        known = self._vectors.setdefault(_digest(_PROBE), probe[0])
        if np.linalg.norm(known - probe[0]) > _SAME * np.linalg.norm(probe[0]):
            raise self._other("another model")
        if len(self._vectors) == 1:
            self._append([_PROBE], probe)

    def __len__(self) -> int:
        """Texts it holds a vector of."""
        return len(self._vectors) - 1

    def encode(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 32,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Vectors of shape (n, d): those it holds, and the others from the model.

        ``on_progress`` is called after every batch with how many different texts are embedded, and
        how many are to be.
        """
        digests = [_digest(text) for text in texts]
        unseen = {d: t for d, t in zip(digests, texts, strict=True) if d not in self._vectors}
        missing = list(unseen.values())
        n_done = 0

        def keep(positions: Index, vectors: NDArray[np.float32]) -> None:
            nonlocal n_done
            self._append([missing[i] for i in positions], vectors)
            n_done += len(positions)
            if on_progress is not None:
                on_progress(n_done, len(missing))

        if missing:
            self.encoder.encode(missing, batch_size=batch_size, on_batch=keep)
        return np.stack([self._vectors[digest] for digest in digests])

    def _append(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        records = np.empty(len(texts), dtype=self._record)
        records["digest"] = [np.void(_digest(text)) for text in texts]
        records["vector"] = vectors
        with self.path.open("ab") as file:
            file.write(records.tobytes())
        self._vectors |= dict(zip(map(_digest, texts), vectors, strict=True))

    def _read(self) -> dict[bytes, NDArray[np.float32]]:
        content = self.path.read_bytes()
        header, _, body = content.partition(b"\n")
        try:
            settings = json.loads(header)
        except ValueError:
            settings = {}
        if not isinstance(settings, dict) or settings.get("format") != _FORMAT:
            raise InvalidInputError(
                f"{str(self.path)!r} is no file of vectors that cutplane keeps; choose another"
            )
        for name, value in self._settings.items():
            if settings.get(name) != value:
                raise self._other(f"{name} {settings.get(name)!r} instead of {value!r}")
        n_records, cut_short = divmod(len(body), self._record.itemsize)
        if cut_short:
            os.truncate(self.path, len(content) - cut_short)
        records = np.frombuffer(body, dtype=self._record, count=n_records)
        digests = [bytes(digest) for digest in records["digest"]]
        return dict(zip(digests, records["vector"], strict=True))

    def _other(self, what: str) -> InvalidInputError:
        return InvalidInputError(
            f"{str(self.path)!r} holds vectors made with {what}; choose another file, or delete it"
        )


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE).digest()
