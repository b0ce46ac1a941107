"""What a request is refused with: a status and one sentence, which the visitor reads."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A request that is not answered as it wants.

    Attributes
    ----------
    status : int
        Of HTTP, 400 or more.
    sentence : str
        What arrived, what was expected, what to try.
    headers : mapping of str to str
        Besides those of every reply, such as ``Retry-After``.
    """

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None):
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, dict(headers or {})
