"""A score's networks and solves: computed once for every fit, also by several threads."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from cutplane.estimators import score as score_module
from cutplane.estimators.score import ScoreTarget
from cutplane.final import final_solve as final_module
from cutplane.final import ridge_solve as ridge_module

THREADS = 8


@pytest.fixture
def calls(monkeypatch):
    """Names of the solves behind scores, in the order they are called."""
    names = []

    def counted(module, name):
        solve = getattr(module, name)

        def call(*args, **options):
            names.append(name)
            return solve(*args, **options)

        monkeypatch.setattr(module, name, call)

    counted(final_module, "final_solve")
    counted(ridge_module, "ridge_solve")
    counted(score_module, "analytic_center")
    return names


def rows(n=24, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return X, np.digitize(X[:, 0], [-0.4, 0.4])


def at_once(function):
    """Results of a function that eight threads call at the same moment."""
    together = Barrier(THREADS)

    def call(_):
        together.wait()
        return function()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(call, range(THREADS)))


@pytest.mark.parametrize("final_solve", [None, "sparse", "ridge"])
@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_first_predictions_of_eight_threads_are_those_of_one(make, final_solve, activation, n_jobs):
    X, y = rows()
    options = {"final_solve": final_solve, "activation": activation, "n_jobs": n_jobs}
    expected = make((6,), **options).fit(X, y).predict(X)
    model = make((6,), **options).fit(X, y)
    for predicted in at_once(lambda: model.predict(X)):
        np.testing.assert_array_equal(predicted, expected)
    np.testing.assert_array_equal(model.predict(X), expected)


@pytest.mark.slow
@pytest.mark.parametrize("final_solve", [None, "sparse", "ridge"])
def test_first_questions_of_eight_threads_are_those_of_one(classifier, final_solve):
    X, y = rows(15)
    options = {"final_solve": final_solve, "center": "chebyshev"}
    one, other = (classifier((6,), **options).fit(X, y) for _ in range(2))
    for ask in (
        lambda model: model.spread(X),
        lambda model: model.predict_proba(X, "version_space"),
        lambda model: np.column_stack([network(X) for network in model.network_]),
    ):
        expected = ask(one)
        for found in at_once(lambda ask=ask: ask(other)):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("final_solve", "name"), [("ridge", "ridge_solve"), ("sparse", "final_solve")]
)
def test_a_final_solve_is_computed_once_for_every_fit(classifier, calls, final_solve, name):
    X, y = rows()
    model = classifier((6,), final_solve=final_solve).fit(X[:20], y[:20])
    assert not calls
    at_once(lambda: model.predict(X))
    for ask in (model.scores, model.predict_proba):
        ask(X)
    _ = model.network_, model.scorers("final"), model.scores(X, "center")
    assert calls == [name] * 3  # three classes
    model.partial_fit(X[20:], y[20:])
    model.predict(X)
    assert calls == [name] * 6


def test_the_analytic_center_behind_the_spread_is_computed_once(classifier, calls):
    X, y = rows()
    model = classifier((), center="chebyshev").fit(X, y == 1)
    for _ in range(2):
        model.spread(X)
        close = model.closely(X)
        model.joint_laws(close, lambda close=close: close, decides=True)
    assert calls == ["analytic_center"]


def test_a_solve_that_fails_is_tried_again(classifier, calls, monkeypatch):
    X, y = rows()
    model = classifier((6,), final_solve="sparse").fit(X, y)
    solve = final_module.final_solve

    def no_memory(*_):
        raise MemoryError

    monkeypatch.setattr(final_module, "final_solve", no_memory)
    with pytest.raises(MemoryError):
        model.predict(X)
    monkeypatch.setattr(final_module, "final_solve", solve)
    assert model.score(X, y) > 0.8
    assert len(model.final_solutions_) == 3


def test_a_pickle_takes_along_what_was_solved(classifier, calls):
    X, y = rows()
    model = classifier((6,), final_solve="sparse").fit(X, y)
    expected = model.decision_function(X)
    again = pickle.loads(pickle.dumps(model))
    calls.clear()
    np.testing.assert_array_equal(again.decision_function(X), expected)
    assert not calls
    again.partial_fit(X[:2], y[:2]).predict(X)
    assert calls == ["final_solve"] * 3


@pytest.mark.parametrize("model", ["center", "sparse", "ridge"])
@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("hidden", [(), (5,), (4, 3)])
def test_three_forms_of_a_network_score_alike(classifier, hidden, activation, model):
    X, y = rows()
    (_, score, _) = classifier(hidden, activation=activation).fit(X, y)._scores
    expected = score.decoded(model)(X)
    np.testing.assert_allclose(score.scorer(model)(X), expected, atol=1e-9)
    np.testing.assert_allclose(score.written_out(model)(X), expected, atol=1e-9)
    assert score.decoded(model) is score.decoded(model)


def test_scores_have_the_names_of_their_classes(classifier, regressor):
    X, y = rows()
    names = np.array(["low", "mid", "top"])[y]
    several, two = classifier().fit(X, names), classifier().fit(X, names == "mid")
    assert [name for name, _ in several.named_spaces()] == ["low", "mid", "top"]
    assert [name for name, _ in two.named_spaces()] == [True]
    ((name, space),) = regressor().fit(X, y).named_spaces()
    assert name is None
    assert space.n_rows == len(X)


def test_a_problem_keeps_the_depths_of_before(classifier):
    X, y = rows()
    (score,) = classifier().fit(X[:10], y[:10] > 0)._scores
    wrong = np.where(score.decoded()(X) > 0, -1.0, 1.0)
    first = ScoreTarget.of(None, "a", X[10:], wrong, depth=1.0)
    assert not first.depth.any()
    assert first.start is None
    deep = ScoreTarget.of(score, "a", X[10:], wrong)
    assert not deep.depth.any()
    assert deep.start is score.center
    neutral = ScoreTarget.of(score, "a", X[10:], wrong, depth=1.0)
    assert not neutral.depth[:10].any()
    assert (neutral.depth[10:] < 0).all()
