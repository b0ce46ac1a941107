"""Whatever happens to a learner, a journal that is opened again gives the run never closed."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.errors import InvalidInputError

X = np.random.default_rng(0).normal(size=(24, 2)).round(1)
Y = (X[:, 0] > X[:, 1]).astype(int)
QUERIES = ("variance_reduction", "margin", "random", "extremes", "coverage")


class AnyRun(RuleBasedStateMachine):
    """One learner is closed and opened again, or saved and loaded; its twin never is."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.n_rows, self.query = 16, None

    def start(self, journal):
        model = CuttingPlaneClassifier(hidden=(3, 2), random_state=0)
        pool = X[: self.n_rows]
        return ActiveLearner(model, pool, query=self.query, random_state=0, journal=journal)

    @precondition(lambda self: self.query is None)
    @rule(query=st.sampled_from(QUERIES))
    def begin(self, query):
        self.query = query
        self.learner, self.twin = self.start(self.folder / "run.db"), self.start(None)

    def both(self, act):
        """The same with both; what is refused leaves both as they were."""
        answers = []
        for own in (self.learner, self.twin):
            try:
                answers.append(np.asarray(act(own)).tolist())
            except InvalidInputError as error:
                answers.append(str(error))
        assert answers[0] == answers[1]

    @precondition(lambda self: self.query)
    @rule(n=st.integers(1, 3), answered=st.booleans(), name=st.sampled_from(["", "al", "bo"]))
    def ask(self, n, answered, name):
        def act(own):
            rows = own.ask(n)
            if answered and rows.size:
                own.tell(rows, Y[rows], name)
            return rows

        self.both(act)

    @precondition(lambda self: self.query)
    @rule(rows=st.lists(st.integers(0, 24), max_size=3), wrong=st.booleans())
    def tell(self, rows, wrong):
        self.both(lambda own: own.tell(rows, np.append(Y, 0)[rows] ^ wrong))

    @precondition(lambda self: self.query)
    @rule(rows=st.lists(st.integers(0, 24), max_size=2))
    def skip(self, rows):
        self.both(lambda own: own.skip(rows))

    @precondition(lambda self: self.query)
    @rule(data=st.data(), wrong=st.booleans())
    def relabel(self, data, wrong):
        rows = data.draw(st.lists(st.sampled_from([*self.twin.labels_rows_.tolist(), 20])))
        self.both(lambda own: own.relabel(rows, Y[rows] ^ wrong))

    @precondition(lambda self: self.query)
    @rule(data=st.data())
    def forget(self, data):
        known = [*self.twin.labels_rows_.tolist(), *self.twin.skipped_.tolist(), 20]
        rows = data.draw(st.lists(st.sampled_from(known), max_size=3))
        self.both(lambda own: own.forget(rows))

    @precondition(lambda self: self.query and self.n_rows < 24)
    @rule()
    def add(self):
        new = X[self.n_rows : self.n_rows + 4]
        self.n_rows += 4
        self.both(lambda own: own.add(new))

    @precondition(lambda self: self.query)
    @rule()
    def reopen(self):
        self.learner.close()
        self.learner = self.start(self.folder / "run.db")

    @precondition(lambda self: self.query)
    @rule()
    def save_and_load(self):
        self.learner.save(self.folder / "learner.npz")
        journal = self.folder / "run.db"
        self.learner = ActiveLearner.load(self.folder / "learner.npz", journal=journal)

    @invariant()
    def they_are_the_same(self):
        if self.query is None:
            return
        one, other = self.learner, self.twin
        assert one.labels_rows_.tolist() == other.labels_rows_.tolist()
        assert one.labels_.tolist() == other.labels_.tolist()
        assert one.skipped_.tolist() == other.skipped_.tolist()
        assert (one.cut_rows_, one.n_asked_) == (other.cut_rows_, other.n_asked_)
        assert one.is_fitted == other.is_fitted
        if one.is_fitted:
            scores = [own.estimator_.scores(X) for own in (one, other)]
            np.testing.assert_array_equal(*scores)

    def teardown(self):
        if self.query is not None:
            self.learner.close()
        shutil.rmtree(self.folder)


AnyRun.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
TestAnyRun = pytest.mark.slow(AnyRun.TestCase)
