"""Several desks on one log, in threads at once: nothing lost, nothing doubled, all say the same."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from cutplane.active.event_log import open_log
from cutplane.app.answers.desk import Desk
from cutplane.app.answers.rules import Rules

N_ROWS, N_ACTS = 6, 8


@pytest.fixture
def desks(where):
    """Three desks: on one journal file, or each on a journal of its own in one database."""
    with ExitStack() as opened:
        is_file = not str(where).startswith("postgresql")
        first = open_log(where)
        opened.callback(first.close)
        logs = [first]
        for _ in range(2):
            log = first if is_file else open_log(where)
            opened.callback(log.close)
            logs.append(log)
        yield [Desk(log, N_ROWS, Rules()) for log in logs]


def test_three_people_at_once(desks):
    people = ("al", "bo", "cy")

    def work(desk, who):
        labels = [f"{who} {number}" for number in range(N_ACTS)]
        for number, label in enumerate(labels):
            desk.answer(number % N_ROWS, label, who)
            desk.answer(number % N_ROWS, label, who)  # a doubled click
        return desk.undo(who)

    with ThreadPoolExecutor(3) as pool:
        undone = list(pool.map(work, desks, people))
    assert [one.rows for one in undone] == [((N_ACTS - 1) % N_ROWS,)] * 3
    for desk in desks:
        desk.follow()
        assert desk.n_given == 3 * N_ACTS
        assert [one.who for one in desk.all_given()].count("bo") == N_ROWS
        for row in range(N_ROWS):
            assert {one.who for one in desk.given(row)} == set(people)
            last = row + N_ROWS if row + N_ROWS < N_ACTS - 1 else row
            assert {one.label for one in desk.given(row)} == {f"{w} {last}" for w in people}
    assert [desk.all_given() for desk in desks] == [desks[0].all_given()] * 3
    assert [desk.standing for desk in desks] == [desks[0].standing] * 3


def test_a_desk_follows_what_another_recorded(desks):
    one, other, _ = desks
    one.answer(1, "a", "al")
    other.follow()
    assert other.standing == {1: "a"}
    other.answer(1, "b", "bo")
    one.undo("al")
    other.follow()
    one.follow()
    assert one.standing == other.standing == {1: "b"}
    assert one.again("al").tolist() == other.again("al").tolist() == [1]
