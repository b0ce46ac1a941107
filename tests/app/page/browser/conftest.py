"""A browser, sites that it visits, and what it complains about."""

import contextlib

import pytest

pytest.importorskip("starlette")
pytest.importorskip("playwright")

from pretend import ACCEPTANCE, AGREEMENT
from serving_site import served

import chromium
from cutplane.app.page.views import team


@pytest.fixture(scope="module")
def browser():
    """One browser for the tests of a file; it ends before others need an event loop."""
    if chromium.CHROMIUM is None:
        pytest.skip("needs Chromium")
    with chromium.started() as started:
        yield started


@pytest.fixture(autouse=True)
def _agreement(monkeypatch):
    monkeypatch.setattr(team, "alpha", lambda desk: AGREEMENT)
    monkeypatch.setattr(team, "acceptance", lambda desk: ACCEPTANCE)
    monkeypatch.setattr(team, "flips", lambda ledger, desk: None)


@pytest.fixture
def visit(browser):
    """Function (project, **context) -> page that somebody opened; problems fail the test."""
    with contextlib.ExitStack() as stack:
        sites, problems = {}, []

        def told(text, may_fail):
            if not (may_fail and text.startswith("Failed to load resource")):
                problems.append(text)

        def opened(project, who="Ada", path="/", *, may_fail=False, **options):
            if id(project) not in sites:
                sites[id(project)] = stack.enter_context(served(project))
            address = sites[id(project)]
            context = browser.new_context(base_url=address, **options)
            stack.callback(context.close)
            page = context.new_page()
            page.on("console", lambda said: told(said.text, may_fail))
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on(
                "request", lambda sent: sent.url.startswith(address) or problems.append(sent.url)
            )
            page.goto(f"/enter?token={who}")
            if path != "/":
                page.goto(path)
            return page

        yield opened
        assert problems == []
