"""Two servers of one team, on one PostgreSQL database: the same answers, people and questions."""

import re

import pytest

from cutplane.app.setup.project import open_project
from label_server import options_of, running, write_table


def row_of(reply):
    return int(re.search(r'name="row" value="(\d+)"', reply.text)[1])


@pytest.fixture
def sites(tmp_path, team):
    """Ada's server and Ben's; each is the admin of one."""
    table = write_table(tmp_path)
    one, two = (options_of(table, journal=team, annotator=name) for name in ("Ada", "Ben"))
    with open_project(one) as ada_s, running(ada_s) as first:
        ada_s.people.add("Ben", "admin")
        with open_project(two) as ben_s, running(ben_s) as second:
            yield first, second


@pytest.mark.slow
def test_what_one_is_told_the_other_knows(sites):
    first, second = sites
    token = first.project.people.add("Cid", "label")
    here, there = first.visitor(token), second.visitor(token)
    row = row_of(here.get("/question"))
    assert row_of(there.get("/question")) == row  # whoever is asked goes on elsewhere
    assert row_of(second.visitor().get("/question")) != row
    assert here.post("/answer", {"row": row, "label": "bee"}).status == 200
    second.project.desk.follow()
    assert second.project.desk.standing == {row: "bee"}
    assert there.post("/answer", {"row": row, "label": "bee"}).status == 200  # sent again
    assert second.project.desk.n_given == 1
    assert there.post("/undo").status == 200
    first.project.desk.follow()
    assert first.project.desk.standing == {}
    assert first.visitor().post("/team/revoke", {"name": "Cid"}, fragment=False).status == 200
    assert there.get("/question").status == 401


@pytest.mark.slow
def test_a_database_that_stops_loses_nothing(sites, postgres):
    first, _ = sites
    visitor = first.visitor()
    row = row_of(visitor.get("/question"))
    fields = {"row": row, "label": "ant", "comment": "a long thought"}
    postgres.stop()
    try:
        told = visitor.post("/answer", fields)
        page = visitor.get("/")
    finally:
        postgres.start()
    assert (told.status, page.status) == (503, 503)
    assert "p/a:s" not in told.text + page.text
    assert visitor.post("/answer", fields).status == 200
    assert first.project.desk.n_given == 1
