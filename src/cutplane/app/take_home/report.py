"""A report on labels: how many, how good, by whom, under which settings; as data and as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from statistics import median

from cutplane._types import Metadata
from cutplane.app.answers.agreement import Flip, acceptance, alpha, flips
from cutplane.app.setup.project import Project
from cutplane.app.take_home.answered import answered_rows
from cutplane.plain_text import printable

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 1rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
th, td { text-align: left; padding: .2rem 1.2rem .2rem 0; vertical-align: top; }
thead th { border-bottom: 1px solid; }
svg { width: 100%; height: auto; }
"""
#: Of the learning curve, in the units of its drawing.
_WIDTH, _HEIGHT, _MARGIN = 640, 240, 40


def report_data(project: Project) -> Metadata:
    """What the report says, in types that JSON knows.

    Agreement and shares of wrong labels are computed anew, which takes seconds with many labels.
    """
    desk, table, options = project.desk, project.table, project.options
    shares, accepted = flips(project.trainer.ledger, desk) or {}, acceptance(desk)
    return {
        "cutplane": version("cutplane"),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "table": table.name,
        "n_rows": len(table.features),
        "target": project.target,
        "task": project.rules.task,
        "journal": project.log.name,
        "n_labels": desk.n_labels,
        "n_answers": desk.n_given,
        "budget": project.rules.budget,
        "n_skipped": len(desk.skipped),
        "n_disagreements": len(desk.disagreements()),
        **_figures(project),
        "agreement": asdict(alpha(desk)),
        "suggestions": {"when": project.rules.suggest, "accepted": accepted and asdict(accepted)},
        "people": _people(project, shares),
        "settings": {
            "query": options.query or "default",
            "seed": project.rules.seed,
            "overlap": project.rules.overlap,
            "blind": project.rules.blind,
            "estimator": type(project.trainer.ledger.model.estimator).__name__,
        },
        "remarks": list(project.pool.report.sentences),
    }


def _figures(project: Project) -> Metadata:
    """What the thread that learns has computed last; empty before that."""
    figures = project.trainer.figures
    if figures is None:
        return {"figures": None}
    estimate = figures.accuracy or figures.error
    return {
        "figures": {
            "n_labels": figures.n_labels,
            "estimate": None if estimate is None else asdict(estimate),
            "curve": [list(point) for point in figures.curve],
            "classes": dict(figures.classes),
            "expected": dict(figures.expected),
            "log_volume_left": figures.log_volume_left,
            "advice": figures.advice,
            "caution": figures.caution,
        }
    }


def _people(project: Project, shares: Mapping[str, Flip]) -> list[Metadata]:
    """What everybody did: answers of each kind, time, and share of wrong labels by evidence."""
    given = [one for row in answered_rows(project) for one in row.given]
    return [
        {
            "name": name,
            **Counter(one.kind for one in given if one.who == name),
            "median_seconds": _median(one.seconds for one in given if one.who == name),
            "wrong": asdict(shares[name]) if name in shares else None,
        }
        for name in sorted({one.who for one in given if one.who})
    ]


def _median(seconds: Iterable[float | None]) -> float | None:
    known = [one for one in seconds if one is not None]
    return median(known) if known else None


def html_of(data: Metadata) -> str:
    """The report as a page that needs nothing else; all text is escaped.

    Parameters
    ----------
    data : dict
        Of :func:`report_data`.
    """
    title, made = f"{data['table']}: {data['target']}", data["made"][:16].replace("T", " ")
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>Made on {escape(made)} UTC with cutplane {escape(data['cutplane'])}, from the journal "
        f"{escape(data['journal'])}.</p>",
        *_counts(data),
        *_of_figures(data),
        *_of_people(data),
        *_of_settings(data),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _counts(data: Metadata) -> Iterator[str]:
    budget = "" if data["budget"] is None else f" of {data['budget']}"
    yield "<h2>Answers</h2>"
    yield _table(
        ("", "number"),
        [
            ("rows of the table", data["n_rows"]),
            ("labels", data["n_labels"]),
            ("answers", f"{data['n_answers']}{budget}"),
            ("rows closed without a label", data["n_skipped"]),
            ("rows on which people differ", data["n_disagreements"]),
        ],
    )


def _of_figures(data: Metadata) -> Iterator[str]:
    figures = data["figures"]
    yield "<h2>The model</h2>"
    if figures is None:
        yield "<p>Nothing was learnt yet.</p>"
        return
    if (estimate := figures["estimate"]) is not None:
        is_value = "rmse" in estimate
        name, value = (
            ("error (RMSE)" if is_value else "accuracy"),
            estimate["rmse" if is_value else "accuracy"],
        )
        yield (
            f"<p>Leave-one-out {name} {value:.3g}, between {estimate['low']:.3g} and "
            f"{estimate['high']:.3g} (95%), of {figures['n_labels']} labels. "
            f"{escape(figures['caution'])}</p>"
        )
    yield f"<p>{escape(figures['advice'])}</p>"
    if len(figures["curve"]) > 1:
        name = "Error (RMSE)" if estimate is not None and "rmse" in estimate else "Accuracy"
        caption = f"<figcaption>{name} by leave-one-out against labels, 95%.</figcaption>"
        yield f"<figure>{curve_drawing(figures['curve'])}{caption}</figure>"
    if figures["classes"]:
        expected = figures["expected"]
        shares = [
            (name, count, f"{expected[name]:.0%}" if name in expected else "")
            for name, count in figures["classes"].items()
        ]
        yield _table(("class", "labels", "expected share of all rows"), shares)
    if (left := figures["log_volume_left"]) is not None:
        yield f"<p>The labels leave exp({left:.4g}) of the networks.</p>"


def _of_people(data: Metadata) -> Iterator[str]:
    yield "<h2>People</h2>"
    agreement = data["agreement"]
    if agreement["alpha"] is None:
        yield f"<p>{escape(agreement['why_none'])}</p>"
    else:
        yield (
            f"<p>Krippendorff's alpha {agreement['alpha']:.3f} ({agreement['level']}), of "
            f"{agreement['n_rows']} rows with answers of several of {agreement['n_people']} "
            "people.</p>"
        )
    heads = ("name", "labels", "decisions", "skipped", "not known", "median seconds", "wrong")
    yield _table(heads, [_person(one) for one in data["people"]])
    if any(one["wrong"] for one in data["people"]):
        yield (
            "<p>Wrong is the share of wrong labels that all answers together find most likely, "
            "with an interval of 90%.</p>"
        )
    if (accepted := data["suggestions"]["accepted"]) is not None:
        yield _of_suggestions(accepted)


def _of_suggestions(accepted: Metadata) -> str:
    """How often answers equal the suggestion, seen and unseen."""
    parts = [
        f"{accepted[share]:.0%} of {accepted[n]} answers {how}"
        for share, n, how in (
            ("shown", "n_shown", "that saw the suggestion before"),
            ("unseen", "n_unseen", "that did not"),
        )
        if accepted[share] is not None
    ]
    return f"<p>The model would have said the same as {' and '.join(parts)}.</p>" if parts else ""


def _person(one: Metadata) -> tuple[object, ...]:
    seconds, wrong = one["median_seconds"], one["wrong"]
    counts = [one.get(kind, 0) for kind in ("label", "decision", "skip", "unknown")]
    share = (
        "" if wrong is None else f"{wrong['share']:.0%} ({wrong['low']:.0%} to {wrong['high']:.0%})"
    )
    return (one["name"], *counts, "" if seconds is None else f"{seconds:.1f}", share)


def _of_settings(data: Metadata) -> Iterator[str]:
    yield "<h2>Settings</h2>"
    yield _table(("", "value"), list(data["settings"].items()))
    if data["remarks"]:
        items = "".join(f"<li>{escape(printable(one))}</li>" for one in data["remarks"])
        yield f"<h2>How the table was read</h2><ul>{items}</ul>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows whose first cell names them."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row">{_cell(first)}</th>'
        + "".join(f"<td>{_cell(cell)}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _cell(value: object) -> str:
    return escape(printable(value))


def curve_drawing(points: Sequence[Sequence[float]]) -> str:
    """The learning curve with its band, as a drawing."""
    most, top = points[-1][0], max(1e-12, *(point[3] for point in points))

    def at(n: float, value: float) -> str:
        x = _MARGIN + (_WIDTH - 2 * _MARGIN) * n / most
        return f"{x:.1f},{_HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * value / top:.1f}"

    line = " ".join(at(n, value) for n, value, _, _ in points)
    ends = [at(n, low) for n, _, low, _ in points], [at(n, high) for n, *_, high in points]
    band = " ".join((*ends[0], *reversed(ends[1])))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Learning curve">'
        f'<polygon points="{band}" fill="currentColor" opacity=".15"/>'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="2"/>'
        f'<text x="{_MARGIN}" y="{_HEIGHT - 12}" fill="currentColor">0</text>'
        f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 12}" text-anchor="end" '
        f'fill="currentColor">{most:g} labels</text>'
        f'<text x="4" y="{_MARGIN}" fill="currentColor">{top:.2g}</text></svg>'
    )
