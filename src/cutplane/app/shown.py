"""Who has looked at the suggestion for which row, and so may be told more about it."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

#: Remembered at once; of more, the oldest is forgotten. People have one question at a time.
_MOST = 10_000


class ShownSuggestions:
    """Pairs of person and row; the desk records them, this is for what is shown beside."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shown: OrderedDict[tuple[str, int], None] = OrderedDict()

    def add(self, who: str, row: int) -> None:
        """Somebody sees a suggestion now."""
        with self._lock:
            self._shown[who, row] = None
            self._shown.move_to_end((who, row))
            if len(self._shown) > _MOST:
                self._shown.popitem(last=False)

    def has(self, who: str, row: int) -> bool:
        """Whether somebody saw one."""
        with self._lock:
            return (who, row) in self._shown
