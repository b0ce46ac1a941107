"""Pictures of the labeler for the documentation, taken in JupyterLab of the guide's first cell.

    python benchmarks/notebook_pictures.py

writes docs/images/label/notebook.png and notebook_dark.png. It needs the extra ``dev`` and
Chromium.
"""

import argparse
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "images" / "label"
WIDTH, HEIGHT = 1160, 900
#: Keys of 3 and 8 by the row that is shown.
PLAY = """
import json
both = digits.target[(digits.target == 3) | (digits.target == 8)]
print("truth", json.dumps(["1" if one == 3 else "2" for one in both]))
"""
#: From an answer to the next question, learning and choosing included.
TIME = """
from datetime import datetime
from itertools import pairwise

times = sorted(
    (datetime.fromisoformat(after.time) - datetime.fromisoformat(before.time)).total_seconds()
    for before, after in pairwise(learner.events_)
    if (before.kind, after.kind) == ("labelled", "asked")
)
half, last = (1000 * times[at] for at in (len(times) // 2, -1))
print(f"Half of the questions came within {half:.0f} ms, all within {last:.0f} ms.")
"""


def first_cell(guide: Path) -> str:
    """The guide's first block of Python."""
    found = re.search(r"```python\n(.*?)```", guide.read_text(encoding="utf-8"), re.S)
    assert found
    return found[1].strip()


def main(out: Path) -> None:
    """Open JupyterLab, answer 24 questions, and take the pictures."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "notebook")]
    from lab_server import Lab, jupyterlab, write_notebook

    import chromium

    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        cell = first_cell(ROOT / "docs" / "guides" / "notebook.md")
        write_notebook(folder / "digits.ipynb", cell, PLAY, TIME)
        with jupyterlab(folder) as url, chromium.started() as browser:
            size = {"width": WIDTH, "height": HEIGHT}
            page = browser.new_page(viewport=size, device_scale_factor=1.5)
            lab = Lab(page).open(url, "digits.ipynb")
            page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
            lab.run(0)
            keys = re.findall(r'"([12])"', lab.run(1).inner_text())
            lab.question().locator(".card.row").click()
            row = lab.row(lab.question())
            for _ in range(24):
                row = lab.press(keys[row], row)
            page.locator(".cutplane .curve").wait_for()
            page.wait_for_timeout(500)
            output = page.locator(".jp-OutputArea").first
            for theme, file in (("Light", "notebook.png"), ("Dark", "notebook_dark.png")):
                lab.choose_theme(theme)
                output.scroll_into_view_if_needed()
                page.mouse.move(5, 5)
                page.wait_for_timeout(800)
                page.screenshot(path=out / file)
            print(lab.run(2).inner_text())
    print(f"Pictures are in {out}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT)
    main(parser.parse_args().out)
