"""The widget's script in a browser of its own, with a model that the test answers for."""

import pytest

pytest.importorskip("anywidget")
pytest.importorskip("playwright")

import chromium
from cutplane.notebook.widget import script

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("jupyterlab")]

LABELLER = """
<div class="labeller" data-labeller>
<p data-live></p>
<div data-notice hidden><p data-notice-said></p><button data-retry>Try again</button></div>
<div data-part="question">{}</div><aside data-part="figures"></aside><dialog data-keys></dialog>
</div>
"""
QUESTION = """
<article data-question tabindex="-1" data-say=""><form data-form>
<input type="hidden" name="row" value="{row}"><input type="hidden" name="seconds" value="">
<div data-choices><button name="label" value="a" data-key="1" data-act="answer">a</button></div>
<details data-comment><textarea name="comment"></textarea></details>
<button data-act="undo">Undo</button></form></article>
"""
#: A model whose messages are kept in `sent`, and a view of it. It answers the first act itself, at
#: once: no test is to be quicker than a patience of half a second.
BEGIN = """
async ([source, first]) => {
  const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const widget = (await import(url)).default;
  window.sent = [];
  window.heard = new Set();
  const model = {
    send: content => {
      sent.push(content);
      if (first && content.act === "labeller")
        setTimeout(() => reply({ id: content.id, html: first }));
    },
    on: (name, handler) => heard.add(handler),
    off: (name, handler) => heard.delete(handler),
  };
  window.reply = content => heard.forEach(handler => handler(content));
  const el = document.body.appendChild(document.createElement("div"));
  window.end = widget.render({model, el});
}
"""


#: A click on "Try again", and a reply once it has done its work.
AGAIN = """
content => {
  const { shadowRoot } = document.querySelector("div > div");
  shadowRoot.querySelector(".cutplane button:not([data-act])").click();
  setTimeout(() => reply(content), 100);
}
"""
FIRST = LABELLER.format(QUESTION.format(row=3))


class View:
    """A view of the widget, and the kernel's side of it.

    Views whose patience is short are for tests of what is said when it ends.
    """

    def __init__(self, page, patience="30_000", first=FIRST):
        self.page = page
        page.set_content("<!doctype html><title>A notebook</title><body>")
        source = script().replace("PATIENCE = 30_000", f"PATIENCE = {patience}")
        page.evaluate(BEGIN, [source, first])

    @property
    def sent(self):
        """Acts that were sent, figures left out."""
        return [one for one in self.page.evaluate("sent") if one["act"] != "figures"]

    def reply(self, number, **content):
        self.page.evaluate("content => reply(content)", {"id": self.sent[number]["id"], **content})

    def try_again(self, number, **content):
        """Try again, and reply to an act that was sent before."""
        self.page.evaluate(AGAIN, {"id": self.sent[number]["id"], **content})

    def begin(self):
        self.page.locator(".cutplane [data-question]").click()
        self.page.wait_for_timeout(200)  # answers within 150 ms are meant for the row before

    def wait_for(self, text):
        self.page.get_by_text(text).wait_for(timeout=5_000)


@pytest.fixture(scope="module")
def browser():
    if chromium.CHROMIUM is None:
        pytest.skip("needs Chromium")
    with chromium.started() as started:
        yield started


@pytest.fixture
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def view(page):
    return View(page)


def test_an_act_is_a_message_and_its_reply_the_next_question(view):
    view.begin()
    view.page.keyboard.press("1")
    answer = view.sent[1]
    assert answer["act"] == "answer"
    assert answer["fields"]["row"] == "3"
    assert answer["fields"]["label"] == "a"
    view.page.evaluate("content => reply(content)", {"id": "another view's", "html": ""})
    view.reply(1, html=QUESTION.format(row=4))
    assert view.page.locator("input[name=row]").input_value() == "4"


@pytest.mark.parametrize("comes", ["before", "after"])
def test_an_act_that_was_not_heard_of_is_not_sent_twice(page, comes):
    view = View(page, patience=500)
    view.begin()
    view.page.keyboard.press("u")
    view.wait_for("The kernel does not answer: it is busy, or was stopped.")
    view.page.wait_for_function("() => sent.some(one => one.act === 'figures')")
    if comes == "before":
        view.reply(1, html=QUESTION.format(row=5))
        view.page.locator("[data-retry]").click()
    else:
        view.try_again(1, html=QUESTION.format(row=5))
    view.page.locator('input[name=row][value="5"]').wait_for(state="attached", timeout=5_000)
    assert [one["act"] for one in view.sent] == ["labeller", "undo"]
    view.page.keyboard.press("u")
    assert [one["act"] for one in view.sent] == ["labeller", "undo", "undo"]


def test_an_error_is_said_and_what_was_typed_is_kept(view):
    view.begin()
    view.page.keyboard.press("c")
    view.page.keyboard.type("so and so")
    view.page.keyboard.press("Escape")
    view.page.keyboard.press("1")
    view.reply(1, error="ValueError: of the model.")
    view.wait_for("ValueError: of the model.")
    assert view.page.locator("textarea").input_value() == "so and so"
    view.page.locator("[data-retry]").click()
    assert view.sent[2]["fields"]["comment"] == "so and so"


def test_a_kernel_that_is_gone_is_said_at_once(view):
    view.begin()
    view.page.evaluate("() => { sent.push = () => { throw new Error('disposed'); }; }")
    view.page.keyboard.press("1")
    view.wait_for("The kernel does not answer: it is busy, or was stopped.")
    assert view.page.locator("input[name=row]").input_value() == "3"


def test_before_the_kernel_answers_there_is_a_button(page):
    view = View(page, patience=500, first=None)
    view.wait_for("The kernel does not answer")
    assert view.page.get_by_role("button", name="Try again").is_visible()
    view.try_again(0, html=FIRST)
    view.page.locator(".cutplane [data-question]").wait_for()


@pytest.mark.parametrize(
    ("place", "attribute", "dark", "light"),
    [
        ("body", "data-jp-theme-light", "false", "true"),
        ("body", "data-vscode-theme-kind", "vscode-dark", "vscode-light"),
        ("body", "data-vscode-theme-kind", "vscode-high-contrast", "vscode-high-contrast-light"),
        ("documentElement", "theme", "dark", "light"),
    ],
)
def test_the_theme_of_every_notebook_is_followed(view, place, attribute, dark, light):
    scheme = "() => getComputedStyle(document.querySelector('div > div').shadowRoot" + (
        ".querySelector('.cutplane')).colorScheme"
    )
    assert view.page.evaluate(scheme) == "light dark"
    for value, expected in ((dark, "dark"), (light, "light")):
        view.page.evaluate(f"() => document.{place}.setAttribute('{attribute}', '{value}')")
        assert view.page.evaluate(scheme) == expected


def test_a_view_that_is_closed_hears_nothing(view):
    view.begin()
    view.page.evaluate("end()")
    assert view.page.evaluate("heard.size") == 0
    view.page.keyboard.press("1")
    assert [one["act"] for one in view.sent] == ["labeller"]
