"""The page's acts: answers are recorded, what is refused is kept, and the next question comes."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from cutplane.errors import JournalError
from label_server import site_of


@pytest.fixture
def site(tmp_path):
    with site_of(tmp_path) as site:
        yield site


@pytest.fixture
def ada(site):
    return site.visitor()


def row_of(reply):
    return int(re.search(r'name="row" value="(\d+)"', reply.text)[1])


def test_an_answer_is_recorded_and_the_next_question_comes_with_the_reply(site, ada):
    first = row_of(ada.get("/question"))
    fields = {"row": first, "label": "bee", "comment": "sure", "seconds": "2.5"}
    reply = ada.post("/answer", fields)
    assert reply.status == 200
    assert "<html" not in reply.text
    assert row_of(reply) != first
    (given,) = site.project.desk.given(first)
    assert (given.who, given.label, given.comment, given.seconds) == ("Ada", "bee", "sure", 2.5)


def test_without_a_script_the_browser_is_led_to_the_page(site, ada):
    first = row_of(ada.get("/"))
    reply = ada.post("/answer", {"row": first, "label": "ant"}, fragment=False)
    assert (reply.status, reply.headers["Location"]) == (303, "/")
    page = ada.get("/")
    assert "<html" in page.text
    assert row_of(page) != first


def test_looking_again_shows_the_same_question(ada):
    rows = {row_of(ada.get(path)) for path in ("/", "/question", "/", "/question")}
    assert len(rows) == 1


def test_what_was_sent_twice_is_recorded_once(site, ada):
    first = row_of(ada.get("/question"))
    replies = [ada.post("/answer", {"row": first, "label": "ant"}) for _ in range(3)]
    assert {reply.status for reply in replies} == {200}
    assert len({row_of(reply) for reply in replies}) == 1
    assert site.project.desk.n_given == 1


@pytest.mark.parametrize("fragment", [True, False])
def test_what_is_refused_is_shown_again_with_what_was_typed(site, ada, fragment):
    first = row_of(ada.get("/question"))
    fields = {"row": first, "label": "wasp <b>", "comment": "so much <i>text</i>"}
    reply = ada.post("/answer", fields, fragment=fragment)
    assert reply.status == 422
    assert row_of(reply) == first
    assert "so much &lt;i&gt;text&lt;/i&gt;" in reply.text
    assert "<b>" not in reply.text
    assert ("<html" in reply.text) != fragment
    assert site.project.desk.n_given == 0


def test_a_class_may_be_typed_in_the_field_for_others(tmp_path):
    with site_of(tmp_path, classes=()) as site:
        ada = site.visitor()
        first = row_of(ada.get("/question"))
        assert ada.post("/answer", {"row": first, "label": "", "other": "moth"}).status == 200
        assert site.project.desk.standing == {first: "moth"}


def test_skip_unknown_comment_and_undo(site, ada):
    rows = [row_of(ada.get("/question"))]
    for act in ("/skip", "/unknown"):
        reply = ada.post(act, {"row": rows[-1]})
        assert reply.status == 200
        rows.append(row_of(reply))
    assert [one.kind for one in site.project.desk.all_given()] == ["skip", "unknown"]
    reply = ada.post("/comment", {"row": rows[-1], "comment": "blurred"})
    assert row_of(reply) == rows[-1]
    assert [one.text for one in site.project.desk.comments(rows[-1])] == ["blurred"]
    ada.post("/undo")
    reply = ada.post("/undo")
    assert reply.status == 200
    assert "Taken back" in reply.text
    assert row_of(reply) == rows[1]


def test_undo_of_nothing_says_so(ada):
    reply = ada.post("/undo")
    assert reply.status == 200
    assert "Nothing is left to undo" in reply.text


@pytest.mark.parametrize("error", [JournalError("the disk is full"), OSError(28, "No space left")])
def test_a_disk_that_is_full_loses_nothing_that_was_typed(site, ada, error, monkeypatch):
    first = row_of(ada.get("/question"))
    fields = {"row": first, "label": "ant", "comment": "a long thought"}

    def full(events):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(site.project.log, "append", full)
        told = ada.post("/answer", fields)
        page = ada.post("/answer", fields, fragment=False)
    assert (told.status, page.status) == (503, 503)
    assert "data-notice-text" in told.text
    assert "a long thought" in page.text
    assert row_of(page) == first
    assert site.project.desk.n_given == 0
    assert ada.post("/answer", fields).status == 200
    assert site.project.desk.n_given == 1


def test_a_database_that_went_away_is_said_and_comes_back(site, ada):
    row = row_of(ada.get("/question"))

    def gone(*_):
        raise OperationalError("SELECT secret", {}, Exception("no such host"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site.project.people, "of_token", gone)
        for reply in (ada.get("/"), ada.get("/question"), ada.post("/answer", {"row": row})):
            assert reply.status == 503
            assert "secret" not in reply.text
            assert "try again" in reply.text
    assert row_of(ada.get("/question")) == row


def test_two_people_are_asked_different_rows(site, ada):
    bob = site.person("Bob", "label")
    assert row_of(ada.get("/question")) != row_of(bob.get("/question"))


def test_suggestions_are_off_by_default(ada):
    row = row_of(ada.get("/question"))
    assert ada.post(f"/suggestion/{row}").status == 403


def test_a_suggestion_is_shown_for_the_open_question_and_recorded(tmp_path):
    with site_of(tmp_path, suggest="key", blind=0.5) as site:
        ada, rules = site.visitor(), site.project.rules
        rows, seen = [row_of(ada.get("/question"))], {True: 0, False: 0}
        for _ in range(12):
            row = rows[-1]
            reply = ada.post(f"/suggestion/{row}")
            assert reply.status == (403 if rules.is_blind(row) else 200)
            reply = ada.post("/answer", {"row": row, "label": "ant" if row % 7 < 3 else "bee"})
            (given,) = site.project.desk.given(row)
            assert given.blind == rules.is_blind(row)
            assert not (given.blind and given.shown == "before")
            seen[given.shown == "before"] += 1
            rows.append(row_of(reply))
        other = next(row for row in range(40) if row not in rows)
        assert ada.post(f"/suggestion/{other}").status == 403
        assert seen[False] > 0


def test_values_are_read_and_their_range_is_checked(tmp_path):
    with site_of(tmp_path, task="regression", classes=(), low=0.0, high=10.0) as site:
        ada = site.visitor()
        first = row_of(ada.get("/question"))
        for text in ("11", "-1", "nan", "inf", "1e999", "", "ten"):
            assert ada.post("/answer", {"row": first, "label": text}).status == 422
        assert ada.post("/answer", {"row": first, "label": "2,5"}).status == 200
        assert site.project.desk.standing == {first: 2.5}


def test_figures_why_and_pages(ada):
    row = row_of(ada.get("/question"))
    for path in ("/figures", f"/why/{row}"):
        reply = ada.get(path, {"X-Fragment": "1"})
        assert reply.status == 200
        assert "<html" not in reply.text
    for path in (f"/why/{row}", "/answers", "/grid", "/downloads", "/team"):
        reply = ada.get(path)
        assert reply.status == 200
        assert "<html" in reply.text
