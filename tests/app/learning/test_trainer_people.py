"""Several people, a real journal and the thread: what is learnt is what the journal says."""

import threading
from contextlib import ExitStack, closing

import numpy as np
import pytest

pytest.importorskip("sqlalchemy")

from small_runs import begun, same_model, table, until

from cutplane.active.journal import Journal
from cutplane.app.answers.assignments import Assignments
from cutplane.app.answers.desk import Desk
from cutplane.app.answers.rules import Rules
from cutplane.app.learning.trainer import Trainer
from cutplane.app.team.database import Database
from cutplane.app.team.leases import Leases

X, y = table(120)


class Team:
    """What people act on, until the block ends."""

    def __init__(self, path, held, **options):
        self.log = held.enter_context(Journal(path))
        database = held.enter_context(closing(Database.beside(self.log)))
        self.rules = Rules("classification", seed=0, takes_names=True, **options)
        self.trainer = held.enter_context(
            Trainer(begun(X), self.log, seed=0, snapshot=path.with_name("model.npz"), poll=0.05)
        )
        self.desk = Desk(self.log, len(X), self.rules)
        leases = Leases(database)
        self.assignments = Assignments(self.desk, leases, self.trainer, self.rules)

    def work(self, who, seed, n_acts):
        """Answers, now and then another act."""
        rng, last = np.random.default_rng(seed), None
        for _ in range(n_acts):
            question = self.assignments.next(who, last)
            if question is None:
                return
            row, label, last = question.row, str(y[question.row]), None
            match rng.choice(["answer", "skip", "unknown", "undo"], p=[0.7, 0.1, 0.1, 0.1]):
                case "answer":
                    self.desk.answer(row, label, who)
                    last = row, label
                case "skip":
                    self.desk.skip(row, who)
                case "unknown":
                    self.desk.unknown(row, who)
                case _:
                    self.desk.undo(who)
            self.trainer.wake()


@pytest.mark.parametrize("overlap", [0.0, 0.5])
def test_what_four_people_say_is_learnt_as_the_journal_has_it(tmp_path, overlap):
    path = tmp_path / "labels.journal"
    with ExitStack() as held:
        team = Team(path, held, overlap=overlap)
        people = [threading.Thread(target=team.work, args=(f"person {i}", i, 10)) for i in range(4)]
        for one in people:
            one.start()
        for one in people:
            one.join(60)
        until(lambda: team.trainer.ledger.events == team.log.events)
        assert team.trainer.status.problem == ""
        events, ledger = team.log.events, team.trainer.ledger
    assert len(ledger.book.told) > 10
    assert same_model(ledger, begun(X).after(*events))
    with ExitStack() as held:
        again = Team(path, held, overlap=overlap)
        until(lambda: again.trainer.ledger.events == events)
        assert same_model(again.trainer.ledger, ledger)
        again.work("person 1", 9, 5)
        until(lambda: again.trainer.ledger.events == again.log.events)
        assert same_model(again.trainer.ledger, begun(X).after(*again.log.events))
