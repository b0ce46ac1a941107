"""docs/results.md is what the generator writes from docs/results, and names its commands."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "benchmarks" / "results_page.py"


@pytest.fixture(scope="module")
def page():
    if not GENERATOR.exists():
        pytest.skip("needs the benchmarks of a checkout")
    spec = importlib.util.spec_from_file_location("results_page", GENERATOR)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.page(ROOT / "docs" / "results")


def test_the_page_is_up_to_date(page):
    written = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    assert written == page, "run python benchmarks/results_page.py"


def test_every_section_names_its_command_and_shows_its_figures(page):
    for section in page.split("\n## ")[1:]:
        assert "```bash" in section
        assert "![" in section
    for line in page.splitlines():
        if line.startswith("!["):
            assert (ROOT / "docs" / line.split("](")[1].rstrip(")")).exists()
