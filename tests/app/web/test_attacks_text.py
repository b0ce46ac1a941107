"""Text of tables and people is shown as text on every page, whatever is written in it."""

import csv
import re
from html.parser import HTMLParser

import pytest

from cutplane.app.setup.options import LabelOptions
from cutplane.app.setup.project import open_project
from label_server import running

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evil")
    with (folder / "evil.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", f"b{EVIL[:28]}", "c"])
        writer.writerows([i % 7, i % 5, f"{EVIL}{i}"] for i in range(30))
    (folder / "guide.md").write_text(
        f"# {EVIL}\n\n[x](javascript:alert(1)) ![y](http://evil.example/y.png) {EVIL}\n"
        "<script>alert(1)</script>\n<iframe src=x></iframe>\n"
    )
    options = LabelOptions(
        folder / "evil.csv",
        target=f"what <blink>{EVIL} is it",
        classes=(f"one{EVIL}", "two"),
        annotator="Ada <marquee>&\"'",
        guide=folder / "guide.md",
        suggest="key",
        blind=0.0,
        keep=("c",),
    )
    with open_project(options) as project, running(project) as site:
        yield site


class Parts(HTMLParser):
    """Tags of a page, and their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attributes]


def is_safe(text):
    """Whether nothing of what was written has become a part of the page."""
    parts = Parts(text)
    assert not parts.tags & {"iframe", "blink", "marquee", "style", "base", "object", "embed"}
    for tag, name, value in parts.attributes:
        assert not name.startswith("on")
        assert name != "style"
        if name in ("src", "href", "action", "formaction"):
            assert re.match(r"[/#?](?!/)", value), (tag, name, value)
    for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.S):
        assert script == ""
    assert "&gt;49" not in text
    return True


def test_every_page(site):
    ada = site.visitor()
    page = ada.get("/")
    assert "&lt;script&gt;" in page.text
    assert is_safe(page.text)
    row = int(re.search(r'name="row" value="(\d+)"', page.text)[1])
    for fields in ({"label": EVIL}, {"label": "two", "comment": EVIL, "seconds": "1"}):
        assert is_safe(ada.post("/answer", {"row": row} | fields, fragment=False).text)
    row = int(re.search(r'name="row" value="(\d+)"', ada.get("/").text)[1])
    assert is_safe(ada.post("/answer", {"row": row, "label": f"one{EVIL}"}).text)
    assert is_safe(ada.post("/comment", {"row": row, "comment": EVIL}).text)
    site.project.people.add(EVIL[:40].replace("\u202e", ""), "label")
    assert is_safe(ada.post("/team/role", {"name": EVIL, "role": EVIL}, fragment=False).text)
    assert is_safe(ada.post("/team/revoke", {"name": EVIL}, fragment=False).text)
    assert is_safe(ada.post(f"/answers/{row}/correct", {"label": EVIL}, fragment=False).text)
    for path in ("/", "/question", "/figures", f"/why/{row}", "/answers", "/grid", "/team"):
        assert is_safe(ada.get(path).text)
    for path in ("/downloads", "/answers?text=%3Cscript%3Ealert(1)%3C/script%3E"):
        assert is_safe(ada.get(path).text)
    for path in (
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/why/%3Cscript%3Ealert(1)",
        "/?a=%3Cblink%3E",
    ):
        assert is_safe(ada.get(path).text)


def test_pages_before_the_door(site):
    stranger, evil = site.visitor(""), "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    assert is_safe(stranger.get(f"/invitation?token={evil}").text)
    assert is_safe(stranger.get(f"/enter?token={evil}").text)
    fields = {"token": EVIL, "name": EVIL[:40]}
    reply = stranger.post("/invitation", fields, fragment=False)
    assert reply.status == 422
    assert is_safe(reply.text)
