"""Write one file of each kind with this version, for later ones to open: once for each release.

``python tests/released/make.py`` makes the folder of a version; it is never made again.
"""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

import cutplane
from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.cli.main import app
from cutplane.network import load_network

HERE = Path(__file__).parent


def rows():
    """A pool of 40 rows, and their classes and values."""
    angle = np.arange(40) * 2.399963  # golden angle: spread over a disc
    X = np.round(np.sqrt(np.arange(40) / 40)[:, None] * np.c_[np.cos(angle), np.sin(angle)], 3)
    return X, np.where(X[:, 0] > 0.1, "in", "out"), np.round(X[:, 0] ** 2 + X[:, 1], 3)


def learner(journal):
    """A learner with a journal, old or new."""
    model = CuttingPlaneClassifier(hidden=(6,), random_state=0)
    return ActiveLearner(model, rows()[0], random_state=0, journal=journal)


def write(folder):
    """The files, and what the models in them said when they were written."""
    X, classes, values = rows()
    with (folder / "table.csv").open("w") as file:
        file.write("a,b,y\n")
        file.writelines(f"{a},{b},{label}\n" for (a, b), label in zip(X, classes, strict=True))
    command = ["fit", str(folder / "table.csv"), "--target", "y", "--hidden", "6"]
    result = CliRunner().invoke(app, [*command, "--out", str(folder / "fit")])
    assert result.exit_code == 0, result.output
    shutil.move(folder / "fit" / "model.npz", folder / "model.npz")
    shutil.rmtree(folder / "fit")
    classifier = CuttingPlaneClassifier(hidden=(6,), random_state=0).fit(X[:20], classes[:20])
    classifier.save(folder / "classifier.npz")
    classifier.network_.save(folder / "network.npz")
    regressor = CuttingPlaneRegressor(hidden=(6,), random_state=0).fit(X[:20], values[:20])
    regressor.save(folder / "regressor.npz")
    with learner(folder / "answers.journal") as own:
        for _ in range(4):
            asked = own.ask()
            own.tell(asked, classes[asked])
        own.skip(own.ask())
        own.save(folder / "learner.npz")
    said = {
        "classes": classifier.predict(X).tolist(),
        "scores": load_network(folder / "network.npz")(X).tolist(),
        "values": regressor.predict(X).tolist(),
        "told": [int(row) for row in own.labels_rows_],
    }
    (folder / "said.json").write_text(json.dumps(said))


if __name__ == "__main__":
    target = HERE / cutplane.__version__
    with tempfile.TemporaryDirectory() as name:
        write(Path(name))
        shutil.copytree(name, target, ignore=shutil.ignore_patterns("*.lock"))
