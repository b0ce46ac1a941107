"""Labels of one class wait for a second one."""

import pickle

import numpy as np
import pytest
from scipy import sparse

from cutplane.errors import EmptyVersionSpaceError, InvalidInputError

ACTIVATIONS = ["relu", "gated_relu"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("classes", [[0, 1], None, [0, 1, 2]])
def test_until_then_every_prediction_is_that_class(classifier, affine, activation, label, classes):
    X, y = affine()
    model = classifier(activation=activation).partial_fit(X[:1], [label], classes=classes)
    assert model.classes_.tolist() == (classes or [label])
    assert (model.predict(X) == label).all()
    one_hot = (model.classes_ == label).astype(float)
    np.testing.assert_array_equal(model.predict_proba(X), np.tile(one_hot, (20, 1)))
    scores, std = model.decision_function(X, return_std=True)
    assert std.shape == scores.shape == ((20, 3) if classes == [0, 1, 2] else (20,))
    best = scores.argmax(axis=1) if scores.ndim == 2 else (scores > 0).astype(int)
    np.testing.assert_array_equal(model.classes_[best], label)
    assert model.score(X, y) == np.mean(y == label)


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
def test_then_it_has_learnt_all(classifier, affine, convert):
    X, y = affine()
    order = np.argsort(y, kind="stable")
    X, y = X[order], y[order]
    weight = 1.0 + np.arange(20) % 3
    parts = classifier()
    for rows in (slice(0, 1), slice(1, 5), slice(5, 20)):
        parts.partial_fit(convert(X[rows]), y[rows], [0, 1], weight[rows])
    once = classifier().fit(X, y, weight)
    np.testing.assert_allclose(parts.scores(X), once.scores(X), atol=1e-12)
    assert parts.classes_.tolist() == [0, 1]


def test_gates_are_sampled_on_the_pool_that_came_first(classifier, affine):
    X, y = affine()
    order = np.argsort(y, kind="stable")
    parts = classifier().partial_fit(X[order[:3]], y[order[:3]], X_pool=X)
    parts.partial_fit(X[order[3:]], y[order[3:]])
    once = classifier().fit(X[order], y[order], X_pool=X)
    np.testing.assert_allclose(parts.scores(X), once.scores(X), atol=1e-12)


def test_what_needs_a_network_says_so(classifier, affine, tmp_path):
    X, _ = affine()
    model = classifier().partial_fit(X[:2], ["a", "a"])
    for call in (model.scores, model.spread, model.moments):
        with pytest.raises(InvalidInputError, match="one class only"):
            call(X)
    with pytest.raises(InvalidInputError, match="one class only"):
        _ = model.network_
    with pytest.raises(InvalidInputError, match="one class only"):
        model.save(tmp_path / "model.npz")
    assert (pickle.loads(pickle.dumps(model)).predict(X) == "a").all()


def test_a_fit_forgets_what_waited(classifier, affine):
    X, y = affine()
    model = classifier().partial_fit(X[:1], [7], classes=[7, 8]).fit(X, y)
    assert model.classes_.tolist() == [0, 1]
    np.testing.assert_array_equal(model.scores(X), classifier().fit(X, y).scores(X))


@pytest.mark.parametrize("names", [[0, 1, 2, 3], ["a", "b", "c", "d"]])
def test_announced_classes_have_no_probability_until_they_come(classifier, affine, names, tmp_path):
    X, y = affine()
    labels = np.array(names)[np.where(y, 3, 1)]
    model = classifier().partial_fit(X, labels, classes=names[::-1])
    model.save(tmp_path / "model.npz")
    for each in (model, type(model).load(tmp_path / "model.npz")):
        assert each.classes_.tolist() == names
        assert each.labelled_classes_.tolist() == [names[1], names[3]]
        assert not each.predict_proba(X)[:, [0, 2]].any()
        scores, std = each.decision_function(X, return_std=True)
        assert scores.shape == std.shape == (20, 4)
        np.testing.assert_array_equal(each.classes_[scores.argmax(axis=1)], each.predict(X))
    plain = classifier().fit(X, labels)
    np.testing.assert_array_equal(model.predict_proba(X)[:, [1, 3]], plain.predict_proba(X))
    model.partial_fit(X[:2], [names[0], names[2]])
    assert model.predict_proba(X).all()
    assert model.decision_function(X).shape == (20, 4)


@pytest.mark.parametrize("held", [1, 12])
@pytest.mark.parametrize(
    "bad",
    [
        {"y": [0.5, 1.5]},
        {"y": [9, 1]},
        {"sample_weight": [-1, 1]},
        {"annotator": ["new", None, "more"]},
        {"depth": -1},
        {"X": np.full((2, 2), np.nan)},
        {"X": np.full((2, 2), 1e200)},
        {"X": np.zeros((2, 3))},
    ],
    ids=lambda bad: str(*bad),
)
def test_a_call_that_fails_changes_nothing(classifier, affine, held, bad):
    X, y = affine()
    model = classifier().partial_fit(X[:held], y[:held], annotator="al")
    before = dict(vars(model))
    call = {"X": X[:2], "y": y[:2], "classes": [0, 1], "annotator": "new"} | bad
    with pytest.raises(InvalidInputError):
        model.partial_fit(**call)
    assert vars(model) == before


def test_contradictions_of_hard_cuts_change_nothing(make, affine):
    X, y = affine()
    model = make(cost=np.inf).fit(X, y)
    before = dict(vars(model))
    with pytest.raises(EmptyVersionSpaceError):
        model.partial_fit(X[:1], 1 - y[:1])
    assert vars(model) == before
    with pytest.raises(EmptyVersionSpaceError):
        model.fit(np.repeat(X[:1], 2, axis=0), [0, 1])
    assert vars(model) == before
