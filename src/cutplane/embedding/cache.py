"""Vectors on disk by their text: an interrupted run goes on, and no text is embedded twice."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.atomic import explained
from cutplane.embedding.encoder import Encoder
from cutplane.embedding.vector_file import DIGEST_SIZE, VectorFile, other
from cutplane.errors import InvalidInputError
from cutplane.locks import Taken, holding

# Another model, or the same one trained further, gives this sentence another vector.
_PROBE = "Seventeen grey geese landed on the harbour wall, and nobody asked them why."
# Relative; another batch size or machine changes a vector by less, another model by more.
_SAME = 0.02


class VectorCache:
    """A file to which every finished batch of vectors is appended.

    Its first record belongs to a fixed sentence, by which a changed model is noticed. A record
    cut short by a crash is dropped; a damaged one is, too, with a warning, and its text embedded
    again. For one process at a time.

    Parameters
    ----------
    path : str or Path
        Made if it is not there.
    encoder : Encoder

    Attributes
    ----------
    n_damaged : int
        Records that were damaged when the file was read.

    Raises
    ------
    InvalidInputError
        The file is something else, or was made with another model or other settings.
    """

    def __init__(self, path: str | Path, encoder: Encoder):
        self.path = Path(path)
        self.encoder = encoder
        probe = encoder.encode([_PROBE])
        settings = {
            "dimension": int(probe.shape[1]),
            "pooling": encoder.pooling,
            "max_length": encoder.max_length,
            "normalize": encoder.normalize,
            "dtype": encoder.dtype,
        }
        self._file = VectorFile(self.path, probe.shape[1], settings)
        with self._alone():
            with explained(self.path):
                self._vectors, self.n_damaged = self._file.read()
            self._require_model(probe)
        if self.n_damaged:
            warnings.warn(
                f"{self.n_damaged} vectors in {str(self.path)!r} are damaged; their texts are "
                "embedded again",
                stacklevel=2,
            )

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
            with self._alone():
                self.encoder.encode(missing, batch_size=batch_size, on_batch=keep)
        return np.stack([self._vectors[digest] for digest in digests])

    def _require_model(self, probe: NDArray[np.float32]) -> None:
        """Refuse vectors of another model; without the one to know it by, all are taken as lost."""
        known = self._vectors.get(_digest(_PROBE))
        if known is None:
            self.n_damaged += len(self._vectors)
            self._vectors = {}
            self._file.begin()
            self._append([_PROBE], probe)
        elif np.linalg.norm(known - probe[0]) > _SAME * np.linalg.norm(probe[0]):
            raise other(self.path, "another model")

    def _append(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        new = dict(zip(map(_digest, texts), vectors, strict=True))
        self._file.append(new)
        self._vectors |= new

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes the file inside the block."""
        lock = self.path.with_name(f".{self.path.name}.lock")
        with ExitStack() as stack:
            try:
                with explained(self.path):
                    stack.enter_context(holding(lock, required=False))
            except Taken as error:
                raise InvalidInputError(
                    f"process {error.pid} is writing vectors to {str(self.path)!r}; wait for it, "
                    "or choose another file"
                ) from error
            yield


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_SIZE).digest()
