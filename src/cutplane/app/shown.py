"""Which suggestions people have looked at: the server's own word, whatever a form says later."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutplane.app.why import Suggestion

#: Remembered at once; of more, the oldest is forgotten. People have one question at a time.
_MOST = 10_000


class ShownSuggestions:
    """Suggestions by person and row, until they are answered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shown: OrderedDict[tuple[str, int], Suggestion] = OrderedDict()

    def add(self, who: str, row: int, suggestion: Suggestion) -> None:
        """Somebody sees a suggestion now."""
        with self._lock:
            self._shown[who, row] = suggestion
            self._shown.move_to_end((who, row))
            if len(self._shown) > _MOST:
                self._shown.popitem(last=False)

    def get(self, who: str, row: int) -> Suggestion | None:
        """What somebody saw for a row, None for nothing."""
        with self._lock:
            return self._shown.get((who, row))
