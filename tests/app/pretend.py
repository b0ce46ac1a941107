"""A project for pages to show: a table of film reviews, people, and a model that needs no time."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from cutplane.app.answers.agreement import Acceptance, Agreement
from cutplane.app.answers.assignments import Question
from cutplane.app.answers.desk import Receipt, Undone
from cutplane.app.answers.given import NOTHING, Comment, Given
from cutplane.app.answers.rules import Rules
from cutplane.app.learning.figures import Figures, Point
from cutplane.app.learning.similar import Group
from cutplane.app.learning.why import Near, Suggestion, Why
from cutplane.app.setup.options import LabelOptions
from cutplane.app.setup.project import Project
from cutplane.app.team.people import Invitation, Person
from cutplane.errors import InvalidInputError
from cutplane.estimators.leave_one_out import AccuracyEstimate
from cutplane.tables.table import Table

NOW = "2026-11-26T16:30:00+00:00"
SENTENCES = (
    "The first hour takes its time with the brothers and their farm, and it pays: when the river "
    "rises, every chair in that kitchen matters.",
    "It looks expensive and feels like an advertisement for itself.",
    "Not one joke lands, and the dog deserves a better agent.",
    "She plays the judge without raising her voice once, and you cannot look away.",
    "A sequel that explains what nobody had asked, twice.",
    "Small, odd, and kinder than it wants to admit.",
)


def reviews(n=60):
    """A table of texts of one to three paragraphs, a year, a length and a date."""
    texts = [
        "\n\n".join(SENTENCES[(i + j) % len(SENTENCES)] for j in range(1 + i % 3)) for i in range(n)
    ]
    features = pd.DataFrame(
        {
            "review": texts,
            "year": 1990.0 + np.arange(n) % 34,
            "minutes": 85 + 3.5 * (np.arange(n) % 20),
            "seen": pd.Timestamp("2026-03-01") + pd.to_timedelta(np.arange(n), unit="D"),
            "critic": [None if i % 4 else f"critic {i}" for i in range(n)],
        }
    )
    return Table("reviews", features, path=Path("reviews.csv"))


class PretendDesk:
    """Remembers answers in the order they were given; takes the last one back."""

    def __init__(self, table):
        self.steps, self.n_given, self._n_rows = [], 0, len(table.features)
        self.notes, self.again, self.shown = [], {}, set()

    def answer(self, row, label, who, seen=NOTHING):
        self._put(Given(row, who, label, "label", NOW, seen))
        return Receipt(row, "label", len(self.steps))

    def answer_many(self, rows, label, who, seen=NOTHING):
        for row in rows:
            self.answer(row, label, who, seen)

    def skip(self, row, who, seen=NOTHING):
        self._put(Given(row, who, None, "skip", NOW, seen))

    def unknown(self, row, who, seen=NOTHING):
        self._put(Given(row, who, None, "unknown", NOW, seen))

    def correct(self, row, label, who, comment=""):
        self.withdraw(row, who)
        self.answer(row, label, who, replace(NOTHING, comment=comment))

    def decide(self, row, label, who, comment=""):
        self._put(Given(row, who, label, "decision", NOW))

    def withdraw(self, row, who):
        self.steps = [one for one in self.steps if (one.row, one.who) != (row, who)]

    def comment(self, row, text, who):
        self.notes.append(Comment(row, who, text, NOW))

    def undo(self, who):
        own = [one for one in self.steps if one.who == who]
        if not own:
            return None
        self.steps.remove(own[-1])
        self.again[who] = own[-1].row
        return Undone((own[-1].row,), own[-1].kind, own[-1].label, len(self.steps))

    def showed(self, row, suggestion, who, probability=None):
        self.shown.add((row, who))

    def has_seen(self, row, who):
        return (row, who) in self.shown

    def _put(self, given):
        self.n_given += 1
        self.steps.append(given)

    @property
    def standing(self):
        return {one.row: one.label for one in self.steps if one.label is not None}

    @property
    def n_labels(self):
        return len(self.standing)

    @property
    def skipped(self):
        return np.array([one.row for one in self.steps if one.label is None], dtype=np.intp)

    @property
    def classes(self):
        return tuple(dict.fromkeys(self.standing.values()))

    def given(self, row):
        return tuple(o for o in self.steps if o.row == row and o.kind != "decision")

    def decision(self, row):
        found = [one for one in self.steps if one.row == row and one.kind == "decision"]
        return found[-1] if found else None

    def all_given(self):
        return tuple(one for one in self.steps if one.kind != "decision")

    def comments(self, row):
        own = [Comment(row, one.who, one.comment, one.time) for one in self.given(row)]
        return tuple(one for one in (*own, *self.notes) if one.row == row and one.text)

    def closed_for(self, who):
        return np.array([one.row for one in self.steps], dtype=np.intp)

    def disagreements(self):
        said = {(one.row, one.label) for one in self.all_given() if one.label is not None}
        often = Counter(row for row, _ in said)
        return np.array([row for row, n in often.items() if n > 1], dtype=np.intp)

    def latest_of(self, who):
        own = [one for one in self.steps if one.who == who]
        return own[-1] if own else None

    def can_undo(self, who):
        return any(one.who == who for one in self.steps)


class PretendTrainer:
    """Knows figures, expects the first class, and finds neighbours by number."""

    def __init__(self, desk, classes, n_rows):
        self.desk, self.names, self.n_rows = desk, classes, n_rows
        self.status = SimpleNamespace(
            n_behind=0, n_labels=0, is_learning=False, problem="", sentence=""
        )
        self.ledger = None
        self.figures = pretend_figures(classes)

    def why(self, row):
        near = tuple(
            Near(other, label, 0.4 + 0.3 * i)
            for i, (other, label) in enumerate(list(self.desk.standing.items())[:5])
        )
        text = "The answer is expected to settle 3% of what is open about the other rows."
        if self.names is None:
            return Why(near, None, 12.5, 1.75, text)
        shares = np.array([0.62, *([0.38 / (len(self.names) - 1)] * (len(self.names) - 1))])
        return Why(near, tuple(zip(self.names, shares.tolist(), strict=True)), None, None, text)

    def suggestion(self, row):
        if self.names is None:
            return Suggestion(12.5, None, 1.75)
        return Suggestion(self.names[0], 0.91, None)

    def odd(self, limit):
        return ()

    def groups(self, n, closed):
        left = np.setdiff1d(np.arange(self.n_rows), closed)
        return tuple(Group(None, tuple(left[i : i + 6].tolist())) for i in (0, 6) if len(left) > i)

    def wake(self):
        pass


def pretend_figures(classes):
    """Figures of 48 labels."""
    curve = tuple(
        Point(n, 0.92 - 0.4 * 0.93**n, max(0.3, 0.8 - 0.5 * 0.93**n), 0.97) for n in range(6, 49, 3)
    )
    names = [] if classes is None else [str(name) for name in classes]
    return Figures(
        n_labels=48,
        n_asked=51,
        accuracy=AccuracyEstimate(0.89, 0.77, 0.95, 48.0),
        error=None,
        curve=curve,
        classes={name: 30 // (1 + i) for i, name in enumerate(names)},
        expected={name: 1 / len(names) for name in names},
        log_volume_left=-31.2,
        volume_ratio=0.71,
        advice="Of the last 10 answers three changed more than 2% of the predictions: go on.",
        should_stop=False,
        caution="Rows that a question chose are harder than the others, so this is low.",
    )


class PretendPeople:
    """Three people, whose tokens are their names."""

    def __init__(self):
        self.members = {
            "Ada": Person("Ada", "admin"),
            "Ben": Person("Ben", "label"),
            "Cleo": Person("Cleo", "review"),
        }

    def of_token(self, token):
        return self.members.get(token)

    def all(self):
        return tuple(self.members.values())

    def invitations(self):
        until = datetime(2026, 12, 3, 16, 30, tzinfo=UTC)
        return (Invitation("label", "Ada", until, None), Invitation("label", "Ada", until, "Ben"))

    def invite(self, role, *, by, days=7):
        return "a-very-long-token-that-is-shown-only-once-0123456789"

    def accept(self, invitation, name):
        if name in self.members:
            raise InvalidInputError(f"the name {name!r} is taken; choose another one")
        self.members[name] = Person(name, "label")
        return name

    def set_role(self, name, role):
        self.members[name] = Person(name, role)

    def revoke(self, name):
        del self.members[name]


class PretendAssignments:
    """Rows in order; nobody gets what another one holds."""

    def __init__(self, desk, n_rows, leases, rules):
        self.desk, self.n_rows, self.leases, self.rules = desk, n_rows, leases, rules

    def next(self, who, last=None):
        closed = {int(row) for row in self.desk.closed_for(who)}
        held = self.desk.again.pop(who, None) or self.leases.rows.get(who)
        self.leases.rows[who] = held
        if held is not None and held not in closed:
            return Question(held, "open", self.rules.is_blind(held))
        taken = closed | {row for name, row in self.leases.rows.items() if name != who}
        left = [row for row in range(self.n_rows) if row not in taken]
        if not left or (self.rules.budget or np.inf) <= self.desk.n_given:
            self.leases.rows.pop(who, None)
            return None
        self.leases.rows[who] = left[0]
        return Question(left[0], "model", self.rules.is_blind(left[0]))

    def check_affordable(self, rows, who):
        """There is always room."""

    def why_none(self, who):
        return "Every row has an answer; there is nothing left to ask."


class PretendLeases:
    """Who holds which row."""

    def __init__(self):
        self.rows = {}

    def held(self, who):
        return self.rows.get(who)

    def release(self, who):
        self.rows.pop(who, None)


def pretend_project(
    table=None, classes=("good", "bad", "mixed"), *, guide="", image=None, folder=Path(), **rules
):
    """A project of these classes, of none yet where they are empty, of values where None."""
    table = reviews() if table is None else table
    rules = Rules("regression" if classes is None else "classification", **rules)
    desk, leases, n_rows = PretendDesk(table), PretendLeases(), len(table.features)
    return Project(
        options=LabelOptions("reviews.csv", "verdict"),
        table=table,
        pool=SimpleNamespace(),
        target="verdict",
        rules=rules,
        given_classes=tuple(classes or ()),
        columns=tuple(table.features.columns),
        image=image,
        folder=folder,
        guide=guide,
        where="reviews.journal",
        log=SimpleNamespace(),
        desk=desk,
        people=PretendPeople(),
        leases=leases,
        trainer=PretendTrainer(desk, classes, n_rows),
        assignments=PretendAssignments(desk, n_rows, leases, rules),
        owner="Ada",
        token="Ada",
    )


#: What agreement says where nobody has to compute it.
AGREEMENT = Agreement(0.71, 14, 3, "nominal")
ACCEPTANCE = Acceptance(0.9, 0.8, 40, 10)
