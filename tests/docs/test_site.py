"""The documentation builds without a warning, its links lead somewhere, and a browser shows it.

The gallery's scripts are not run here: ``test_examples.py`` does that.
"""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browser import CHROMIUM, problems

# One worker builds the site for all tests.
pytestmark = pytest.mark.xdist_group("site")

ROOT = Path(__file__).parents[2]
NEEDED = ("sphinx", "pydata_sphinx_theme", "sphinx_gallery", "numpydoc", "myst_parser")
BUILT = shutil.ignore_patterns("_build", "_generated", "api", "auto_examples", "__pycache__")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Folder of the built pages; the checkout itself is left as it is."""
    for module in (*NEEDED, "sphinx_copybutton", "sphinx_design", "skactiveml"):
        pytest.importorskip(module)
    folder = tmp_path_factory.mktemp("site")
    for name in ("docs", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=BUILT)
    for name in ("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-D", "plot_gallery=0"]
    built = subprocess.run(
        [*command, "-b", "html", "docs", "html"],
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert built.returncode == 0, built.stderr
    return folder / "html"


class Links(HTMLParser):
    """Targets, pictures and anchors of a page."""

    def __init__(self, page):
        super().__init__()
        self.targets, self.anchors = [], {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.anchors.add(attributes.get("id"))
        self.targets += [attributes[key] for key in ("href", "src") if attributes.get(key)]


def test_links_lead_somewhere(site):
    pages = {page: Links(page) for page in site.rglob("*.html") if "_static" not in page.parts}
    assert len(pages) > 40
    broken = []
    for page, links in pages.items():
        for target in links.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            found = path.exists()
            if found and path in pages and not target.startswith("#"):
                found = unquote(parts.fragment) in pages[path].anchors
            if not found:
                broken.append(f"{page.relative_to(site)}: {target}")
    assert not broken


def test_every_command_is_described(site):
    from cutplane.cli.main import app

    text = (site / "command-line.html").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"cutplane {command.callback.__name__.replace('_', '-')}" in text


def test_pictures_are_computed(site):
    names = {path.stem for path in (ROOT / "docs" / "pictures").glob("*.py")}
    text = (site / "method.html").read_text(encoding="utf-8")
    assert len(names) == 5
    assert all(f"_images/{name}.png" in text for name in names)


def test_wide_pictures_have_a_phone_form(site):
    """All but collages, which are grids of small pictures, and what a notebook shows."""
    without = {}
    for page in site.rglob("*.html"):
        for block in re.findall(r'<a class="picture.*?</a>', page.read_text("utf-8"), re.S):
            narrow = re.search(r'srcset="([^"]+\.phone\.png)"', block)
            if narrow is None:
                without[Path(re.search(r'href="([^"]+)"', block)[1]).stem] = page.name
            else:
                assert (page.parent / narrow[1]).is_file()
    assert {name.rstrip("0123456789") for name in without} <= WITHOUT, without


#: Pictures without a phone form; the first is whole on any page.
WITHOUT = {"multiclass", "phone", "collage", "label_load", "notebook", "notebook_dark"}
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
PHONE, DESKTOP = 390, 1280
#: The only pictures that scroll: grids of small ones, whose panels would not be read otherwise.
COLLAGE = re.compile(r"picture scrolls: collage\d*\.png")


@in_a_browser
def test_every_page_fits_phone_and_desktop(site):
    pages = [path.relative_to(site).as_posix() for path in site.rglob("*.html")]
    pages = sorted(page for page in pages if not page.startswith("_static/"))
    found = problems(site, pages, [PHONE, DESKTOP])
    assert [words for *_, words in found if not COLLAGE.fullmatch(words)] == []


@in_a_browser
def test_the_browser_sees_what_is_wrong(tmp_path):
    faults = {
        "wide": '<div style="width: 700px">wide</div>',
        "cut": '<main style="overflow: hidden"><h1>' + "W" * 20 + "</h1></main>",
        "broken": '<img src="nowhere.png">',
        "script": "<script>nowhere()</script>",
        "foreign": '<script src="https://example.org/there.js"></script>',
        "scrolling": '<a class="picture" href="a/own.png" style="display: block; width: 300px; '
        'overflow-x: auto"><span style="display: block; width: 500px">own</span></a>',
        "fine": "<p>fine</p>",
    }
    for name, body in faults.items():
        page = f"<!doctype html><html><head></head><body>{body}</body></html>"
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    found = problems(tmp_path, [f"{name}.html" for name in faults], [PHONE, DESKTOP])
    assert {page for page, width, _ in found if width == PHONE} == {
        "wide.html",
        "cut.html",
        "broken.html",
        "script.html",
        "foreign.html",
        "scrolling.html",
    }
    assert ["scrolling.html", PHONE, "picture scrolls: own.png"] in found
    assert {page for page, width, _ in found if width == DESKTOP} == {
        "broken.html",
        "script.html",
        "foreign.html",
        "scrolling.html",
    }
