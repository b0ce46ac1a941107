"""Pools and boxes: what is offered, however it is stored, and what may be told."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.box import Box
from cutplane.active.box_domain import BoxDomain
from cutplane.active.domain import matches, places
from cutplane.active.domains import restored_domain
from cutplane.active.oracle import ColumnOracle
from cutplane.active.pool import Pool
from cutplane.active.query import STRATEGIES
from cutplane.active.run import run
from cutplane.errors import InvalidInputError
from cutplane.network import ReluNetwork
from cutplane.space.inputs import Inputs

QUERIES = sorted(STRATEGIES)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("batch_size", [1, 4])
def test_kinds_of_pools_ask_the_same_rows(pool, learner, query, batch_size):
    """Also rows whose last digits are others: rounding decides nothing, the seed decides ties."""
    X, _ = pool()
    X = np.round(X, 1).astype(np.float32).astype(float)
    X[np.abs(X) < 0.3] = 0
    y = (X[:, 0] > 0.2).astype(int)
    kinds = [sparse.csr_matrix(X), np.asfortranarray(X)]
    kinds += [X * (1 + 1e-15 * np.random.default_rng(1).normal(size=X.shape))]
    if query == "variance_reduction":
        kinds += [X.tolist(), pd.DataFrame(X), sparse.csc_matrix(X), X.astype(np.float32)]

    def rows(kind):
        active = learner(kind, query=query, batch_size=batch_size, random_state=batch_size)
        return run(active, ColumnOracle(y), budget=12).labels_rows_.tolist()

    expected = rows(X)
    for kind in kinds:
        assert rows(kind) == expected


def relu(**options):
    """Queries that search a box need a network that is continuous."""
    return CuttingPlaneClassifier(activation="relu", **options)


def circle(points):
    return ((points**2).sum(axis=1) > 0.5).astype(int)


@pytest.mark.parametrize(
    "query", ["margin", "extremes", "random", "coverage", "frontier", "spread"]
)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_questions_lie_in_the_domain(query, batch_size):
    low, high = np.array([-1.0, -0.5]), np.array([1.0, 2.0])
    model = relu(hidden=(15,), random_state=0)
    learner = ActiveLearner(
        model, domain=(low, high), query=query, batch_size=batch_size, random_state=1
    )
    for _ in range(8):
        points = learner.ask()
        assert points.shape == (batch_size, 2)
        assert (points >= low - 1e-12).all()
        assert (points <= high + 1e-12).all()
        learner.tell(points, circle(points))
    assert learner.n_labels_ == 8 * batch_size
    assert np.unique(learner.X_pool, axis=0).shape[0] > 4 * batch_size


@pytest.mark.parametrize("query", ["random", "coverage", "spread"])
def test_gated_networks_are_asked_about_points_that_are_ranked(query):
    model = CuttingPlaneClassifier(hidden=(15,), random_state=0)
    learner = ActiveLearner(model, domain=([-1, -1], [1, 1]), query=query, random_state=0)
    for _ in range(8):
        points = learner.ask()
        assert (np.abs(points) <= 1).all()
        learner.tell(points, circle(points))
    assert learner.is_fitted


def test_gated_networks_are_not_searched():
    model = CuttingPlaneClassifier(hidden=(15,), random_state=0)
    learner = ActiveLearner(model, domain=([-1, -1], [1, 1]), random_state=0)
    learner.tell([[0, 0], [1, 1]], [0, 1])
    with pytest.raises(InvalidInputError, match="activation='relu'"):
        learner.ask()


@pytest.mark.slow
def test_margin_questions_are_zeros_of_the_model():
    test = rng(3).uniform(-1, 1, size=(1000, 2))
    accuracy = []
    for seed in range(4):
        model = relu(hidden=(25,), random_state=seed)
        learner = ActiveLearner(model, domain=([-1, -1], [1, 1]), random_state=seed)
        for _ in range(25):
            points = learner.ask()
            if learner.is_fitted:
                scores = learner.estimator_.decision_function(learner.probe_rows)
                if scores.min() < 0 < scores.max():
                    found = learner.estimator_.decision_function(points)[0]
                    assert abs(found) < 1e-9 * np.ptp(scores)
            learner.tell(points, circle(points))
        accuracy.append(learner.estimator_.score(test, circle(test)))
    assert np.mean(accuracy) > 0.8


def test_several_classes_are_synthesized():
    model = relu(hidden=(15,), random_state=0)
    learner = ActiveLearner(model, domain=([-1.0], [1.0]), random_state=0)
    learner.tell([[-0.9], [0.1], [0.9]], [0, 1, 2])  # margin alone need not discover a class
    for _ in range(17):
        points = learner.ask()
        learner.tell(points, np.digitize(points[:, 0], [-0.3, 0.4]))
    grid = np.linspace(-1, 1, 500)[:, None]
    assert learner.estimator_.score(grid, np.digitize(grid[:, 0], [-0.3, 0.4])) > 0.9


def test_regression_in_a_domain():
    model = CuttingPlaneRegressor(hidden=(40,), random_state=0)
    learner = ActiveLearner(model, domain=([-1.0], [1.0]), random_state=0)
    for _ in range(14):
        points = learner.ask()
        learner.tell(points, points[:, 0] ** 2)
    grid = np.linspace(-1, 1, 200)[:, None]
    error = learner.estimator_.predict(grid) - grid[:, 0] ** 2
    assert np.sqrt(np.mean(error**2)) < 0.1


@pytest.mark.parametrize("points", [[0.5, 0.5], [[0.1]], [[0.1, np.nan]], np.zeros((2, 2))])
def test_answers_to_other_points_are_named(points):
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=0), domain=([-1, -1], [1, 1]), random_state=0
    )
    with pytest.raises(ValueError, match=r"points of shape|NaN|2D array|one label"):
        learner.tell(points, [1])
    assert learner.n_labels_ == 0


# What the learner knows of a domain


def domains():
    pool = Pool(np.arange(12.0).reshape(6, 2))
    return [pool, BoxDomain(Box([-1.0, 0.0], [1.0, 3.0]))]


@pytest.mark.parametrize("domain", domains())
def test_questions_lead_to_their_columns_and_a_description_to_the_domain(domain):
    closed = domain.checked([], 6)
    offer = domain.offer(closed, 3, rng(), is_first=True)
    questions = offer.questions_at(offer.places[:3])
    checked = domain.checked(questions.tolist(), 6)
    np.testing.assert_array_equal(checked, questions)
    rows = domain.numbers(checked, 2)
    told = np.concatenate([checked[:2], checked]) if domain.kind == "box" else checked
    np.testing.assert_array_equal(domain.told_rows(told)[rows], domain.columns(checked))
    described = json.loads(json.dumps(domain.described(6)))
    again = restored_domain(domain.to_arrays(), described, None, 0)
    again.check_same(described, [], closed)
    np.testing.assert_array_equal(again.probe(6), domain.probe(6))
    np.testing.assert_array_equal(again.columns(checked), domain.columns(checked))


def test_a_pool_offers_what_is_not_closed():
    domain = Pool(np.arange(12.0).reshape(6, 2))
    offer = domain.offer(np.array([4, 1, 4]), 1, rng(), is_first=False)
    assert offer.questions_at(offer.places).tolist() == offer.places.tolist() == [0, 2, 3, 5]
    np.testing.assert_array_equal(offer.source.take(offer.places), domain.rows[offer.places])
    assert domain.searched == ()
    some = domain.offer(np.array([1, 4]), 1, rng(), is_first=False, candidates=np.array([5, 4, 5]))
    assert some.questions.tolist() == [5]


def test_a_box_finds_its_margin_by_itself():
    domain = BoxDomain(Box([-1.0], [1.0]))
    line = ReluNetwork((np.array([[1.0], [-0.25]]),), Inputs(1))
    points = domain.search("margin", [line], 2, np.empty((0, 1)), rng())
    np.testing.assert_allclose(points, 0.25)


def test_places_are_the_first_ones_and_points_are_told_by_all_coordinates():
    assert places(np.array([3, 7, 1]), np.array([1, 3, 3])).tolist() == [1, -1, 0]
    among = np.array([[0.0, 1.0], [1.0, 1.0]])
    assert places(np.array([[1.0, 1.0], [1.0, 0.0]]), among).tolist() == [1, -1]
    assert matches(np.empty((0, 2)), among).tolist() == []
    assert matches(among, np.empty((0, 2))).tolist() == [False, False]
