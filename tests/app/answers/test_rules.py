"""Rules that make no sense are refused, and rows are drawn the same way everywhere."""

import pytest

from cutplane.app.answers.rules import Rules
from cutplane.errors import InvalidInputError


@pytest.mark.parametrize(
    "wrong",
    [
        {"task": "clustering"},
        {"suggest": "always"},
        {"blind": 1.5},
        {"overlap": -0.1},
        {"overlap": float("nan")},
        {"n_unknown": 0},
        {"budget": -1},
        {"lease_seconds": 0.0},
        {"lease_seconds": float("inf")},
        {"tolerance": -1.0},
        {"tolerance": float("nan")},
        {"low": 0.0},
        {"task": "regression", "low": 1.0, "high": 0.0},
        {"task": "regression", "high": float("inf")},
        {"task": "regression", "low": float("nan")},
    ],
    ids=str,
)
def test_rules_that_make_no_sense(wrong):
    with pytest.raises(InvalidInputError, match=r"arrived|leave out"):
        Rules(**wrong)


def test_rows_are_drawn_by_the_seed():
    rules, other = Rules(overlap=0.25, blind=0.25), Rules(overlap=0.25, blind=0.25, seed=1)
    twice = [row for row in range(2000) if rules.is_overlap(row)]
    assert len(twice) == pytest.approx(500, abs=60)
    assert twice[:5] == [row for row in range(100) if Rules(overlap=0.25).is_overlap(row)][:5]
    assert twice != [row for row in range(2000) if other.is_overlap(row)]
    assert twice != [row for row in range(2000) if rules.is_blind(row)]
    more = Rules(overlap=0.5)
    assert all(more.is_overlap(row) for row in twice)
    assert not any(Rules(overlap=0.0).is_overlap(row) for row in range(99))
    assert all(Rules(overlap=1.0).is_overlap(row) for row in range(99))
