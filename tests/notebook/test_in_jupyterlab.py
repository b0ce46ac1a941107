"""The labeler in a real JupyterLab, in a real browser."""

import json
import re

import pytest

pytest.importorskip("anywidget")
pytest.importorskip("jupyterlab")
pytest.importorskip("playwright")

from lab_server import TOKEN, jupyterlab, write_notebook

import chromium

SETUP = """
import numpy as np
from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.notebook import Labeler

X = np.random.default_rng(0).normal(size=(60, 2)).round(2)
learner = ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0)
Labeler(learner, classes=["left", "right"], target="side")
"""
STATE = """
import json
import re
said = {event.questions[0]: event.details.get("comment", "") for event in learner.events_}
print(json.dumps([learner.labels_rows_.tolist(), learner.labels_.tolist(), list(said.values())]))
"""
AGAIN = 'Labeler(learner, classes=["left", "right"], target="side")'


class Lab:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page):
        self.page, self.problems = page, []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._said)

    def _said(self, message):
        if message.type == "error":
            self.problems.append(message.text)

    def open(self, url, name):
        self.page.goto(f"{url}lab/tree/{name}?token={TOKEN}")
        self.page.get_by_text("| Idle").wait_for(timeout=60_000)
        return self

    def run(self, cell):
        """Run a cell; its output."""
        self.page.locator(".jp-Notebook .cm-content").nth(cell).click()
        self.page.keyboard.press("Control+Enter")
        output = self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output")
        output.first.wait_for(timeout=60_000)
        return output.first

    def question(self, row=None, at=0):
        """The question of a labeler, once it is another one than that about a row."""
        other = f':not(:has(input[name=row][value="{row}"]))' if row is not None else ""
        question = self.page.locator(".cutplane").nth(at).locator(f"[data-question]{other}")
        question.wait_for(timeout=30_000)
        return question

    def row(self, question):
        return int(question.locator("input[name=row]").input_value())

    def press(self, key, row):
        """A key that leads to another question; its row."""
        self.page.wait_for_timeout(200)  # answers within 150 ms are meant for the row before
        self.page.keyboard.press(key)
        return self.row(self.question(row))

    def color(self, selector, name):
        return self.page.locator(selector).first.evaluate(f"one => getComputedStyle(one)['{name}']")

    def choose_theme(self, name):
        """A theme of JupyterLab, once it is loaded."""
        change = "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
        self.page.evaluate(change, f"JupyterLab {name}")
        is_light = "true" if name == "Light" else "false"
        body = self.page.locator(f"body[data-jp-theme-light={is_light}]")
        body.wait_for(state="attached", timeout=20_000)


def brightness(color):
    """Of "rgb(r, g, b)", from 0 to 255."""
    return sum(map(int, re.findall(r"\d+", color)[:3])) / 3


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with the notebook of this file."""
    if chromium.CHROMIUM is None:
        pytest.skip("needs Chromium")
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "label.ipynb", SETUP, STATE, AGAIN)
    with jupyterlab(folder) as url, chromium.started() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 950})
        yield Lab(page).open(url, "label.ipynb")
        page.close()


@pytest.mark.slow
def test_people_answer_by_keyboard_and_cells_see_it(lab):
    lab.run(0)
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
    assert told[0] == rows[:5]
    assert told[1] == ["left", "right", "left", "right", "right"]
    assert "2 ways to see it" in told[2]
    assert lab.problems == []


@pytest.mark.slow
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


@pytest.mark.slow
def test_two_labelers_share_a_learner_and_neither_s_style_is_the_notebook_s(lab):
    styles = "() => [...document.querySelectorAll('style')].map(one => one.textContent).join('')"
    lab.run(2)
    assert lab.row(lab.question(at=1)) == lab.row(lab.question(at=0))
    assert ".cutplane" not in lab.page.evaluate(styles)
    assert lab.problems == []


@pytest.mark.slow
def test_the_theme_of_the_notebook_is_followed(lab):
    light = lab.color(".cutplane", "backgroundColor")
    lab.choose_theme("Dark")
    assert lab.color(".cutplane", "colorScheme") == "dark"
    assert brightness(lab.color(".cutplane", "backgroundColor")) < 60 < brightness(light)
    assert brightness(lab.color(".cutplane [data-question]", "color")) > 200
    lab.choose_theme("Light")
    assert lab.color(".cutplane", "backgroundColor") == light
