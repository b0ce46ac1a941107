"""A table labelled in a real browser, with the real desk, journal and learner behind it."""

import numpy as np
import pandas as pd
import pytest
from looking import line, press

from cutplane.app.setup.options import LabelOptions
from cutplane.app.setup.project import open_project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def options(tmp_path):
    """A table of pieces, round where they are wide."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(120, 3)).round(3), columns=["width", "height", "depth"])
    table.to_csv(tmp_path / "pieces.csv", index=False)
    return LabelOptions(
        tmp_path / "pieces.csv",
        "kind",
        classes=("round", "flat"),
        keys=("flat=f",),
        budget=60,
        annotator="Ada",
    )


def answer(page, project):
    """Give the right answer by its key; the row and the label."""
    row = int(line(page).removeprefix("Line ")) - project.table.first_line
    is_round = project.table.features["width"].iloc[row] > 0
    press(page, "1" if is_round else "f")
    return row, "round" if is_round else "flat"


def test_thirty_rows_by_keyboard_with_three_undone_and_a_reload(visit, options):
    told = []
    with open_project(options) as project:
        page = visit(project, project.token)
        page.wait_for_timeout(160)
        told += [answer(page, project) for _ in range(15)]
        before = line(page)
        page.reload()
        assert line(page) == before
        page.wait_for_timeout(160)
        told += [answer(page, project) for _ in range(15)]
        for key in ("u", "Backspace", "Control+z"):
            press(page, key)
            row = told.pop()[0]
            assert page.locator(".message").inner_text().startswith("Taken back")
            assert int(line(page).removeprefix("Line ")) == row + project.table.first_line
        told += [answer(page, project) for _ in range(3)]
        assert dict(told) == dict(project.desk.standing)
        assert len(dict(told)) == 30
        page.get_by_text("of labels that the others predict").wait_for()
        assert page.locator(".count").inner_text() == "33 of 60 answers"
        assert all(one.seconds > 0 for one in project.desk.all_given())
        last = line(page)
        page.close()  # a new start lets nobody in with the old token
    with open_project(options) as again:
        assert dict(again.desk.standing) == dict(told)
        page = visit(again, again.token)
        assert line(page) == last


def test_two_browsers_get_different_rows(visit, options):
    with open_project(options) as project:
        token = project.people.add("Ben", "label")
        one, two = visit(project, project.token), visit(project, token)
        one.wait_for_timeout(160)
        seen = [answer(page, project)[0] for _ in range(5) for page in (one, two)]
        assert len(set(seen)) == 10
        assert {(given.who, given.row) for given in project.desk.all_given()} == {
            (("Ada", "Ben")[i % 2], row) for i, row in enumerate(seen)
        }
        for path in ("/answers?only=odd", "/grid", "/team", "/downloads"):
            assert one.goto(path).ok
