"""The labeler in a real JupyterLab, in a real browser."""

import json
import re

import pytest

pytest.importorskip("anywidget")
pytest.importorskip("jupyterlab")
pytest.importorskip("axe_playwright_python")

from axe_playwright_python.sync_playwright import Axe
from lab_server import Lab, jupyterlab, write_notebook

import chromium

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("jupyterlab")]

SETUP = """
import numpy as np
from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.notebook import Labeler

X = np.random.default_rng(0).normal(size=(60, 2)).round(2)
learner = ActiveLearner(
    CuttingPlaneClassifier(random_state=0), X, random_state=0, journal="sides.journal"
)
Labeler(learner, classes=["left", "right"], target="side")
"""
STATE = """
import json
import re
told = [learner.labels_rows_, learner.labels_, learner.skipped_]
comments = [event.details.get("comment", "") for event in learner.events_]
print(json.dumps([*(one.tolist() for one in told), comments]))
"""
AGAIN = 'Labeler(learner, classes=["left", "right"], target="side")'


def violations(page):
    """What axe finds in the first labeler, contrast included."""
    inside = {"include": {"fromShadowDom": ["[data-lm-suppress-shortcuts]", ".cutplane"]}}
    two_labelers = {"rules": {"landmark-unique": {"enabled": False}}}  # have two columns of figures
    found = Axe().run(page, context=inside, options=two_labelers).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def brightness(color):
    """Of "rgb(r, g, b)", from 0 to 255."""
    return sum(map(int, re.findall(r"\d+", color)[:3])) / 3


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with the notebook of this file, its first cell run."""
    if chromium.CHROMIUM is None:
        pytest.skip("needs Chromium")
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "label.ipynb", SETUP, STATE, AGAIN)
    with jupyterlab(folder) as url, chromium.started() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 950})
        opened = Lab(page).open(url, "label.ipynb")
        opened.run(0)
        yield opened
        page.close()


def test_people_answer_by_keyboard_and_cells_see_it(lab):
    n_before = len(json.loads(lab.run(1).inner_text())[0])
    question = lab.question()
    question.locator(".card.row").click()
    rows = [lab.row(question)]
    for key in "12121":
        rows.append(lab.press(key, rows[-1]))
    assert lab.press("u", rows[-1]) == rows[4]
    lab.page.keyboard.press("c")
    lab.page.keyboard.type("2 ways to see it")
    lab.page.keyboard.press("Escape")
    assert lab.press("2", rows[4]) not in rows[:5]
    told = json.loads(lab.run(1).inner_text())
    assert told[0][n_before:] == rows[:5]
    assert told[1][n_before:] == ["left", "right", "left", "right", "right"]
    assert "2 ways to see it" in told[3]
    assert lab.problems == []


def test_keys_of_the_page_are_not_the_notebook_s(lab):
    """In a notebook, s saves, d twice deletes the cell, c and x copy and cut it."""
    n_cells = lab.page.locator(".jp-Cell").count()
    question = lab.question()
    question.locator(".card.row").click()
    row = lab.row(question)
    for key in "ddxcs":
        if key == "d":
            row = lab.press(key, row)
        else:
            lab.page.keyboard.press(key)
    lab.page.keyboard.press("Escape")
    assert lab.page.locator(".jp-Cell").count() == n_cells
    lab.page.locator(".jp-Notebook .cm-content").nth(1).click()
    lab.page.keyboard.type("1")
    assert lab.row(lab.question()) == row
    lab.page.keyboard.press("Backspace")
    assert lab.problems == []


def test_two_labelers_share_a_learner_and_neither_s_style_is_the_notebook_s(lab):
    styles = "() => [...document.querySelectorAll('style')].map(one => one.textContent).join('')"
    lab.run(2)
    assert lab.row(lab.question(at=1)) == lab.row(lab.question(at=0))
    assert ".cutplane" not in lab.page.evaluate(styles)
    assert lab.problems == []


def test_the_theme_of_the_notebook_is_followed(lab):
    light = lab.color(".cutplane", "backgroundColor")
    assert violations(lab.page) == []
    lab.choose_theme("Dark")
    assert lab.color(".cutplane", "colorScheme") == "dark"
    assert brightness(lab.color(".cutplane", "backgroundColor")) < 60 < brightness(light)
    assert brightness(lab.color(".cutplane [data-question]", "color")) > 200
    assert violations(lab.page) == []
    lab.choose_theme("Light")
    assert lab.color(".cutplane", "backgroundColor") == light


def test_a_kernel_that_starts_again_goes_on_with_the_journal(lab):
    lab.question().locator(".card.row").click()
    unknown = lab.row(lab.question())
    row = lab.press("d", unknown)
    before = json.loads(lab.run(1).inner_text())
    lab.restart_kernel()
    lab.run(0)
    question = lab.question()
    assert lab.row(question) == row
    assert json.loads(lab.run(1).inner_text()) == before
    question.locator(".card.row").click()
    assert lab.press("u", row) == unknown
    assert json.loads(lab.run(1).inner_text())[2] == before[2][:-1]
