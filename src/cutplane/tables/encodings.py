"""The encoding of a file of text, by its first bytes or by what fits."""

from __future__ import annotations

import codecs

from cutplane.errors import InvalidInputError
from cutplane.tables.report import Remark

# Four bytes before two: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1000


def as_utf8(file: str, data: bytes) -> tuple[bytes, tuple[Remark, ...]]:
    """A file's text in UTF-8, without a byte order mark.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    data : bytes
        In UTF-8, UTF-16, UTF-32, or else in Windows-1252 or Latin-1.

    Raises
    ------
    InvalidInputError
        It holds bytes of zero, as no text does.
    """
    while data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    encoding = _marked(data)
    if encoding is None:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            data, remark = _as_western(data, error)
        else:
            remark = ()
    else:
        data = data.decode(encoding).encode("utf-8")
        remark = (Remark("format", f"{file!r} is in {encoding.upper()}."),)
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise InvalidInputError(
            f"{file!r} is no text: line {line} holds a byte of zero; save it as CSV in UTF-8"
        )
    return data, remark


def _marked(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    # Without a mark, every other byte of western text in UTF-16 is zero.
    even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) > 0.8 * len(zeros) and others.count(0) < 0.2 * len(others):
            return encoding
    return None


def _as_western(data: bytes, error: UnicodeDecodeError) -> tuple[bytes, tuple[Remark, ...]]:
    line = data[: error.start].count(b"\n") + 1
    why = f"byte {error.start} in line {line} is not UTF-8"
    try:
        text, name = data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, name = data.decode("latin-1"), "Latin-1"
    remark = Remark("format", f"The text was read as {name}, since {why}.", (), 1, line)
    return text.encode("utf-8"), (remark,)
