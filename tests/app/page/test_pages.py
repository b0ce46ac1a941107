"""Every template renders, escapes what others wrote, and has nothing inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("starlette")

from pretend import pretend_project

from cutplane.app.answers.assignments import Question
from cutplane.app.page import pages, views
from cutplane.app.page.cells import Cell
from cutplane.app.page.pages import TEMPLATES, Frame, render, sentence
from cutplane.app.page.views.team import Member, TeamView
from cutplane.tables.table import Table

EVIL = '<b onclick="x">&\'"'
STATIC = Path(pages.__file__).parent / "static"


def evil_project(**rules):
    table = Table("t", pd.DataFrame({EVIL: [EVIL, EVIL * 20], "n": [1.0, None]}))
    project = pretend_project(table, (EVIL, "plain"), guide=EVIL, **rules)
    project.desk.answer(1, EVIL, "Ada")
    project.desk.comment(1, EVIL, "Ada")
    return project


def every_view():
    """A view for every template, with what an attacker might write wherever others write."""
    project = evil_project(suggest="key", blind=0.0)
    ada = project.people.members["Ada"]
    question = Question(0, "model", False)
    message = views.Message(EVIL, "problem")
    page = views.page_view(project, question, ada, message, typed=views.Typed(EVIL, EVIL))
    member = Member(EVIL, "admin", 3, "1%", True)
    return {
        "page": page,
        "labeller": page,
        "question": page.question,
        "figures": page.figures,
        "why": views.why_view(project, 0, may_tell=True),
        "why_page": views.why_view(project, 0, may_tell=False),
        "suggestion": views.suggestion_view(0, project.trainer.suggestion(0)),
        "suggestion_page": views.suggestion_view(0, project.trainer.suggestion(0)),
        "answers": views.answers_view(project, ada, views.Filters(text=EVIL), message),
        "grid": views.grid_view(project, ada, message),
        "team": TeamView(
            (member,), EVIL, EVIL, 2, (EVIL,), EVIL, ("label", "admin"), True, message
        ),
        "downloads": views.downloads_view(project),
        "enter": views.EnterView(message),
        "invitation": views.InvitationView(EVIL, EVIL, message),
        "error": views.ErrorView(404, EVIL),
        "notice": views.ErrorView(422, EVIL),
    }


@pytest.fixture(scope="module")
def rendered():
    frame = Frame(evil_project().people.members["Ada"], EVIL, EVIL, "label")
    shown = every_view()
    assert set(shown) == set(TEMPLATES)
    assert all(type(view).__name__ == TEMPLATES[name] for name, view in shown.items())
    return {name: render(name, view, frame) for name, view in shown.items()}


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_others_wrote_is_text_and_nothing_is_inline(rendered, name):
    for tag, attributes in Tags(rendered[name]).found:
        assert tag != "style"
        assert (tag, "onclick" in attributes) != ("b", True)
        assert tag != "script" or attributes["src"] == "/static/label.js"
        assert not [one for one in attributes if one == "style" or one.startswith("on")]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_form_that_posts_carries_its_token(rendered, name):
    forms = re.findall(r'<form[^>]*method="post".*?</form>', rendered[name], re.S)
    assert all('name="csrf"' in form for form in forms if 'action="/invitation"' not in form)


@pytest.mark.parametrize("name", TEMPLATES)
def test_identifiers_are_unique(rendered, name):
    own = re.findall(r' id="([^"]+)"', rendered[name])
    assert len(own) == len(set(own))


def test_a_question_of_every_shape_renders():
    frame = Frame(None, "", "t")
    for project in (
        pretend_project(classes=None, low=0.0),
        pretend_project(classes=()),
        pretend_project(classes=[f"c{i}" for i in range(40)]),
    ):
        ada = project.people.members["Ada"]
        for question in (Question(1, "third", True), None):
            assert "<article" in render(
                "question", views.question_view(project, question, ada), frame
            )


def test_folded_text_says_how_much_there_is():
    cell = Cell("a", "long", ("begin",), ("rest",), 4000, 12)
    project = pretend_project()
    view = views.question_view(project, Question(0, "model", False), project.people.members["Ada"])
    html = render(
        "question", view.__class__(**{**vars(view), "cells": (cell,)}), Frame(None, "", "t")
    )
    assert "4,000 more characters" in html
    assert "12 characters at the end are not shown" in html


def test_errors_become_sentences():
    assert sentence("the row is gone; go on") == "The row is gone; go on."
    assert sentence("Done.") == "Done."


def test_the_style_sheet_touches_nothing_but_the_page():
    """A notebook has it too."""
    sheet = (STATIC / "style.css").read_text(encoding="utf-8")
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    depth, selectors, current = 0, [], ""
    for sign in sheet:
        if sign == "{":
            if depth == 0 or (depth == 1 and selectors[-1].startswith("@media")):
                selectors.append(current.strip())
            depth, current = depth + 1, ""
        elif sign == "}":
            depth, current = depth - 1, ""
        else:
            current = "" if sign == ";" else current + sign
    rules = [one for one in selectors if not one.startswith("@media")]
    assert len(rules) > 3
    assert all(".cutplane" in part for rule in rules for part in rule.split(","))


def test_static_files_load_nothing_from_elsewhere():
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), path.name
        assert "@import" not in text
