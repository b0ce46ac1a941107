"""The page in a real browser: by keyboard, without a script, offline, on a phone, in the dark."""

import threading

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from looking import line, press
from PIL import Image
from pretend import pretend_project, reviews

from cutplane.tables.table import Table

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAGES = ("/", "/answers", "/grid", "/team", "/downloads", "/why/7", "/nowhere", "/enter")
PAGES += ("/invitation?token=abc",)


def labels(project):
    return [one.label for one in project.desk.all_given()]


def test_arrows_enter_comment_skip_and_unknown(visit):
    project = pretend_project()
    page = visit(project)
    page.wait_for_timeout(160)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.locator(":focus").inner_text().endswith("bad")
    page.keyboard.press("c")
    page.keyboard.type("1, sure? su")
    page.keyboard.press("Shift+Enter")
    press(page, "Enter")
    said = page.locator("[data-live]")
    assert " ".join(said.inner_text().split()) == "Recorded for line 2: bad. Line 3."
    press(page, "s")
    press(page, "d")
    assert "you don't know" in said.inner_text()
    given = project.desk.all_given()
    assert [(one.kind, one.label) for one in given] == [
        ("label", "bad"), ("skip", None), ("unknown", None)
    ]  # fmt: skip
    assert given[0].comment.strip() == "1, sure? su"
    page.keyboard.press("c")
    page.keyboard.type("first the comment")
    page.keyboard.press("Enter")
    press(page, "1")
    assert project.desk.all_given()[-1].comment == "first the comment"
    page.keyboard.press("w")
    page.get_by_role("heading", name="Nearest rows with a label").wait_for()
    page.keyboard.press("w")
    assert page.locator(".why").count() == 0


def test_keys_that_are_not_meant_are_left_alone(visit):
    project = pretend_project()
    page = visit(project)
    page.wait_for_timeout(160)
    page.keyboard.press("Control+1")
    page.keyboard.press("Alt+s")
    page.evaluate(
        """() => {
          const send = (more) => document.body.dispatchEvent(
            new KeyboardEvent('keydown', { key: '1', bubbles: true, cancelable: true, ...more }));
          send({ repeat: true });
          send({ isComposing: true });
          send({ keyCode: 229 });
        }"""
    )
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.press("1")
    page.keyboard.press("u")
    assert page.locator("textarea").input_value() == "1u"
    page.wait_for_timeout(100)
    assert labels(project) == []
    assert line(page) == "Line 2"


def test_while_an_answer_is_on_its_way_no_other_is_given(visit):
    project = pretend_project()
    go, answer = threading.Event(), project.desk.answer
    project.desk.answer = lambda *words: go.wait(5) and answer(*words)
    page = visit(project)
    page.wait_for_timeout(160)
    page.keyboard.press("1")
    page.locator("[data-sending]").wait_for()
    page.keyboard.press("2")
    page.keyboard.press("s")
    assert page.locator("[data-live]").inner_text().startswith("One moment")
    go.set()
    page.get_by_role("heading", name="Line 3").wait_for()
    assert labels(project) == ["good"]


def test_the_answers_stand_still_while_rows_are_long_or_short(visit):
    page = visit(pretend_project(reviews()))
    page.wait_for_timeout(160)
    places = []
    for key in "123":
        places.append(page.locator("[data-choices]").bounding_box())
        press(page, key)
    assert places[0] == places[1] == places[2]


def test_a_double_click_is_one_answer(visit):
    project = pretend_project()
    page = visit(project)
    page.wait_for_timeout(160)
    page.get_by_role("button", name="good").dblclick()
    page.get_by_role("heading", name="Line 3").wait_for()
    page.wait_for_timeout(200)
    assert labels(project) == ["good"]


def test_the_picture_of_a_row_is_shown(visit, tmp_path):
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "a.png")
    table = Table("photos", pd.DataFrame({"file": ["a.png", "gone.png"], "size": [1.0, 2.0]}))
    page = visit(pretend_project(table, image="file", folder=tmp_path), may_fail=True)
    picture = page.get_by_role("img", name="Picture of line 2")
    page.wait_for_function("document.querySelector('.row img').complete")
    assert picture.evaluate("image => image.naturalWidth") == 40
    assert page.locator(".cells dt").all_inner_texts() == ["size"]


def test_an_invitation_is_made_and_accepted(visit):
    project = pretend_project()
    page = visit(project, path="/team", may_fail=True)
    page.get_by_role("button", name="Make an invitation").click()
    address = page.get_by_role("textbox", name="Address of the invitation").input_value()
    assert page.get_by_role("button", name="Copy").is_visible()
    page.get_by_role("button", name="Leave").click()
    page.goto(address)
    page.get_by_role("textbox", name="Name").fill("Dora")
    page.keyboard.press("Enter")
    assert line(page) == "Line 3"  # Ada has the one before
    assert "Dora" in project.people.members


def test_without_a_connection_the_answer_is_kept_and_sent_again(visit):
    project = pretend_project()
    page = visit(project, may_fail=True)
    page.wait_for_timeout(160)
    page.keyboard.press("c")
    page.keyboard.type("kept")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    page.keyboard.press("2")
    page.get_by_text("The server does not answer").wait_for()
    assert page.locator("textarea").input_value() == "kept"
    assert line(page) == "Line 2"
    page.context.set_offline(False)
    page.keyboard.press("Enter")  # the button to try again has the focus
    page.get_by_role("heading", name="Line 3").wait_for()
    assert [(one.label, one.comment) for one in project.desk.all_given()] == [("bad", "kept")]
    assert not page.locator("[data-notice]").is_visible()


def test_values_are_checked_where_they_are_typed(visit):
    project = pretend_project(classes=None, low=0.0, high=20.0)
    page = visit(project)
    page.wait_for_timeout(160)
    page.locator("[data-value]").focus()
    page.keyboard.press("Enter")
    assert page.locator("[data-said]").inner_text() == "Type a number first."
    page.keyboard.type("21")
    page.keyboard.press("Enter")
    assert page.locator("[data-said]").inner_text() == "21 is above 20."
    page.keyboard.press("Control+a")
    page.keyboard.type("12,5")
    assert page.locator("[data-said]").inner_text() == "Read as 12.5."
    press(page, "Enter")
    assert labels(project) == [12.5]
    press(page, "s")
    page.keyboard.press("Escape")
    page.keyboard.type("1,234")
    page.keyboard.press("Enter")
    assert "may be 1.234 or 1234" in page.locator("[data-said]").inner_text()
    assert labels(project) == [12.5, None]
    assert page.locator("[data-value]").evaluate("field => field === document.activeElement")


def test_of_many_classes_one_is_found_by_its_name(visit):
    project = pretend_project(classes=[f"kind {i}" for i in range(40)])
    page = visit(project)
    page.wait_for_timeout(160)
    page.keyboard.press("/")
    page.keyboard.type("KIND 3")
    assert page.locator("[data-choices] button:visible").count() == 11
    page.keyboard.type("7")
    press(page, "Enter")
    press(page, "a")
    assert labels(project) == ["kind 37", "kind 9"]


def test_a_class_that_is_not_listed_is_typed(visit):
    project = pretend_project(classes=())
    page = visit(project)
    page.wait_for_timeout(160)
    page.locator("[data-other]").focus()
    page.keyboard.type("first class")
    press(page, "Enter")
    press(page, "1")
    assert labels(project) == ["first class", "first class"]


def test_suggestions_come_when_the_rules_say_and_never_on_blind_questions(visit):
    off = visit(pretend_project(), "Ada")
    off.keyboard.press("h")
    assert off.get_by_role("button", name="Suggestion").count() == 0
    after = visit(pretend_project(suggest="after", blind=0.0))
    after.wait_for_timeout(160)
    press(after, "2")
    assert "you answered bad" in after.locator(".outcome.differs").inner_text()
    key = visit(pretend_project(suggest="key", blind=0.0))
    key.keyboard.press("h")
    key.locator(".suggestion", has_text="The model expects good, with 91%.").wait_for()
    blind = visit(pretend_project(suggest="key", blind=1.0))
    assert blind.get_by_role("button", name="Suggestion").count() == 0


def test_without_a_script_forms_do_all_of_it(visit):
    project = pretend_project()
    page = visit(project, java_script_enabled=False)
    page.get_by_role("button", name="mixed").click()
    assert line(page) == "Line 3"
    assert page.locator(".message").inner_text() == "Recorded for line 2: mixed."
    page.locator("summary", has_text="Comment").click()
    page.locator("textarea").fill("read twice")
    page.get_by_role("button", name="good").click()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Undo").click()
    assert line(page) == "Line 4"
    page.get_by_role("link", name="Why this row?").click()
    page.get_by_role("link", name="Back to the question").click()
    assert line(page) == "Line 4"
    assert [(one.label, one.comment) for one in project.desk.all_given()] == [
        ("mixed", ""), ("good", "read twice")
    ]  # fmt: skip


def test_every_page_by_keyboard_alone(visit):
    project = pretend_project()
    page = visit(project)
    for name in ("Answers", "Grid", "Team", "Downloads"):
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        while page.locator(":focus").inner_text() != name:
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{name.lower()}")
    page.goto("/grid")
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("2")
    page.wait_for_function("document.querySelector('.count').textContent.startsWith('5 of')")
    assert labels(project) == ["bad"] * 5


def test_answers_are_corrected_in_place(visit):
    project = pretend_project(reviews(120))
    project.desk.answer_many(range(60), "good", "Ada")
    page = visit(project, path="/answers?label=good&page=2")
    page.locator("summary", has_text="Correct").first.click()
    page.get_by_role("combobox", name="verdict").select_option("bad")
    page.get_by_role("button", name="Change my answer").click()
    assert "label=good&page=2" in page.url
    assert project.desk.standing[9] == "bad"


def check(page, scheme):
    """No violation; in the dark only colors are looked at again."""
    rules = None if scheme == "light" else {"runOnly": ["color-contrast"]}
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


@pytest.mark.parametrize(
    ("scheme", "device"), [("light", {"viewport": {"width": 1280, "height": 800}}), ("dark", PHONE)]
)
def test_every_page_is_accessible_and_fits(visit, scheme, device):
    project = pretend_project(
        guide="# Rules\n\nA [list](https://example.org).", suggest="after", blind=0
    )
    project.desk.answer_many(range(6), "good", "Ada")
    project.desk.answer(1, "bad", "Ben")
    project.desk.comment(1, "Sarcasm?", "Ben")
    page = visit(project, may_fail=True, color_scheme=scheme, **device)
    for path in PAGES if scheme == "light" else PAGES[:5]:
        page.goto(path)
        check(page, scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
    page.goto("/")
    page.wait_for_timeout(160)
    page.get_by_role("button", name="bad").click()
    page.locator(".outcome").wait_for()
    page.locator("[data-act=why]").click()
    page.locator(".why").wait_for()
    page.locator("summary", has_text="Comment").click()
    page.locator("summary", has_text="How to label").click()
    check(page, "light")
    if device is PHONE:
        button = page.get_by_role("button", name="good").bounding_box()
        assert button["height"] >= 44
        assert button["y"] + button["height"] <= 844
