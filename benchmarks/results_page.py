"""Write docs/results.md from what the benchmarks and experiments left in docs/results.

    python benchmarks/results_page.py [--results docs/results] [--page docs/results.md]

It is the last step of `results.py`, which draws the figures too. Tables are read from the files of
each run, nothing is typed in; a run whose folder is missing is left out. Every section names the
command that made its files, when they were made, and what the default has become since.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from cutplane.experiments.registry import EXPERIMENTS
from harness import parser
from results_suites import SUITES, Playing

HEAD = """# Results

What the benchmarks and experiments measured, losses included. `make results` writes this page and
draws its figures from the files in `docs/results`, in a minute; the raw runs lie beside them as
Parquet. `make results REPLAY="speed scale"` plays these suites again first, for as long as their
sections say, and goes on where it was stopped. The figures of single decisions are in the
[decision records](decision-records.md).
"""
MORE = {
    "balanced_accuracy": "the balanced accuracy",
    "roc_auc": "the ROC AUC",
    "rare_recall": "the recall of the class with the fewest test rows",
    "log_loss": "the log loss",
    "calibration_error": "the calibration error (smaller is better for both)",
}
COUNT_NAMES = {"n_labels": "labels asked", "n_counted": "the paper's count"}
#: Of `cutplane experiment`, when it is not told.
USUAL_SEEDS = 5


def page(results: Path) -> str:
    """The whole page."""
    parts = [HEAD]
    for task, title, unit in (
        ("classification", "Label efficiency: classes", "accuracy"),
        ("regression", "Label efficiency: values", "R2"),
    ):
        if (results / "label_suite" / f"{task}_areas.csv").exists():
            parts.append(label_suite(results / "label_suite", task, title, unit))
    for name, title in (
        ("spiral", "The paper's spiral"),
        ("quadratic", "The paper's y = x²"),
        ("sentiment", "Sentiment of film reviews"),
    ):
        if (results / name / "summary.csv").exists():
            parts.append(experiment(results / name, name, title))
    if (results / "published" / "published.md").exists():
        parts.insert(1, published(results / "published"))
    if (results / "speed" / "speed.md").exists():
        parts.append(speed(results / "speed"))
    if (results / "label_load" / "label_load.md").exists():
        parts.append(label_load(results / "label_load"))
    if (results / "scale" / "scale.md").exists():
        parts.append(scale(results / "scale"))
    return "\n".join(parts)


def label_suite(folder: Path, task: str, title: str, unit: str) -> str:
    """Ranks and areas of all methods, wins and losses of ours, and every set on its own."""
    overall = pd.read_csv(folder / f"{task}_summary.csv")
    best = pd.read_csv(folder / f"{task}_best.csv")
    tests = pd.read_csv(folder / f"{task}_tests.csv")
    mine = list(dict.fromkeys(best["ours"]))
    lines = [
        f"## {title}\n",
        command("python benchmarks/suite.py --data FOLDER --out DIR"),
        played(folder),
        f"Area under test {unit} against labels asked, {best['data'].nunique()} data sets, "
        f"{int(best['seeds'].min())} seeds, every label counted, the same first rows for all; "
        "*rank* is the mean over the sets, *spread* the standard deviation between seeds, *first* "
        f"the sets won, the other columns are areas under {others(overall)}. *ours* is the "
        "default; *ours analytic gated* are gated networks of halfspaces at the analytic center, "
        "as played by an earlier version, and the runs of rivals are of that time too.\n",
        markdown(overall.rename(columns=lambda name: name.replace("_", " "))).replace("nan", "–"),
        picture(folder, f"{task}_ranks.png", f"Mean ranks with the critical difference, {task}"),
        "\nOurs set by set, beside the best of the rivals on that set (picked afterwards, which "
        "favours them):\n",
        markdown(beside_the_best(best, mine)),
        *[f"- {name}: {behind(best[best['ours'] == name])}" for name in mine],
    ]
    for name in mine:
        lines += [
            f"\n{name} against every other method over the sets, Wilcoxon signed-rank test with "
            "Holm's correction:\n",
            markdown(tests[tests["ours"] == name].drop(columns="ours")),
        ]
    lines.append(picture(folder, f"{task}_curves.png", f"Test {unit} by labels asked, every set"))
    return "\n".join(lines)


def others(overall: pd.DataFrame) -> str:
    """The metrics beside the main one, in words."""
    named = [words for name, words in MORE.items() if name in overall]
    if not named:
        return "the RMSE of each set, in units of its target"
    return f"{', '.join(named[:-1])} and {named[-1]}"


def beside_the_best(best: pd.DataFrame, mine: list[str]) -> pd.DataFrame:
    """Areas of ours with their spread, and of the best rival; one row a data set."""
    areas = zip(best["area"], best["spread"], strict=True)
    text = best.assign(area=[f"{area:.3f} ± {spread:.3f}" for area, spread in areas])
    table = text.pivot(index="data", columns="ours", values="area")[mine]
    rival = best.drop_duplicates("data").set_index("data")[["best rival", "rival area"]]
    return table.join(rival).reset_index()


def behind(rows: pd.DataFrame) -> str:
    """On which sets a method is more than .01 behind the best rival."""
    lost = rows.loc[rows["gap"] < -0.01, "data"].tolist()
    return f"more than .01 behind on {len(lost)} of {len(rows)}: {', '.join(lost) or 'none'}."


def experiment(folder: Path, name: str, title: str) -> str:
    """Scores of every method at a few label counts, by both counts."""
    summary = pd.read_csv(folder / "summary.csv")
    labels = {method.name: method.label for method in EXPERIMENTS[name]().methods}
    lines = [f"## {title}\n", command(experiment_command(folder, name)), played(folder)]
    for count, words in COUNT_NAMES.items():
        rows = summary[(summary["count"] == count) & summary["mean"].notna()]
        if rows.empty:
            continue
        text = rows.assign(cell=[cell(*row) for row in rows[["mean", "sd", "n_seeds"]].to_numpy()])
        table = text.pivot(index="method", columns="at", values="cell")
        table = table.reindex(list(dict.fromkeys(rows["method"]))).fillna("")
        table.columns = [str(at) for at in table.columns]
        table = table.rename(index=labels)
        lines += [f"By {words}; mean ± standard deviation (seeds that got there):\n"]
        lines += [markdown(table.reset_index())]
    lines.append(picture(folder, "curves.png", f"{title}, by both counts"))
    if (folder / "collage.png").exists():
        lines.append(picture(folder, "collage.png", f"{title}: what every method learnt"))
    return "\n".join(lines)


def experiment_command(folder: Path, name: str) -> str:
    """The command with the options that its settings differ by from the default ones."""
    held = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    usual = EXPERIMENTS[name]().settings
    options = [
        f" --{key} {held[key]}"
        for key in ("epochs", "training")
        if key in usual and held[key] != usual[key]
    ]
    n_seeds = pd.read_csv(folder / "summary.csv").n_seeds.max()
    if n_seeds != USUAL_SEEDS:
        options.insert(0, f" --seeds {n_seeds}")
    return f"cutplane experiment {name}{''.join(options)} --out DIR"


def published(folder: Path) -> str:
    """The benchmark of Lu et al., played on its own rows."""
    lines = [
        "## A published benchmark\n",
        command("python benchmarks/published.py play --data FOLDER --out DIR"),
        played(folder),
        "Lu, Cheng, Li and Lin, *An Expanded Benchmark that Rediscovers and Affirms the Edge of "
        "Uncertainty Sampling for Active Learning in Tabular Datasets*, TMLR 2025 "
        "([arXiv:2306.08954](https://arxiv.org/abs/2306.08954)), on its own rows and by its "
        "protocol: 20 labels at first, then one row at a time until the pool is used up, accuracy "
        "on the other 40% of the rows, 18 strategies. Their numbers are those of "
        "[ariapoy/active-learning-benchmark](https://github.com/ariapoy/active-learning-benchmark) "
        "(MIT), the rows those of "
        "[ComparativeSurveyIJCAI2021PoolBasedAL]"
        "(https://github.com/SineZHAN/ComparativeSurveyIJCAI2021PoolBasedAL) (MIT).\n",
        "*Whole pipeline* is `ActiveLearner(CuttingPlaneClassifier())` with nothing but defaults, "
        "none of them chosen by these runs (ionosphere, german, ringnorm and spambase are also "
        "among the tables of the suite above, where defaults were chosen on other splits); *our "
        "questions* has their support vector machine taught the labels of the same rows; *US-C* is "
        "their uncertainty sampling with that machine, seed by seed. Area is their AUBC, ± the "
        "deviation between seeds, of differences the standard error. Of the best of the 18 "
        "strategies, picked afterwards for each set, only means are published unless it is US-C: "
        "ours are held against that mean, or against it through US-C on the same seeds, whichever "
        "has the smaller error. Of sets marked † rows were asked for 20 at a time beyond 600 "
        "labels, and accuracies between are on the straight line.\n",
        (folder / "published.md").read_text(encoding="utf-8"),
        picture(
            folder,
            "published.png",
            "Accuracy by labels up to 200, every set of the published benchmark",
        ),
    ]
    return "\n".join(lines)


def speed(folder: Path) -> str:
    """The table and figure of the speed benchmark."""
    lines = [
        "## Speed\n",
        command("python benchmarks/speed.py --out DIR"),
        played(folder),
        "Time and memory of one question. Growth exponents are slopes of log time over log size at "
        "the three largest sizes; rivals end where one measurement took over a minute.\n",
        (folder / "speed.md").read_text(),
        picture(folder, "speed.png", "Time and memory of one question along five axes"),
    ]
    return "\n".join(lines)


def label_load(folder: Path) -> str:
    """Times of the labelling page under load."""
    lines = [
        "## Many people at once\n",
        command("python benchmarks/label_load.py --out DIR"),
        played(folder),
        "`cutplane label` on loopback, in a process of its own. An answer is on disk before its "
        "reply, which brings the next question; the figures are asked for after each answer.\n",
        (folder / "label_load.md").read_text(),
        picture(folder, "label_load.png", "Share of requests answered within a time"),
    ]
    return "\n".join(lines)


def scale(folder: Path) -> str:
    """Targets, exponents of growth, and where the time of a question goes."""
    lines = [
        "## Scale\n",
        command("python benchmarks/scale.py --out DIR --quick"),
        played(folder),
        "Pools of float32 in files, mapped. *Product* is one BLAS product of the same rows with "
        "200 columns in the same process; memory is what the process grew by beside files. "
        "Targets are measured on all cores, the rest on one thread. Exponents are slopes of "
        "logarithms over the three largest sizes; *relu* has hard sign rows, *deep* two layers of "
        "it, and what does not grow is 200 labels, 10,000 rows, 64 columns, 200 gates. A cell is "
        "left out where its pool has more than 2 GB, or where one that is at most as large in "
        "everything took too long.\n",
        (folder / "scale.md").read_text(),
        picture(folder, "scale.png", "Seconds of one more label and its question along four axes"),
    ]
    return "\n".join(lines)


def command(text: str) -> str:
    """How the files of a section were made; documentation tests do not repeat it."""
    return f"<!-- not run: takes from minutes to hours -->\n```bash\n{text}\n```\n"


def played(folder: Path) -> str:
    """When, by which revision, for how long; and what the default has become since."""
    minutes = next(suite.minutes for suite in SUITES if suite.name == folder.name)
    time = f"It takes about {minutes} minutes of one core."
    playing = Playing.read(folder)
    if playing is None:
        return f"{time} When these files were made is not known.\n"
    said = f"{time} Played on {playing.at[:10]} by revision {playing.revision}"
    links = [f"[{change.record}](decisions/{change.file})" for change in playing.missed()]
    if not links:
        return f"{said}; the default has been the same since.\n"
    return (
        f"{said}. **Older than the default of today**, which came with {', '.join(links)}: where "
        "this section has the default, it is that of then.\n"
    )


def picture(folder: Path, name: str, alt: str) -> str:
    return f"\n![{alt}](results/{folder.name}/{name})\n"


def cell(mean: float, sd: float, n_seeds: float) -> str:
    return f"{mean:.3g} ± {sd:.2g} ({n_seeds:.0f})"


def markdown(table: pd.DataFrame) -> str:
    """A table in Markdown, numbers to three digits behind the point."""
    text = table.map(lambda x: f"{x:.3f}" if isinstance(x, float) else str(x))
    head = [list(text.columns), ["---"] * text.shape[1]]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *text.to_numpy().tolist()]) + "\n"


def main() -> None:
    made = parser(__doc__, out=False)
    made.add_argument("--results", type=Path, default=Path("docs/results"), help="their folders")
    made.add_argument("--page", type=Path, default=Path("docs/results.md"), help="what is written")
    options = made.parse_args()
    options.page.write_text(page(options.results), encoding="utf-8")


if __name__ == "__main__":
    main()
