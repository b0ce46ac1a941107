"""Small projects for tests: a table of forty rows, and ways to open it."""

import time

import numpy as np
import pandas as pd

from cutplane.app.setup.options import LabelOptions, default_estimator
from cutplane.app.setup.project import open_project

N_ROWS = 40


def table_of(folder, name="parts.csv", **columns):
    """A file of forty rows: two numbers, a color and a note."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "weight": rng.normal(size=N_ROWS).round(3),
            "size": rng.normal(size=N_ROWS).round(3),
            "color": rng.choice(["red", "blue"], N_ROWS),
            "note": [f"part {i}\nsecond paragraph of {i}" for i in range(N_ROWS)],
            **columns,
        }
    )
    path = folder / name
    frame.to_csv(path, index=False)
    return path


def truth(project, row):
    """What an honest person says of a row."""
    return "good" if project.table.features["weight"].iloc[row] > 0 else "bad"


def fast(task, seed):
    """An estimator that learns in milliseconds."""
    return default_estimator(task, seed).set_params(hidden=(10,))


def opened(table, say=lambda _: None, **options):
    """A project of a table, its learner a fast one."""
    given = {"target": "grade", "annotator": "ada", "estimator": fast, **options}
    return open_project(LabelOptions(table, **given), say)


def learnt(project):
    """Wait until the model knows all that was said, and its figures are there."""
    project.trainer.wake()
    end = time.monotonic() + 30
    while (figures := project.trainer.figures) is None or figures.n_labels < project.desk.n_labels:
        assert time.monotonic() < end, project.trainer.status
        time.sleep(0.02)
