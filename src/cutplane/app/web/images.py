"""Pictures of rows: files below the table's folder, opened once and judged by what they hold."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cutplane.app.web.refusals import Refusal

#: First bytes, and what they are. SVG is a document that runs scripts, and none of them.
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_HEAD = 30
# Neither waits for the other end of a pipe, nor becomes the terminal of the process, nor follows
# a link; what a system does not have is left out there.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
)


@dataclass(frozen=True)
class Image:
    """A picture.

    Attributes
    ----------
    content : bytes
    kind : str
        Media type.
    """

    content: bytes
    kind: str


def read_image(folder: Path, path: str, most: int) -> Image:
    """Read a picture below a folder.

    Every part of the path is opened from the folder before it and no link is followed, so that
    nothing can be exchanged between a check and the use. A hard link is a file of the folder as
    any other: who could make it owns or may write the file.

    Parameters
    ----------
    folder : Path
    path : str
        As the table has it: from the folder on, or the whole path of a file below it.
    most : int
        Bytes.

    Returns
    -------
    Image

    Raises
    ------
    Refusal
        404 where there is no such file below the folder, 413 where it is larger, 415 where it is
        none of PNG, JPEG, GIF, WebP and BMP.
    """
    descriptor = _opened(folder, _parts(folder, path))
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        raise _missing()
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(most + 1) if about.st_size <= most else None
    if content is None or len(content) > most:
        raise Refusal(413, f"the picture is larger than {most // 2**20} MB; make it smaller")
    kind = kind_of(content[:_HEAD])
    if kind is None:
        raise Refusal(415, "the file is no picture; give PNG, JPEG, GIF, WebP or BMP")
    return Image(content, kind)


def kind_of(head: bytes) -> str | None:
    """Media type of a picture by its first 30 bytes; None for everything else."""
    for first, kind in _KINDS:
        if head.startswith(first):
            return kind
    if head[:4] == b"RIFF" and head[8:15] == b"WEBPVP8":
        return "image/webp"
    # "BM" begins many a text: a bitmap also has two zero fields and a header of a known size.
    is_bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    if is_bitmap and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return "image/bmp"
    return None


def _parts(folder: Path, path: str) -> tuple[str, ...]:
    """Names from the folder on; Refusal for a path that leads elsewhere."""
    given = PurePosixPath(path.strip().replace("\\", "/"))
    whole = PurePosixPath(folder.absolute().as_posix())
    if given.is_relative_to(whole):
        given = given.relative_to(whole)
    is_outside = given.is_absolute() or ".." in given.parts or not given.parts
    if is_outside or (os.name == "nt" and ":" in path):  # drives, and streams of files
        raise _missing()
    return given.parts


def _opened(folder: Path, parts: tuple[str, ...]) -> int:
    """Descriptor of a file, each folder on the way opened from the one before."""
    try:
        if os.open not in os.supports_dir_fd:
            return _opened_by_name(folder, parts)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts[:-1]:
            try:
                deeper = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=held)
            finally:
                os.close(held)
            held = deeper
        try:
            return os.open(parts[-1], _FLAGS, dir_fd=held)
        finally:
            os.close(held)
    except (OSError, ValueError) as error:
        raise _missing() from error


def _opened_by_name(folder: Path, parts: tuple[str, ...]) -> int:
    """As ``_opened``, on Windows: what was opened is what the checked name leads to."""
    path = folder.joinpath(*parts).resolve(strict=True)
    if not path.is_relative_to(folder.resolve(strict=True)):
        raise FileNotFoundError(str(path))
    descriptor = os.open(path, _FLAGS)
    if not os.path.samestat(os.fstat(descriptor), os.lstat(path)):
        os.close(descriptor)
        raise FileNotFoundError(str(path))
    return descriptor


def _missing() -> Refusal:
    return Refusal(
        404,
        "there is no such file below the table's folder; pictures lie there, links are not "
        "followed and nothing is fetched from elsewhere",
    )
