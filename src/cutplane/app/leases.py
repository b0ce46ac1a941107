"""Who has which row in front of them, so that nobody else is asked it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cutplane.app.database import Database


class Leases:
    """Rows that people hold for a while; everybody holds one at most.

    Leases run out by the database's clock.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database):
        self.database = database

    def take(
        self,
        rows: Sequence[int],
        who: str,
        *,
        seats: Mapping[int, int] | None = None,
        seconds: float = 600.0,
    ) -> int | None:
        """The first row with a free seat, held from now on in the place of another.

        Parameters
        ----------
        rows : sequence of int
            Best first.
        who : str
            One's own lease takes no seat: it may be taken again, from now on.
        seats : mapping of int to int, optional
            How many people may hold a row at once; one where nothing is said.
        seconds : float, default=600
            How long, positive.

        Returns
        -------
        int or None
            None where others hold all of them; an own lease stays as it was.
        """
        raise NotImplementedError

    def held(self, who: str) -> int | None:
        """The row that somebody holds."""
        raise NotImplementedError

    def release(self, who: str) -> None:
        """Let others have the row that somebody holds, if any."""
        raise NotImplementedError

    def all(self) -> Mapping[int, tuple[str, ...]]:
        """Who holds which row, by row."""
        raise NotImplementedError
