"""The results page and its figures from stored runs, in a minute; suites are played again by name.

    python benchmarks/results.py [--replay NAME ... [--data FOLDER]] [--results docs/results]

Figures are drawn from the files of every suite, in a wide and in a narrow form, docs/results.md is
written, and for every suite it is said when it was played, whether the default has changed since,
which command plays it again, and how many minutes that takes on one core; all of them take 12
hours. --replay plays suites in runs/results/NAME, where a suite that was stopped goes on, as long
as the revision is the one that began; what it leaves takes the place of the files in docs/results.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from harness import parser
from results_figures import draw
from results_page import page
from results_suites import PLAYED, SUITES, Playing, Suite

ROOT = Path(__file__).parents[1]
WORK = ROOT / "runs" / "results"


def main() -> None:
    """Replay what is named, then figures, page and states."""
    options = _options()
    for suite in SUITES:
        if suite.name in options.replay:
            replay(suite, options.results / suite.name, str(options.data))
    draw(options.results)
    options.page.write_text(page(options.results), encoding="utf-8")
    for suite in SUITES:
        print(state(suite, options.results / suite.name))


def replay(suite: Suite, folder: Path, data: str, work: Path = WORK) -> None:
    """Play a suite, or go on with it, and put its files in the place of the older ones."""
    out, now = work / suite.name, Playing.now(ROOT)
    begun = Playing.read(out)
    if begun is not None and begun.revision != now.revision:
        raise SystemExit(
            f"{out} was begun by revision {begun.revision}, and {now.revision} arrived; check that "
            "one out to go on, or delete the folder to begin again"
        )
    (begun or now).write(out)
    words = suite.words(str(out), data)
    if words[0] == "python":
        words[0] = sys.executable
    else:
        words[0] = str(Path(sys.executable).with_name(words[0]))
    subprocess.run(words, cwd=ROOT, check=True)
    for path in folder.iterdir():
        if (out / path.name).is_file():
            shutil.copyfile(out / path.name, path)
    shutil.copyfile(out / PLAYED, folder / PLAYED)


def state(suite: Suite, folder: Path) -> str:
    """When a suite was played, what changed since, and how it is played again."""
    played = Playing.read(folder)
    if played is None:
        said = "never played"
    else:
        missed = [change.record for change in played.missed()]
        said = f"played {played.at[:10]} at {played.revision}, " + (
            f"before records {', '.join(missed)} changed the default" if missed else "up to date"
        )
    again = suite.command.format(out=f"runs/results/{suite.name}", data="FOLDER")
    return f"{suite.name}: {said}; again: {again} ({suite.minutes} minutes)"


def _options():
    made = parser(__doc__, data=True, out=False)
    names = [suite.name for suite in SUITES]
    made.add_argument("--replay", nargs="+", choices=names, default=[], metavar="NAME")
    made.add_argument("--results", type=Path, default=ROOT / "docs" / "results", metavar="DIR")
    made.add_argument("--page", type=Path, default=ROOT / "docs" / "results.md", metavar="FILE")
    options = made.parse_args()
    if "label_suite" in options.replay and options.data is None:
        made.error("label_suite needs --data, the folder of its data files")
    return options


if __name__ == "__main__":
    main()
