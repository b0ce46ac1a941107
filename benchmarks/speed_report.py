"""The table, growth exponents and figure of `speed.py`."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from cutplane.drawing import save_phone_form

COLORS = {
    "relu": "#0072B2",
    "gated": "#56B4E9",
    "relu, gravity": "#E69F00",
    "gated, gravity": "#999999",
    "torch": "#D55E00",
    "CLARABEL": "#009E73",
    "SCS": "#CC79A7",
}
NAMES = {
    "relu": "cutplane relu",
    "gated": "cutplane gated",
    "relu, gravity": "cutplane relu, gravity",
    "gated, gravity": "cutplane gated, gravity",
    "torch": "torch, retrained",
    "CLARABEL": "CVXPY + CLARABEL, center only",
    "SCS": "CVXPY + SCS, center only",
}
#: The axis whose sizes are not on a curve.
ONE_LABEL = "one label"
#: What an axis counts, in words; depth is drawn against the units it makes.
TITLES = {
    "labels": "labels held",
    "patterns": "gates",
    "layers": "first-layer units (1 to 4 layers)",
    "features": "features",
    "pool": "rows of the pool",
}


def curve(rows: list[dict], axis: str, method: str, field: str) -> tuple[np.ndarray, np.ndarray]:
    """Sizes of an axis and what was measured there."""
    chosen = [r for r in rows if r["axis"] == axis and r["method"] == method and field in r]
    x = [r["units"] if axis == "layers" else r[axis] for r in chosen]
    order = np.argsort(x)
    return np.array(x, dtype=float)[order], np.array([r[field] for r in chosen])[order]


def exponent(x: np.ndarray, value: np.ndarray) -> float:
    """Slope of log time over log size on the three largest sizes, where overhead is least."""
    if len(x) < 3:
        return float("nan")
    return float(np.polyfit(np.log(x[-3:]), np.log(value[-3:]), 1)[0])


def report(rows: list[dict], out: Path) -> None:
    """Write speed.md and speed.png, and print the tables."""
    text = table(rows) + one_label(rows)
    (out / "speed.md").write_text(text)
    print(text)
    figure(rows, out / "speed.png")


def table(rows: list[dict]) -> str:
    """Markdown: time and memory at the ends of every axis, and the growth exponent.

    The time of ``tell`` alone is given where it was measured.
    """
    lines = [
        "| grows | method | sizes | CPU seconds a question | of them to learn | MB "
        "| growth exponent |",
        "|---|---|---|---|---|---|---|",
    ]
    for axis, title in TITLES.items():
        for method, name in NAMES.items():
            x, seconds = curve(rows, axis, method, "cpu_s")
            if len(x) == 0:
                continue
            mb = curve(rows, axis, method, "mb")[1]
            learn = curve(rows, axis, method, "learn_s")[1]
            slope = exponent(x, seconds)
            lines.append(
                f"| {title} | {name} | {x[0]:,.0f} to {x[-1]:,.0f} | {seconds[0]:.2g} to "
                f"{seconds[-1]:.2g} | {ends(learn)} | {mb[0]:.0f} to {mb[-1]:.0f} | "
                f"{'' if np.isnan(slope) else f'{slope:.2f}'}{failed(rows, axis, method)} |"
            )
    return "\n".join(lines) + "\n"


def ends(seconds: np.ndarray) -> str:
    """The first and the last of a curve."""
    return f"{seconds[0]:.2g} to {seconds[-1]:.2g}" if len(seconds) else ""


def one_label(rows: list[dict]) -> str:
    """Markdown: what one more label costs at the sizes that releases are held to."""
    lines = [
        "\n| one more label | gates | labels held | features | CPU ms to learn it "
        "| CPU ms of the question |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row["axis"] == ONE_LABEL:
            took = [row.get("failed", ""), ""]
            if "failed" not in row:
                took = [f"{1e3 * row[field]:,.1f}" for field in ("learn_s", "cpu_s")]
            sizes = f"{row['patterns']:,} | {row['labels']:,} | {row['features']:,}"
            lines.append(f"| {NAMES[row['method']]} | {sizes} | {' | '.join(took)} |")
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""


def failed(rows: list[dict], axis: str, method: str) -> str:
    """Why a curve ends early, if it does."""
    found = [r for r in rows if r["axis"] == axis and r["method"] == method and "failed" in r]
    if not found:
        return ""
    size = found[0]["units"] if axis == "layers" else found[0][axis]
    return f" ({found[0]['failed']} at {size:,})"


def figure(rows: list[dict], path: Path) -> None:
    """Seconds above, memory below, one column an axis."""
    shape = {"sharey": "row", "squeeze": False, "layout": "constrained"}
    fig, axes = plt.subplots(2, len(TITLES), figsize=(15, 6), **shape)
    for column, (axis, title) in enumerate(TITLES.items()):
        for line, field in enumerate(("cpu_s", "mb")):
            place = axes[line, column]
            for method, name in NAMES.items():
                x, value = curve(rows, axis, method, field)
                least = 1.0 if field == "mb" else 0.0  # what a process grew by may be nothing
                place.loglog(x, np.maximum(value, least), "o-", color=COLORS[method], label=name)
            place.set_xlabel(title)
            place.grid(alpha=0.3)
    axes[0, 0].set_ylabel("CPU seconds a question")
    axes[1, 0].set_ylabel("MB a question")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=7)
    fig.savefig(path, dpi=120)
    save_phone_form(fig, path)
    plt.close(fig)
