"""Where a class begins: by a probability, given or chosen by leave-one-out."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, recall_score

from cutplane.errors import InvalidInputError
from cutplane.estimators.leave_one_out import METRICS
from cutplane.export.source import Source


def rare(n, seed=0):
    """One row of ten or so is of a class that the rest blurs."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, (X[:, 0] + 0.8 * rng.normal(size=n) > 1.7).astype(int)


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_chooses_on_the_labels_held(classifier, metric):
    X, y = rare(60)
    model = classifier(threshold=metric).fit(X, y)
    plain = classifier().fit(X, y)
    assert model.threshold_ == plain.decision_threshold(metric)
    np.testing.assert_array_equal(model.predict(X), plain.predict_proba(X)[:, 1] > model.threshold_)
    model.partial_fit(X[:5], y[:5])
    assert model.threshold_ == model.decision_threshold(metric)


@pytest.mark.parametrize("weight", [None, "balanced"])
def test_rare_classes_are_found(classifier, weight):
    """Weights of classes do not let a label speak for itself when it is left out."""
    X, y = rare(1100)
    options = {"class_weight": weight}
    plain = classifier(**options).fit(X[:100], y[:100]).predict(X[100:])
    found = classifier(threshold="balanced_accuracy", **options).fit(X[:100], y[:100])
    called = found.predict(X[100:])
    assert recall_score(y[100:], called) > recall_score(y[100:], plain) + 0.15
    assert balanced_accuracy_score(y[100:], called) > balanced_accuracy_score(y[100:], plain)


def test_a_number_serves_every_center(classifier, affine):
    X, y = affine()
    for center in ("gravity", "analytic"):
        often, seldom = (
            classifier(center=center, threshold=own).fit(X, y).predict(X).sum()
            for own in (0.05, 0.95)
        )
        assert often > seldom
    assert classifier().fit(X, y).threshold_ == 0.5


def test_names_of_classes_come_back(classifier, affine):
    X, y = affine()
    labels = np.where(y, "yes", "no")
    model = classifier(threshold="f1").partial_fit(X, labels, classes=["yes", "no", "maybe"])
    assert set(model.predict(X)) <= {"yes", "no"}


@pytest.mark.parametrize("threshold", ["recall", 0.0, 1.0, 2, -0.5, np.nan])
def test_thresholds_that_make_no_sense_are_refused(classifier, affine, threshold):
    with pytest.raises(InvalidInputError, match="give a probability between 0 and 1, or one of"):
        classifier(threshold=threshold).fit(*affine())


def test_what_cannot_be_decided_is_refused(classifier, affine):
    X, y = affine()
    with pytest.raises(InvalidInputError, match="decides between two classes, and 3 arrived"):
        classifier(threshold=0.3).fit(X, np.arange(20) % 3)
    for options in ({"center": "analytic"}, {"final_solve": "ridge"}, {"cost": 3.0}):
        with pytest.raises(InvalidInputError, match="leave-one-out predictions of a law"):
            classifier(threshold="f1", **options).fit(X, y)
    with pytest.raises(InvalidInputError, match="export a classifier with threshold=None"):
        Source.of(classifier(threshold=0.3).fit(X, y))
