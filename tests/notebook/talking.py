"""A labeler whose widget is sent messages, as a browser would, and its learner."""

import re
from html import unescape

import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.notebook import Labeler

X = np.random.default_rng(0).normal(size=(30, 2)).round(2)
SIDES = np.where(X[:, 0] > 0, "right", "left")


def learner_of(X=X, **options):
    """Of classes, quick to teach."""
    return ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0, **options)


def regressor_of(X=X, **options):
    return ActiveLearner(CuttingPlaneRegressor(random_state=0), X, random_state=0, **options)


class Browser:
    """What the script of a widget does: acts with the fields of the question that is shown."""

    def __init__(self, labeler):
        self.widget, self.replies = labeler.widget, {}
        self.widget.send = self._heard
        self.html = self.asked("labeller")

    def _heard(self, content, buffers=None):
        self.replies[content["id"]] = content

    def message(self, **content):
        """A message of any kind, and the reply."""
        self.replies.clear()
        self.widget._handle_custom_msg(content, [])
        return next(iter(self.replies.values()), None)

    def asked(self, act, **fields):
        reply = self.message(id="one", act=act, fields=fields)
        assert "error" not in reply, reply
        return reply["html"]

    def act(self, act, **fields):
        """An act about the row that is shown; shows what comes."""
        self.html = self.asked(act, **({"row": str(self.row)} | fields))
        return self.html

    def answer(self, label=None, **fields):
        """The row that was answered; by its side where no label is given."""
        row = self.row
        self.act("answer", label=str(SIDES[row] if label is None else label), **fields)
        return row

    @property
    def row(self):
        found = re.search(r'name="row" value="(\d+)"', self.html)
        return None if found is None else int(found[1])

    @property
    def said(self):
        """Sentences about the last act."""
        found = re.findall(r'<p class="(?:message|outcome)[^>]*>(.*?)</p>', self.html, re.S)
        return " ".join(map(unescape, found))

    @property
    def typed(self):
        """What stands in the comment's field, and in that for a label."""
        comment = re.search(r"<textarea[^>]*>(.*?)</textarea>", self.html, re.S)[1]
        label = re.search(r'<input name="(?:label|other)"[^>]*value="(.*?)"', self.html)
        return comment, label and label[1]


def opened(learner, rows=None, **options):
    """A labeler, and a browser that shows it."""
    labeler = Labeler(learner, rows, **options)
    return labeler, Browser(labeler)
