"""All answers: one's own are corrected and taken back, those who review decide, many at once."""

import re

import pytest

from label_server import site_of


@pytest.fixture
def site(tmp_path):
    with site_of(tmp_path) as site:
        yield site


def answered(visitor, label="ant"):
    """A row that somebody has answered."""
    row = int(re.search(r'name="row" value="(\d+)"', visitor.get("/question").text)[1])
    assert visitor.post("/answer", {"row": row, "label": label}).status == 200
    return row


def change(visitor, row, act, **fields):
    return visitor.post(f"/answers/{row}/{act}", fields, fragment=False)


def test_an_own_answer_is_corrected_and_taken_back(site):
    bob = site.person("Bob", "label")
    row = answered(bob)
    reply = change(bob, row, "correct", label="bee", comment="looked again", back="text=note")
    assert reply.status == 303
    assert reply.headers["Location"].startswith("/answers?")
    assert "text=note" in reply.headers["Location"]
    assert site.project.desk.standing == {row: "bee"}
    assert change(bob, row, "withdraw").status == 303
    assert site.project.desk.standing == {}


def test_nobody_corrects_the_answer_of_another(site):
    bob, eve = site.person("Bob", "label"), site.person("Eve", "label")
    row = answered(bob)
    for act in ("correct", "withdraw"):
        assert change(eve, row, act, label="bee").status == 422
    assert change(eve, row, "decide", label="bee").status == 403
    assert site.project.desk.standing == {row: "ant"}


def test_who_reviews_decides(site):
    bob, rex = site.person("Bob", "label"), site.person("Rex", "review")
    row = answered(bob)
    assert change(rex, row, "decide", label="bee").status == 303
    assert site.project.desk.standing == {row: "bee"}
    assert [one.label for one in site.project.desk.given(row)] == ["ant"]


def test_pages_lead_where_one_may_go_and_nowhere_else(site):
    for role in ("label", "review", "admin"):
        visitor = site.person(f"{role}er", role)
        paths = re.findall(r'<li><a href="([^"]+)"', visitor.get("/").text)
        assert {visitor.get(path).status for path in paths} == {200}
        assert ("/team" in paths) == (role != "label")


def test_who_labels_sees_the_own_answers_only(site):
    bob, rex = site.person("Bob", "label"), site.person("Rex", "review")
    row = answered(bob)
    answered(site.visitor())
    line = f"Line {site.project.table.lines[row]}"
    assert "1 row" in bob.get("/answers?who=Ada").text
    assert line in bob.get("/answers?who=Ada").text
    assert "2 rows" in rex.get("/answers").text


def test_the_way_back_leads_nowhere_else(site):
    ada = site.visitor()
    row = answered(ada)
    for back in (
        "//evil.example",
        "https://evil.example/",
        "text=a%0d%0aSet-Cookie:%20x=1",
        "\r\nLocation: //evil.example",
        "only=nothing",
        "?page=99999",
        "text=%FF",
    ):
        reply = change(ada, row, "correct", label="bee", back=back)
        assert reply.status in (303, 400)
        location = reply.headers["Location"] or "/answers"
        assert location.startswith("/answers")
        assert "\n" not in location
        assert "Set-Cookie" not in reply.headers


def test_a_label_that_is_none_is_refused_on_the_list(site):
    ada = site.visitor()
    row = answered(ada)
    reply = change(ada, row, "correct", label="wasp")
    assert reply.status == 422
    assert "wasp" in reply.text
    assert site.project.desk.standing == {row: "ant"}


def test_many_rows_are_answered_at_once(site):
    ada = site.visitor()
    reply = ada.post("/grid", {"rows": [3, 5, 8], "label": "bee"}, fragment=False)
    assert (reply.status, reply.headers["Location"]) == (303, "/grid")
    assert site.project.desk.standing == {3: "bee", 5: "bee", 8: "bee"}
    ada.post("/undo")
    assert site.project.desk.standing == {}


def test_rows_that_are_none_are_refused_together(site):
    for rows in ([], [1, 1], [1, 99], ["x"], [-1]):
        fields = {"rows": rows, "label": "bee"}
        assert site.visitor().post("/grid", fields, fragment=False).status == 422
    assert site.project.desk.n_given == 0
