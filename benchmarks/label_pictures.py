"""Pictures of the page for the documentation, taken in Chromium of a table that is labelled for it.

    python benchmarks/label_pictures.py

writes docs/images/label/*.png, wide and as a phone has them. It needs the extra ``app``, Playwright
for Python and Chromium.
"""

import argparse
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from playwright.sync_api import sync_playwright

from cutplane.app.setup.options import LabelOptions
from cutplane.app.setup.project import open_project
from cutplane.app.web.security import Security
from cutplane.app.web.server import application
from cutplane.app.web.serving import listening, server_of

OUT = Path(__file__).parents[1] / "docs" / "images" / "label"
#: Width and height of a phone, in pixels of CSS.
PHONE = (390, 780)
PRAISE = (
    "She plays the judge without raising her voice once, and you cannot look away.",
    "When the river rises, every chair in that kitchen matters.",
    "Small, odd, and kinder than it wants to admit.",
    "The last twenty minutes are the best anybody has filmed this year.",
    "I laughed on the way home, and again the next morning.",
    "Every joke is also a clue, and all of them are fair.",
)
BLAME = (
    "It looks expensive and feels like an advertisement for itself.",
    "Not one joke lands, and the dog deserves a better agent.",
    "A sequel that explains what nobody had asked, twice.",
    "Two and a half hours, of which one is rain.",
    "The villain has a plan that a timetable would have stopped.",
    "You will guess the ending from the poster.",
)
GUIDE = """**good**: the writer would see it again. **bad**: the writer would not.

**mixed** only where praise and blame are in balance. Judge the *text*, not the film.
"""


def reviews(n: int = 240) -> tuple[pd.DataFrame, np.ndarray]:
    """Reviews with an embedding of eight columns, and their verdicts."""
    rng = np.random.default_rng(4)
    praise = rng.integers(0, 4, n)
    blame = np.where(praise == 0, rng.integers(1, 4, n), rng.integers(0, 4, n))
    texts = []
    for p, b in zip(praise, blame, strict=True):
        said = [*rng.permutation(PRAISE)[:p], *rng.permutation(BLAME)[:b]]
        half = (len(said) + 1) // 2
        texts.append("\n\n".join(filter(None, [" ".join(said[:half]), " ".join(said[half:])])))
    vectors = np.column_stack([praise, blame]) @ rng.normal(size=(2, 8))
    frame = pd.DataFrame(
        (vectors + 0.4 * rng.normal(size=(n, 8))).round(3), columns=[f"v{i}" for i in range(8)]
    )
    frame.insert(0, "review", texts)
    frame.insert(1, "year", rng.integers(1988, 2026, n))
    frame.insert(2, "minutes", rng.integers(78, 164, n))
    return frame, np.select([praise > blame, praise < blame], ["good", "bad"], "mixed")


def answer_some(project, verdicts) -> None:
    """Two people answer; the second one errs at times."""
    rng = np.random.default_rng(0)
    people = {"Ada": 36, "Ben": 14}
    project.people.add("Ben", "label")
    project.people.invite("label", by="Ada")
    last = None
    for number in range(50):
        who = "Ben" if number % 3 == 2 and people["Ben"] else "Ada"
        asked = project.assignments.next(who, last=last)
        if asked is None:
            continue
        people[who] -= 1
        right = str(verdicts[asked.row])
        slips = who == "Ben" and rng.random() < 0.25
        label = "mixed" if slips and right != "mixed" else right
        project.desk.answer(asked.row, label, who)
        last = (asked.row, label)
        if number == 40:
            project.desk.comment(asked.row, "Is this one meant as praise?", who)
        project.trainer.wake()
        while project.trainer.status.n_behind or project.trainer.status.is_learning:
            threading.Event().wait(0.02)


@contextmanager
def served(project):
    """Address of the page."""
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server = server_of(application(project, Security.serving("127.0.0.1", port)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


def entered(browser, address: str, token: str, size, scale: float, *, scheme: str = "light"):
    """The question page in a window of so many pixels, up to 600 of them a phone's."""
    width, height = size
    is_phone = width < 600
    page = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=scheme,
        is_mobile=is_phone,
        has_touch=is_phone,
    ).new_page()
    page.goto(f"{address}/enter?token={token}")
    page.locator(".curve").wait_for()
    return page


def take(browser, address: str, token: str, out: Path) -> None:
    """Look at the pages, wide, narrow for the guide's phone form, and narrow in the dark."""
    for suffix, size, scale in ((".png", (1160, 760), 1.5), (".phone.png", PHONE, 2)):
        width, height = size
        page = entered(browser, address, token, size, scale)
        page.screenshot(path=out / f"question{suffix}")
        page.set_viewport_size({"width": width, "height": 1120})
        page.locator("[data-act=why]").click()
        page.locator(".why").wait_for()
        asked = ".why" if size == PHONE else ".question"
        page.locator(asked).screenshot(path=out / f"why{suffix}")
        page.set_viewport_size({"width": width, "height": height})
        for name in ("answers", "grid", "team"):
            page.goto(f"{address}/{name}")
            page.screenshot(path=out / f"{name}{suffix}")
        page.context.close()
    page = entered(browser, address, token, PHONE, 1.5, scheme="dark")
    page.screenshot(path=out / "phone.png")
    page.context.close()


def main(out: Path) -> None:
    """Label a table, and take the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    frame, verdicts = reviews()
    with TemporaryDirectory() as folder:
        table, guide = Path(folder, "reviews.csv"), Path(folder, "guide.md")
        frame.to_csv(table, index=False)
        guide.write_text(GUIDE, encoding="utf-8")
        options = LabelOptions(
            table,
            "verdict",
            classes=("good", "bad", "mixed"),
            columns=("review", "year", "minutes"),
            guide=guide,
            budget=120,
            overlap=0.3,
            annotator="Ada",
        )
        with open_project(options) as project:
            answer_some(project, verdicts)
            with served(project) as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"),
                    args=["--no-sandbox", "--disable-gpu", "--no-first-run"],
                )
                take(browser, address, project.token, out)
                browser.close()
    print(f"Pictures are in {out}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT)
    main(parser.parse_args().out)
