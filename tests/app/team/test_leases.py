"""Leases: nobody gets a row that somebody else has, in one process or in eight."""

import os

import pytest
import sqlalchemy as sa

from children import in_child
from cutplane.app.team.database import Database
from cutplane.app.team.leases import Leases
from cutplane.app.team.team_tables import LEASES
from cutplane.errors import InvalidInputError


@pytest.fixture
def leases(database):
    return Leases(database)


def test_the_first_free_row_is_held(leases):
    assert leases.take([5, 3, 8], "ada") == 5
    assert leases.take([5, 3, 8], "bo") == 3
    assert leases.held("ada") == 5
    assert leases.all() == {3: "bo", 5: "ada"}
    assert leases.take([5, 3], "cy") is None
    assert leases.held("cy") is None


def test_everybody_holds_one_row(leases):
    leases.take([5], "ada")
    assert leases.take([7, 5], "ada") == 7
    assert leases.take([5], "bo") == 5
    assert leases.all() == {5: "bo", 7: "ada"}


def test_an_own_lease_is_renewed_and_stays_where_nothing_is_free(leases, database):
    assert leases.take([5], "ada", seconds=60) == 5
    assert leases.take([5], "ada", seconds=600) == 5
    with database.reading() as connection:
        until, now = connection.execute(sa.select(LEASES.c.until, database.now)).one()
    assert 590 < until - now <= 600
    leases.take([9], "bo")
    assert leases.take([9], "ada") is None
    assert leases.held("ada") == 5


def test_a_released_row_is_free(leases):
    leases.take([5], "ada")
    leases.release("ada")
    leases.release("ada")
    assert leases.all() == {}
    assert leases.take([5], "bo") == 5


def test_leases_run_out_and_come_back(leases, database):
    leases.take([5], "ada", seconds=600)
    with database.changing() as connection:
        connection.execute(LEASES.update().values(until=database.now - 0.001))
    assert leases.held("ada") is None
    assert leases.all() == {}
    assert leases.take([5], "bo") == 5


def test_the_clock_of_the_machine_does_not_matter(leases, monkeypatch):
    for skew in (-1e6, 1e6):
        monkeypatch.setattr("time.time", lambda skew=skew: 1.7e9 + skew)
        assert leases.take([5], "ada") == 5
        assert leases.take([5], "bo") is None


def test_times_that_are_none_are_refused(leases):
    for seconds in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InvalidInputError, match="seconds arrived"):
            leases.take([5], "ada", seconds=seconds)


def test_names_are_values_and_no_sql(leases):
    name = "'; DELETE FROM cutplane_leases; --"
    leases.take([1], "ada")
    assert leases.take([1, 2], name) == 2
    assert leases.all() == {1: "ada", 2: name}
    leases.release("%")
    assert len(leases.all()) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_eight_processes_never_hold_a_row_twice(where):
    """Everybody takes what is best, in the same order, until nothing is left."""
    Database.beside(where).close()

    def working(who):
        with Database.beside(where) as database:
            number = 0
            while Leases(database).take(range(96), f"{who}{number}") is not None:
                number += 1

    for child in [in_child(lambda who=who: working(who)) for who in "abcdefgh"]:
        os.waitpid(child, 0)
    with Database.beside(where) as database:
        held = Leases(database).all()
    assert list(held) == list(range(96))
    assert len({who[0] for who in held.values()}) > 1
