"""Are the probabilities of the link and of the version space calibrated?

A gated classifier asks by margin; after its last label Brier score and log loss of the test
rows are taken of both kinds of probability.

    python benchmarks/calibration.py [--data FOLDER] [--out DIR] [--only NAME ...] [--seeds 5]
"""

from __future__ import annotations

import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier
from harness import one_thread, parser, write_record
from label_suite.data import available
from label_suite.learners import OurLearner
from label_suite.play import SCHEDULES, play
from label_suite.problems import Problem, split

KINDS = ("link", "version_space")
SETS = ["moons", "digits odd", "breast cancer", "spambase", "magic", "letter A-M v N-Z", "digits"]
#: Probabilities are kept so far from 0, or one sure mistake would decide the log loss.
FLOOR = 1e-3


@one_thread
def main() -> None:
    made = parser(__doc__, data=True, seeds=5)
    made.add_argument("--only", nargs="+", metavar="NAME", default=SETS, help="data sets")
    made.add_argument("--labels", type=int, default=60)
    options = made.parse_args()
    rows = []
    for data, table in available(options.data, options.only, openml=False).items():
        schedule = SCHEDULES[table.task].changed(options.labels, options.labels, "asked")
        for seed in range(options.seeds):
            problem = split(table, seed)
            model = CuttingPlaneClassifier(activation="gated_relu", random_state=seed)
            learner = ActiveLearner(model, problem.X_pool, query="margin", random_state=seed)
            play(OurLearner(learner), problem, schedule, seed)
            rows.append({"data": data, "seed": seed} | losses(learner.estimator_, problem))
        mine = [row for row in rows if row["data"] == data]
        means = {name: np.mean([row[name] for row in mine]) for name in mine[0] if " " in name}
        print(data, ", ".join(f"{name} {value:.3f}" for name, value in means.items()), flush=True)
    write_record(options.out, "calibration", rows)


def losses(model: CuttingPlaneClassifier, problem: Problem) -> dict[str, float]:
    """Brier score and log loss of both kinds of probability, on rows of the classes known."""
    known = np.isin(problem.y_test, model.classes_)
    truth = problem.y_test[known, None] == model.classes_
    out = {}
    for kind in KINDS:
        probability = model.predict_proba(problem.X_test[known], method=kind)
        out[f"brier {kind}"] = float(((probability - truth) ** 2).sum(axis=1).mean() / 2)
        out[f"log loss {kind}"] = float(-np.log(np.maximum(probability[truth], FLOOR)).mean())
    return out


if __name__ == "__main__":
    main()
