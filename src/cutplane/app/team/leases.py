"""Who has which row in front of them, so that nobody else is asked it meanwhile."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from cutplane.app.team.database import Database
from cutplane.app.team.team_tables import LEASES
from cutplane.errors import InvalidInputError


class Leases:
    """Rows that people hold for a while; everybody holds one at most.

    Leases run out by the database's clock. Taking one waits for no disk: a lease that a dying
    machine loses costs a question that is asked twice.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database):
        self.database = database

    def take(self, rows: Sequence[int], who: str, *, seconds: float = 600.0) -> int | None:
        """The first row that nobody else holds, held from now on in the place of another.

        Parameters
        ----------
        rows : sequence of int
            Best first.
        who : str
            One's own lease may be taken again, from now on.
        seconds : float, default=600
            How long, positive.

        Returns
        -------
        int or None
            None where others hold all of them; an own lease stays as it was.
        """
        if not 0 < seconds < math.inf:
            raise InvalidInputError(f"a lease of {seconds!r} seconds arrived; give more than 0")
        now, own = self.database.now, LEASES.c.who == who
        with self.database.changing(is_lasting=False) as connection:
            others = sa.select(LEASES.c.pool_row).where(LEASES.c.until > now, ~own)
            taken = set(connection.scalars(others))
            free = (int(row) for row in rows if int(row) not in taken)
            if (first := next(free, None)) is not None:
                connection.execute(LEASES.delete().where(own))
                values = {"who": who, "pool_row": first, "until": now + float(seconds)}
                connection.execute(LEASES.insert().values(**values))
        return first

    def held(self, who: str) -> int | None:
        """The row that somebody holds."""
        own = sa.select(LEASES.c.pool_row).where(LEASES.c.who == who, self._is_running)
        with self.database.reading() as connection:
            return connection.scalar(own)

    def release(self, who: str) -> None:
        """Let others have the row that somebody holds, if any."""
        with self.database.changing(is_lasting=False) as connection:
            connection.execute(LEASES.delete().where(LEASES.c.who == who))

    def all(self) -> Mapping[int, str]:
        """Who holds which row, by row."""
        running = LEASES.select().where(self._is_running).order_by(LEASES.c.pool_row)
        with self.database.reading() as connection:
            return {row.pool_row: row.who for row in connection.execute(running)}

    @property
    def _is_running(self) -> sa.ColumnElement[bool]:
        return LEASES.c.until > self.database.now
