"""Guidelines are formatted, and nothing in them runs, loads or leads back here."""

import pytest

pytest.importorskip("markdown_it")

from cutplane.app.page.guide import guide_html


def test_markdown_is_formatted_below_the_headings_of_the_page():
    html = guide_html("# Rules\n\n- *first*\n\n| a | b |\n|:-|-|\n| 1 | 2 |\n")
    assert "<h3>Rules</h3>" in html
    assert "<em>first</em>" in html
    assert "<table>" in html
    assert "style=" not in html


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("![seen](http://example.org/spy.png)", "<img"),
        ("[go](javascript:alert(1))", "<a href"),
        ("[go](JaVaScRiPt:alert(1))", "<a href"),
        ("[go](data:text/html,hi)", "href"),
        ("[go](/team/revoke)", "href"),
        ("[go](//example.org)", "href"),
        ('[go](https://e.org/" onclick="x)', 'onclick="'),
    ],
)
def test_nothing_runs_or_loads(text, gone):
    assert gone not in guide_html(text)


def test_links_to_the_web_open_aside_and_tell_nothing():
    html = guide_html("[list](https://example.org/?a=1&b=2)")
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert 'rel="noopener noreferrer" target="_blank"' in html


def test_marks_that_turn_the_text_are_written_out():
    assert r"\u202e" in guide_html("a\u202eb")
