"""Claims: paired intervals over seeds, wider for more claims, and what a study writes of them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from cutplane.experiments.claims import (
    Claim,
    areas,
    holding,
    interval,
    level,
    markdown,
    paired_gaps,
)
from cutplane.experiments.curves import Record, to_frame
from cutplane.experiments.report import write_report
from cutplane.experiments.sentiment import CLAIMS, sentiment
from cutplane.experiments.spiral import spiral
from cutplane.experiments.study import Study

LABELS = {"a": "ours", "b": "theirs", "c": "another"}


def runs(**scores):
    """One record for each seed and method, but two for those of which a pair is given."""
    return to_frame(
        Record(method, seed, 10 * (i + 1), 10 * (i + 1), score)
        for method, seeds in scores.items()
        for seed, pair in enumerate(seeds)
        for i, score in enumerate(np.atleast_1d(pair))
    )


def test_the_area_is_the_mean_score_within_the_budget():
    table = areas(runs(a=[(0.5, 0.7, 1.0)], b=[(0.6, 0.8)]), budget=20)
    assert table.loc[0].to_dict() == pytest.approx({"a": 0.6, "b": 0.7})


def test_intervals_are_those_of_the_paired_t_test_and_share_the_error():
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 10))
    claims = (Claim("one", "a", ("b",)), Claim("two", "a", ("c",)), Claim("three", "b", ("c",)))
    table = paired_gaps(runs(a=a, b=b, c=c), claims, budget=10)
    assert level(claims) == pytest.approx(1 - 0.05 / 3)
    for row, (first, second) in zip(table.itertuples(), ((a, b), (a, c), (b, c)), strict=True):
        expected = ttest_rel(first, second).confidence_interval(1 - 0.05 / 3)
        assert row.gap == pytest.approx(np.mean(first - second))
        assert (row.low, row.high) == pytest.approx((expected.low, expected.high))


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=12), st.floats(0.5, 0.95))
def test_an_interval_holds_the_mean_and_grows_with_coverage(gaps, coverage):
    gaps = np.array(gaps)
    low, high = interval(gaps, coverage)
    wider = interval(gaps, coverage + 0.04)
    assert wider[0] <= low <= gaps.mean() + 1e-12
    assert gaps.mean() - 1e-12 <= high <= wider[1]


def test_pairs_share_a_seed():
    """What all methods of a seed have in common is no uncertainty."""
    hard = np.array([0.0, 0.3, -0.3, 0.1])
    frame = runs(a=0.6 + hard, b=0.5 + hard)
    row = paired_gaps(frame, (Claim("one", "a", ("b",)),), budget=10).iloc[0]
    assert (row.low, row.high) == pytest.approx((0.1, 0.1))
    missing = frame[(frame.method == "a") | (frame.seed != 1)]
    assert paired_gaps(missing, (Claim("one", "a", ("b",)),), budget=10).n_seeds.tolist() == [3]


def test_a_claim_holds_when_it_is_ahead_of_all_its_rivals():
    jitter = np.array([0.0, 0.01, -0.01])
    frame = runs(a=0.7 + jitter, b=0.6 - jitter, c=0.69 + 2 * jitter)
    both, one, turned = (
        Claim("both", "a", ("b", "c")),
        Claim("one", "a", ("b",)),
        Claim("turned", "b", ("a",)),
    )
    table = paired_gaps(frame, (both, one, turned), budget=10)
    assert table.verdict.tolist() == ["ahead", "open", "ahead", "behind"]
    assert holding(table) == {"both": False, "one": True, "turned": False}


def test_one_seed_shows_nothing():
    table = paired_gaps(runs(a=[0.9], b=[0.1]), (Claim("one", "a", ("b",)),), budget=10)
    assert table.verdict.tolist() == ["open"]
    assert markdown(table, LABELS).splitlines()[-1] == (
        "| one | theirs | +0.8000 | one seed has none | open |"
    )


def test_the_table_has_a_row_for_every_rival():
    frame = runs(a=[0.75, 0.75], b=[0.5, 0.5], c=[1.0, 1.0])
    table = paired_gaps(frame, (Claim("one", "a", ("b", "c")),), budget=10)
    assert markdown(table, LABELS).splitlines()[2:] == [
        "| one | theirs | +0.2500 | +0.2500 to +0.2500 | ahead |",
        "| one | another | -0.2500 | -0.2500 to -0.2500 | behind |",
    ]


def test_claims_are_about_methods_that_play():
    names = {method.name for method in sentiment().methods}
    assert all({claim.method, *claim.rivals} <= names for claim in CLAIMS)
    few = sentiment().with_methods(["default", "default-random", "network-margin"])
    assert [claim.text for claim in few.claims] == ["active over random"]
    assert sentiment().with_methods(["linear"]).claims == ()


def test_a_study_writes_its_claims(tmp_path):
    claim = Claim("covering over cutting", "margin-final", ("linear",))
    plan = replace(spiral().with_methods(["margin-final", "linear"]), claims=(claim,))
    for n_seeds in (1, 2):
        study = Study(plan, tmp_path, n_seeds, 6)
        study.open()
        study.play()
        report = write_report(study)
        written = json.loads((tmp_path / "claims.json").read_text())
        assert written == report["claims"]
        assert written["coverage"] == 0.95
        (gap,) = written["gaps"]
        assert gap["n_seeds"] == n_seeds
        assert (gap["low"] is None) == (n_seeds == 1)
    expected = paired_gaps(study.frame(), plan.claims, 6)
    labels = {method.name: method.label for method in plan.methods}
    assert (tmp_path / "claims.md").read_text() == markdown(expected, labels)
    assert written["holds"] == holding(expected)
    assert gap["gap"] == pytest.approx(expected.gap[0])
