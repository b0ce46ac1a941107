"""Numbers for the texts of tasks: a language model that is loaded when the first one is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.errors import InvalidInputError

#: From texts to their vectors (n, d).
TextEncoder = Callable[[Sequence[str]], NDArray[np.floating]]


class Texts:
    """Makes numbers of texts, one caller at a time.

    Parameters
    ----------
    load : callable
        Gives the encoder; called once, when there is a text.
    """

    def __init__(self, load: Callable[[], TextEncoder]):
        self._load, self._turn = load, Lock()
        self._encode: TextEncoder | None = None

    def vectors(self, texts: Sequence[str | None]) -> tuple[Array, list[str]]:
        """A row of numbers for each text, NaN where there is none, and why.

        Returns
        -------
        vectors : ndarray of shape (n, d)
            d is 0 where no text could be read.
        said : list of str
        """
        there = np.array([bool(text and text.strip()) for text in texts], dtype=bool)
        if not there.any():
            return np.empty((len(texts), 0)), []
        try:
            with self._turn:
                self._encode = self._encode or self._load()
                found = self._encode([text for text in texts if text and text.strip()])
        except InvalidInputError as error:
            return np.empty((len(texts), 0)), [f"Texts are left out: {error}."]
        vectors = np.full((len(texts), found.shape[1]), np.nan)
        vectors[there] = found
        return vectors, []


def cached_encoder(path: Path, model: str | None) -> TextEncoder:
    """The encoder of a language model, with the vectors it made kept in a file.

    Raises
    ------
    InvalidInputError
        The extra is missing, or the model cannot be loaded.
    """
    from cutplane.embedding import VectorCache, load_encoder  # loads torch

    return VectorCache(path, load_encoder(model)).encode
