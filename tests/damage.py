"""Every kind of archive that the product writes, small, and what a reader makes of it."""

import numpy as np
import pandas as pd

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.run import run
from cutplane.estimators.base import CuttingPlaneEstimator
from cutplane.network import load_network
from cutplane.tables.model import TableModel, load_model
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.table import Table

X = np.random.default_rng(0).normal(size=(24, 3))
VALUE = X[:, 0] - 0.5 * X[:, 1]
TARGETS = {
    "two": (VALUE > 0).astype(int),
    "three": np.digitize(VALUE, [-0.5, 0.5]),
    "text": np.array(["no", "yes"], dtype=object)[(VALUE > 0).astype(int)],
    "numbers": 3 * VALUE + 10,
}
FRAME = pd.DataFrame(X, columns=list("abc")).assign(d=np.array(["u", "v", "w"])[np.arange(24) % 3])
#: Rows that are told.
N = 12
TABLE = Table("frame", FRAME.astype({"d": object}), numbers=np.arange(24))


def fitted(target, **options):
    kind = CuttingPlaneRegressor if target == "numbers" else CuttingPlaneClassifier
    options = {"hidden": (5,), "random_state": 0} | options
    return kind(**options).fit(X[:N], TARGETS[target][:N])


def read_estimator(path):
    """Predictions before one more label and after it."""
    estimator = CuttingPlaneEstimator.load(path)
    before = answers(estimator, X)
    estimator.partial_fit(X[-1:], estimator.predict(X[-1:]))
    return [*before, *answers(estimator, X)]


def answers(estimator, rows):
    made = [estimator.predict(rows), estimator.scores(rows)]
    return [*made, estimator.predict_proba(rows)] if hasattr(estimator, "predict_proba") else made


def learner(target, *, activation="gated_relu", **options):
    estimator = fitted(target, activation=activation)
    made = ActiveLearner(type(estimator)(**estimator.get_params()), random_state=0, **options)

    def answer(questions):
        if questions.ndim == 1:
            return TARGETS[target][questions]
        return (questions[:, 0] > questions[:, 1]).astype(int)

    return run(made, answer, 8)


def read_learner(path):
    """Predictions, the next question, and predictions once it is answered."""
    made = ActiveLearner.load(path)
    before = answers(made.estimator_, X)
    asked = made.ask(1)
    made.tell(asked, made.labels_[:1])
    return [*before, asked, *answers(made.estimator_, X)]


def model(target, **options):
    preprocessing = Preprocessing.fit(FRAME)
    estimator = fitted(target)
    options = {"hidden": (5,), "random_state": 0} | options
    estimator = type(estimator)(**options)
    estimator.fit(preprocessing.transform(FRAME)[:N], TARGETS[target][:N])
    return TableModel.from_estimator(estimator, preprocessing, "answer")


def read_model(path):
    made = load_model(path).predictions(TABLE).frame
    return [made[name].to_numpy() for name in made]


def network(**options):
    made = fitted("two", **options).network_
    return made


#: Something with ``save``, and what reads its file.
KINDS = {
    "relu network": (
        lambda: network(activation="relu", hidden=(3, 2)),
        read_network := (lambda path: [load_network(path)(X)]),
    ),
    "gated network": (lambda: network(hidden=(3, 2)), read_network),
    "network by leaves": (lambda: network(final_solve="sparse", cost=1.0), read_network),
    "default classifier": (lambda: fitted("two"), read_estimator),
    "classifier of text": (lambda: fitted("text", hidden=(3, 2)), read_estimator),
    "classifier of three": (lambda: fitted("three", activation="relu"), read_estimator),
    "classifier with final solve": (lambda: fitted("two", final_solve="ridge"), read_estimator),
    "relu classifier of gravity": (
        lambda: fitted("two", activation="relu", center="gravity", hidden=(3, 2)),
        read_estimator,
    ),
    "chebyshev classifier": (lambda: fitted("two", center="chebyshev", cost=1.0), read_estimator),
    "relu regressor": (lambda: fitted("numbers", activation="relu", hidden=(3, 2)), read_estimator),
    "regressor": (lambda: fitted("numbers"), read_estimator),
    "transformed regressor": (lambda: fitted("numbers", target_transform="log"), read_estimator),
    "learner": (lambda: learner("two", X_pool=X), read_learner),
    "learner of three": (lambda: learner("three", X_pool=X), read_learner),
    "learner of a box": (
        lambda: learner("two", domain=([-2] * 3, [2] * 3), query="margin", activation="relu"),
        read_learner,
    ),
    "model": (lambda: model("text"), read_model),
    "model of numbers": (lambda: model("numbers", target_transform="log"), read_model),
    "model of three": (lambda: model("three", activation="relu"), read_model),
}
