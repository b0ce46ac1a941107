"""The page on sentiment shows the claims and the figures that its command left."""

from pathlib import Path

import pandas as pd
import pytest

from cutplane.experiments.claims import areas, markdown, paired_gaps
from cutplane.experiments.sentiment import BUDGET, CLAIMS, sentiment

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "results" / "sentiment"


@pytest.fixture(scope="module")
def page():
    return (DOCS / "sentiment.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def runs():
    return pd.read_parquet(FOLDER / "curves.parquet")


def test_the_table_of_claims_is_the_tested_one(page, runs):
    labels = {method.name: method.label for method in sentiment().methods}
    table = markdown(paired_gaps(runs, CLAIMS, BUDGET), labels)
    assert (FOLDER / "claims.md").read_text(encoding="utf-8") == table
    assert table in page


def test_the_areas_are_those_of_the_runs(page, runs):
    table = areas(runs, BUDGET)
    mean, sd = table.mean(), table.std()
    for method in sentiment().methods:
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {method.label} |")]
        found = line.strip("| ").split("|")[-1].strip().replace("*", "")
        expected = f"{mean[method.name]:.3f} ± {sd[method.name]:.3f}".replace("0.", ".")
        assert found == expected, method.name
