"""Images of tasks: where their bytes are, and numbers for them."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cutplane._types import Array
from cutplane.app.label_studio.host import Host
from cutplane.errors import InvalidInputError
from cutplane.extras import require

#: From images of any size to their vectors (n, d).
ImageEncoder = Callable[[Sequence[Image.Image]], NDArray[np.floating]]

SIDE = 16
_LARGEST_SIDE = 20_000
#: Large images fill memory.
_AT_ONCE = 32
_SHOWN = 3
_LOCAL = "/data/local-files/"


class Images:
    """Finds the images that tasks name, and makes numbers of them.

    Data addresses are read as they are, ``/data/local-files/?d=...`` from a folder on this
    machine, and other paths from the one Label Studio.

    Parameters
    ----------
    host : Host
    folder : Path, optional
        The document root of Label Studio's local files.
    encode : callable, optional
        By default 16 x 16 pixels, see :func:`pixels`.
    """

    def __init__(self, host: Host, folder: Path | None = None, encode: ImageEncoder | None = None):
        self._host, self._folder, self._encode = host, folder, encode or pixels
        self._known: dict[str, Array] = {}

    def vectors(self, addresses: Sequence[str | None]) -> tuple[Array, list[str]]:
        """A row of numbers for each image, NaN where there is none, and why.

        Returns
        -------
        vectors : ndarray of shape (n, d)
            d is 0 where no image could be read.
        said : list of str
        """
        fresh = [each for each in dict.fromkeys(addresses) if each and each not in self._known]
        said: list[str] = []
        for first in range(0, len(fresh), _AT_ONCE):
            said += self._read(fresh[first : first + _AT_ONCE])
        if len(said) > _SHOWN:
            said = [*said[:_SHOWN], f"So are {len(said) - _SHOWN} more images."]
        width = len(next(iter(self._known.values()), ()))
        empty = np.full(width, np.nan)
        rows = [self._known.get(each or "", empty) for each in addresses]
        return np.array(rows).reshape(len(addresses), width), said

    def _read(self, addresses: Sequence[str]) -> list[str]:
        """Make and keep vectors of images; says which cannot be read."""
        opened: dict[str, Image.Image] = {}
        said = []
        for address in addresses:
            try:
                opened[address] = _opened(self._content(address))
            except InvalidInputError as error:
                said.append(f"An image is left out: {error}.")
        if opened:
            self._known |= dict(zip(opened, self._encode(list(opened.values())), strict=True))
        return said

    def _content(self, address: str) -> bytes:
        if address.startswith("data:"):
            return _of_data(address)
        try:
            parts = urlsplit(address)
        except ValueError as error:
            raise InvalidInputError(f"{address[:80]!r} is no address ({error})") from error
        if parts.path == _LOCAL and not parts.netloc:
            return self._local(parse_qs(parts.query).get("d", [""])[0])
        return self._host.fetch(address)

    def _local(self, name: str) -> bytes:
        if self._folder is None:
            raise InvalidInputError(
                f"{name[:80]!r} is a local file of Label Studio; give its document root with "
                "--images"
            )
        root = self._folder.resolve()
        try:
            path = (root / name).resolve()
            if not path.is_relative_to(root):
                raise InvalidInputError(f"{name[:80]!r} is not in the folder {str(root)!r}")
            return path.read_bytes()
        except (OSError, ValueError) as error:
            if isinstance(error, InvalidInputError):
                raise
            raise InvalidInputError(f"{name[:80]!r} cannot be read ({error})") from error


def pixels(images: Sequence[Image.Image]) -> NDArray[np.floating]:
    """Each image as 16 x 16 pixels of three colours, between 0 and 1; (n, 768)."""
    small = [np.asarray(image.resize((SIDE, SIDE))) for image in images]
    return np.stack(small).reshape(len(small), -1) / 255.0


def model_encoder(model: str) -> ImageEncoder:
    """The encoder of a sentence-transformers model that reads images, such as clip-ViT-B-32.

    Raises
    ------
    InvalidInputError
        The extra is missing, or the model cannot be loaded.
    """
    library = require("sentence_transformers", "text", "embedding images")
    try:
        loaded = library.SentenceTransformer(model, local_files_only=Path(model).is_dir())
    except Exception as error:  # a damaged or foreign model can fail anywhere in the libraries
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InvalidInputError(f"cannot load the model {model!r}: {reason}") from error

    def encode(images: Sequence[Image.Image]) -> NDArray[np.floating]:
        return np.asarray(loaded.encode(list(images), show_progress_bar=False), dtype=float)

    return encode


def _of_data(address: str) -> bytes:
    head, _, body = address.partition(",")
    if not head.endswith(";base64"):
        raise InvalidInputError(f"{address[:40]!r} holds no base64")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise InvalidInputError(f"{address[:40]!r} holds no base64 ({error})") from error


def _opened(content: bytes) -> Image.Image:
    """An image of three colours; large and damaged ones are refused before memory is filled."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            found = Image.open(io.BytesIO(content))
            if max(found.size) > _LARGEST_SIDE:
                raise InvalidInputError(f"it has {found.size} pixels a side")
            return found.convert("RGB")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise InvalidInputError(f"{len(content)} bytes are no image ({error})") from error
