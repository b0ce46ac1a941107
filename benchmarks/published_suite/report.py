"""Tables of `published.py`: areas, differences, accuracies at few labels, and what they say."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from published_suite.compared import AT, COLUMNS, by_seed, by_set
from published_suite.figure import figure
from published_suite.store import Runs
from published_suite.theirs import Theirs

NAMES = {"whole": "whole pipeline", "svm": "our questions", "us_c": "US-C"}
#: What was aimed at before the first run, as shares of the sets and in accuracy.
SHARE_AHEAD, LEAD_AT, LEAD = 9 / 11, 50, 0.01
#: What the protocol is checked by: columns of `by_seed`, ours and theirs.
CHECKS = {
    ("replayed", "us_c"): "the area of US-C, played again,",
    ("first", "published first"): "what the SVM gets right by the first labels",
}
#: Published areas have five digits, accuracies are single precision.
_SAME = 1e-5


def write_report(runs: Runs, theirs: Theirs, names: Collection[str], out: Path) -> None:
    """Write runs.csv, sets.csv, published.md and published.png, and print the tables.

    What they published by seed is in none of them.
    """
    tables = [table for name in names if len(table := by_seed(runs, theirs, name))]
    if not tables:
        print("no runs to report")
        return
    seeds = pd.concat(tables, ignore_index=True)
    sets = pd.DataFrame([by_set(table, theirs) for table in tables])
    out.mkdir(parents=True, exist_ok=True)
    checks = {name for pair in CHECKS for name in pair}
    ours = [name for name in seeds if "us_c" not in name and name not in checks]
    seeds[ours].round(5).to_csv(out / "runs.csv", index=False)
    sets.round(5).to_csv(out / "sets.csv", index=False)
    unplayed = [name for name in names if name not in set(sets["data"])]
    parts = [said(sets), areas(sets), accuracies(sets), played(seeds, unplayed), checked(seeds)]
    text = "\n".join(parts)
    (out / "published.md").write_text(text, encoding="utf-8")
    figure(runs, theirs, sets, out / "published.png")
    print(text)


def said(sets: pd.DataFrame) -> str:
    """Sets won and lost, and the lead at 50 labels, of both columns."""
    lines = []
    for name in COLUMNS:
        lead = (sets[f"{name} at {LEAD_AT}"] - sets[f"us_c at {LEAD_AT}"]).dropna()
        lines.append(
            f"- **{NAMES[name]}**: area above US-C on {_ahead(sets, name, 'us_c')}; above the best "
            f"strategy on {_ahead(sets, name, 'best')}; at {LEAD_AT} labels {lead.mean():+.4f} "
            f"beside US-C in the mean of {len(lead)} sets."
        )
    return "\n".join([*lines, _goal(sets), ""])


def _ahead(sets: pd.DataFrame, name: str, other: str) -> str:
    """How many sets are won, and by how much the others are lost."""
    gap = sets.set_index("data")[f"{name} to {other}"].sort_values()
    lost = ", ".join(f"{data} {value:+.4f}" for data, value in gap[gap <= 0].items())
    return f"{(gap > 0).sum()} of {len(gap)} (not on {lost})" if lost else f"all {len(gap)}"


def _goal(sets: pd.DataFrame) -> str:
    """Whether the whole pipeline does what was aimed at, on the sets that were played."""
    is_ahead = (sets["whole to us_c"] > 0) & (sets["whole to best"] > 0)
    lead = (sets[f"whole at {LEAD_AT}"] - sets[f"us_c at {LEAD_AT}"]).mean()
    met = is_ahead.mean() >= SHARE_AHEAD and lead >= LEAD
    return (
        f"- Aimed at for the whole pipeline: above both on nine of eleven sets, and {LEAD} ahead "
        f"at {LEAD_AT} labels. {'Met' if met else 'Not met'}: above both on {is_ahead.sum()} of "
        f"{len(sets)}, {lead:+.4f}."
    )


def areas(sets: pd.DataFrame) -> str:
    """Areas and their differences, one row a set."""
    head = ["set", "pool", "seeds", *(NAMES[name] for name in COLUMNS)]
    head += ["US-C, same seeds", "best strategy, all seeds"]
    head += [f"{NAMES[name]} − {other}" for name in COLUMNS for other in ("US-C", "best")]
    rows = []
    for own in sets.to_dict("records"):
        row = [_name(own), f"{own['pool']:,}", str(own["seeds"])]
        row += [_number(own[name]) + _plus_minus(own[f"{name} sd"]) for name in COLUMNS]
        row += [_number(own["us_c"]), f"{_number(own['best'])} {own['best method']}"]
        row += [_gap(own, f"{name} to {to}") for name in COLUMNS for to in ("us_c", "best")]
        rows.append(row)
    return _table("Areas", head, rows)


def accuracies(sets: pd.DataFrame) -> str:
    """Accuracies at few labels, one row a set."""
    head = ["set", *(f"{n}: {NAMES[name]}" for n in AT for name in NAMES)]
    rows = [
        [_name(own), *(_number(own[f"{name} at {n}"]) for n in AT for name in NAMES)]
        for own in sets.to_dict("records")
    ]
    return _table("Accuracy at 30, 50 and 100 labels", head, rows)


def played(seeds: pd.DataFrame, unplayed: list[str]) -> str:
    """How long the runs took, by which code, and what is missing."""
    hours = seeds["cpu_seconds"].sum() / 3600
    code = ", ".join(f"{name} ({n})" for name, n in seeds["revision"].value_counts().items())
    missing = f" Not played yet: {', '.join(unplayed)}." if unplayed else ""
    return (
        f"{len(seeds)} runs, {hours:.2f} hours of one core for questions and learning, by the "
        f"package of commit (runs) {code}.{missing}\n"
    )


def checked(seeds: pd.DataFrame) -> str:
    """On how many seeds the protocol gives what is published."""
    lines = []
    for (ours, published), what in CHECKS.items():
        both = seeds.reindex(columns=["data", ours, published]).dropna()
        if both.empty:
            continue
        same = np.abs(both[ours] - both[published]) < _SAME
        sets = ", ".join(
            f"{data} {own.sum()} of {len(own)}"
            for data, own in same.groupby(both["data"], sort=False)
        )
        lines.append(
            f"Protocol checked on {len(both)} seeds: {what} is the published one on {same.sum()} "
            f"({sets}).\n"
        )
    return "\n".join(lines)


def _name(own: dict) -> str:
    return f"{own['data']}{' †' if own['is_interpolated'] else ''}"


def _gap(own: dict, name: str) -> str:
    return f"{own[name]:+.4f}{_plus_minus(own[f'{name} error'])}"


def _plus_minus(value: float) -> str:
    """Nothing of a single seed."""
    return "" if np.isnan(value) else f" ± {value:.4f}"


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.4f}"


def _table(title: str, head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return f"### {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
