"""What an experiment is to show: gaps in area, tested between methods of the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from cutplane._types import Array

#: Probability that any claim of an experiment is said to hold by chance.
ALPHA = 0.05


@dataclass(frozen=True)
class Claim:
    """One method is ahead of others.

    Attributes
    ----------
    text : str
        In words.
    method : str
        Name of the method that is to be ahead.
    rivals : tuple of str
        Names of the others; the claim holds if the method is ahead of each.
    """

    text: str
    method: str
    rivals: tuple[str, ...]


def areas(frame: pd.DataFrame, budget: int) -> pd.DataFrame:
    """Mean score of every run over its records of at most ``budget`` labels.

    Parameters
    ----------
    frame : DataFrame
        Of :func:`cutplane.experiments.curves.to_frame`, with records at evenly spaced counts.
    budget : int
        Labels asked.

    Returns
    -------
    DataFrame of shape (n_seeds, n_methods)
        Index seed, columns methods; no number where a run is missing.
    """
    within = frame[frame.n_labels <= budget]
    return within.groupby(["seed", "method"]).score.mean().unstack("method")


def level(claims: Sequence[Claim]) -> float:
    """Coverage of each interval with which all claims together have 1 - ``ALPHA`` (Bonferroni)."""
    return 1 - ALPHA / max(len(claims), 1)


def paired_gaps(frame: pd.DataFrame, claims: Sequence[Claim], budget: int) -> pd.DataFrame:
    """Gap in area of every claim to every rival, with a paired t interval over seeds.

    A claim with several rivals needs all of its intervals above zero, and so no wider ones for
    their number (an intersection-union test); for the number of claims they are wider.

    Parameters
    ----------
    frame, budget
        As for :func:`areas`; larger scores are better.
    claims : sequence of Claim
        Their methods have played.

    Returns
    -------
    DataFrame
        A row for every rival; columns claim, method, rival, gap, low, high, n_seeds, verdict:
        "ahead" or "behind" when the interval leaves out zero, "open" when not. One seed has no
        interval.

    References
    ----------
    Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling", Technometrics 1982.
    """
    table = areas(frame, budget)
    rows = []
    for claim in claims:
        for rival in claim.rivals:
            gaps = (table[claim.method] - table[rival]).dropna().to_numpy()
            low, high = interval(gaps, level(claims))
            rows.append(
                {
                    "claim": claim.text,
                    "method": claim.method,
                    "rival": rival,
                    "gap": float(gaps.mean()) if gaps.size else np.nan,
                    "low": low,
                    "high": high,
                    "n_seeds": gaps.size,
                    "verdict": "ahead" if low > 0 else "behind" if high < 0 else "open",
                }
            )
    return pd.DataFrame(rows)


def interval(gaps: Array, coverage: float) -> tuple[float, float]:
    """Student's interval of the mean of gaps (n,); no numbers for fewer than two."""
    if gaps.size < 2:
        return np.nan, np.nan
    half = t.ppf((1 + coverage) / 2, gaps.size - 1) * gaps.std(ddof=1) / np.sqrt(gaps.size)
    return float(gaps.mean() - half), float(gaps.mean() + half)


def holding(table: pd.DataFrame) -> dict[str, bool]:
    """Whether every claim holds: its method is ahead of each of its rivals."""
    ahead = (table.verdict == "ahead").groupby(table.claim, sort=False).all()
    return {str(text): bool(holds) for text, holds in ahead.items()}


def markdown(table: pd.DataFrame, labels: dict[str, str]) -> str:
    """The table of :func:`paired_gaps` in Markdown; ``labels`` are what the methods are called."""
    lines = ["| claim | against | gap in area | interval | |", "|---|---|---|---|---|"]
    for row in table.itertuples():
        spread = f"{row.low:+.4f} to {row.high:+.4f}" if row.n_seeds > 1 else "one seed has none"
        cells = (row.claim, labels[row.rival], f"{row.gap:+.4f}", spread, row.verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
