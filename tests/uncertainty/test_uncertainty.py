"""Shares and deviations over the version space: exact cases, rejection sampling, and caching."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, make_blobs

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.query import STRATEGIES, Question
from cutplane.errors import InvalidInputError
from cutplane.uncertainty.draw import MAX_WITH_SIGN_ROWS
from cutplane.uncertainty.link import entropy, link
from cutplane.uncertainty.normal import NormalEnsemble
from cutplane.uncertainty.score_law import ScoreLaw

ACTIVATIONS = ["relu", "gated_relu"]


def two_classes(n=60, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return X, np.where(X[:, 0] + 0.4 * X[:, 1] ** 2 > 0.2, "in", "out")


def three_classes(n=60):
    return make_blobs(n, centers=3, cluster_std=2.0, random_state=0)


def classifier(activation="gated_relu", **options):
    settings = {"hidden": (8,), "activation": activation, "random_state": 0} | options
    return CuttingPlaneClassifier(**settings)


def ask_as(name, model, X, labelled):
    return STRATEGIES[name](Question(X, labelled, model, np.random.default_rng(0)))


# The mixture of normal laws


def test_law_agrees_with_its_draws():
    rng = np.random.default_rng(0)
    mean, deviation = rng.normal(size=(4, 3, 1)), rng.uniform(0.2, 2, size=(4, 3, 1))
    law = ScoreLaw(mean, deviation, np.zeros((4, 1)))
    draws = mean + deviation * rng.normal(size=(100_000, 1, 1, 1))
    np.testing.assert_allclose(law.std, draws.std(axis=(0, 1)), rtol=0.01)
    np.testing.assert_allclose(law.positive, (draws > 0).mean(axis=(0, 1)), atol=0.005)


def test_known_scores_vote_and_zero_counts_half():
    mean = np.array([[[2.0], [-1.0], [0.0]], [[1.0], [3.0], [0.0]]])
    law = ScoreLaw(mean, np.zeros((1, 1, 1)), np.zeros((2, 1)))
    np.testing.assert_allclose(law.shares, [[0, 1], [0.5, 0.5], [0.5, 0.5]])


# Probabilities


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_symmetry_gives_one_half(activation):
    """Mirrored rows with mirrored labels: on the axis every network has its mirror image."""
    X = np.array([[1.0, 0.3], [-1.0, 0.3], [0.8, -0.5], [-0.8, -0.5]])
    model = classifier(activation, hidden=(), fit_intercept=False).fit(X, [1, 0, 1, 0])
    share = model.predict_proba([[0.0, 1.0], [0.0, -2.0]], method="version_space", n_samples=4000)
    np.testing.assert_allclose(share, 0.5, atol=0.03)


def rejected(space, n, rng, *, gated):
    """Leaf weights (n, L, d) of the standard normal law that satisfy every cut."""
    kept = []
    while sum(map(len, kept)) < n:
        weights = rng.normal(size=(20_000, space.arrangement.n_leaves, space.rows.shape[1]))
        values = weights @ space.rows.T
        on = space.patterns[0].T.astype(float)  # (P, k)
        first, second = values[:, 0::2], values[:, 1::2]
        good = np.all(space.y * (on * (first - second)).sum(axis=1) >= 0, axis=1)
        if not gated:
            side = 2 * on - 1
            good &= np.all((side * first >= 0) & (side * second >= 0), axis=(1, 2))
        kept.append(weights[good])
    return np.concatenate(kept)[:n]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_shares_agree_with_rejection_sampling(activation):
    gated = activation == "gated_relu"
    X, y = two_classes()
    model = classifier(activation, hidden=(2,), cost=np.inf).fit(X[:2], y[:2], X_pool=X)
    space = model.version_space_
    weights = rejected(space, 4000, np.random.default_rng(1), gated=gated)
    rows, on = np.column_stack([X, np.ones(len(X))]), space.arrangement.patterns(X)[0].T
    values = weights @ rows.T
    values = values[:, 0::2], values[:, 1::2]
    active = [on * v if gated else np.maximum(v, 0) for v in values]
    score = (active[0] - active[1]).sum(axis=1)  # exactly 0 where all four ReLU units are off
    expected = ((score > 0) + 0.5 * (score == 0)).mean(axis=0)
    share = model.predict_proba(X, method="version_space", n_samples=3000)[:, 1]
    np.testing.assert_allclose(share, expected, atol=0.06)
    assert np.abs(share - expected).mean() < 0.02
    assert np.ptp(expected) > 0.5


@pytest.mark.parametrize("data", [two_classes, three_classes])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_samples", [None, 0, 40])
def test_probabilities_sum_to_one(data, activation, n_samples):
    X, y = data()
    model = classifier(activation).fit(X[:12], y[:12])
    share = model.predict_proba(X, method="version_space", n_samples=n_samples)
    assert share.shape == (len(X), model.classes_.size)
    np.testing.assert_allclose(share.sum(axis=1), 1)
    assert share.min() >= 0
    agree = model.classes_[share.argmax(axis=1)] == model.predict(X)
    assert agree.mean() > 0.75


@pytest.mark.parametrize("hidden", [(), (8,), (4, 3)])
@pytest.mark.parametrize("data", [two_classes, three_classes])
def test_hard_cuts_fix_their_rows(data, hidden):
    X, y = data()
    y = np.where(X[:, 0] > X[:, 0].mean(), "right", "left") if hidden == () else y
    model = classifier(hidden=hidden, cost=np.inf).fit(X[:6], y[:6], X_pool=X)
    share = model.predict_proba(X[:6], method="version_space", n_samples=64)
    positive = model.ensemble(64).over(X[:6], lambda law: law.positive)
    if model.classes_.size == 2:
        expected = (y[:6, None] == model.classes_).astype(float)
        np.testing.assert_allclose(share, expected)
        np.testing.assert_allclose(positive[:, 0], expected[:, 1])
    else:  # each class's own space knows the answer
        np.testing.assert_allclose(positive, y[:6, None] == model.classes_)
        assert (model.classes_[share.argmax(axis=1)] == y[:6]).all()


def test_shares_of_a_row_do_not_depend_on_the_other_rows():
    X, y = three_classes()
    model = classifier().fit(X[:12], y[:12])
    whole = model.predict_proba(X, method="version_space")
    np.testing.assert_allclose(whole[20:23], model.predict_proba(X[20:23], "version_space"))


def test_elastic_cuts_leave_a_labelled_row_in_doubt():
    X, y = two_classes()
    model = classifier(cost=1.0).fit(X[:10], y[:10])
    share = model.predict_proba(X[:10], method="version_space").max(axis=1)
    assert share.min() < 1


# Deviations


@pytest.mark.parametrize("n_samples", [0, 200])
def test_std_of_a_regressor_shrinks_with_labels(n_samples):
    X = np.random.default_rng(0).uniform(-1, 1, size=(60, 2))
    y = X[:, 0] ** 2 + X[:, 1]
    means = []
    for k in (4, 12, 40):
        model = CuttingPlaneRegressor(hidden=(20,), activation="gated_relu", random_state=0)
        model.fit(X[:k], y[:k], X_pool=X)
        predicted, std = model.predict(X, return_std=True, n_samples=n_samples)
        np.testing.assert_array_equal(predicted, model.predict(X))
        assert std.shape == (60,)
        means.append(std.mean() / model.y_scale_)
    assert means[0] > means[1] > means[2]


@pytest.mark.parametrize("cost", [100.0, np.inf])
@pytest.mark.parametrize("hidden", [(), (30,)])
def test_std_of_a_regressor_is_that_of_the_ball_and_small_on_its_labels(cost, hidden):
    """Labels nearly fix their rows; sampled and in closed form the rest is the ball's."""
    X = np.random.default_rng(0).normal(size=(60, 5))
    y = X @ [1.0, -2.0, 0.5, 0.0, 1.0]
    k = 4 if hidden == () else 20
    model = CuttingPlaneRegressor(
        hidden=hidden, activation="gated_relu", cost=cost, random_state=0
    ).fit(X[:k], y[:k], X_pool=X)
    sampled, closed = (model.predict(X, return_std=True, n_samples=n)[1] for n in (256, 0))
    few = 0.01 if np.isinf(cost) else 0.4
    assert np.median(sampled[:k]) < few * np.median(sampled[k:])
    assert np.median(closed[:k]) < few * np.median(closed[k:])
    np.testing.assert_allclose(np.median(closed[k:] / sampled[k:]), 1, atol=0.25)


def test_slabs_too_narrow_for_a_loose_center_are_sampled_from_a_better_one():
    X, y = load_diabetes(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(X))[:30]
    model = CuttingPlaneRegressor(activation="gated_relu", cost=np.inf, random_state=0)
    model.fit(X[rows], y[rows], X_pool=X)
    std = model.predict(X[rows], return_std=True, n_samples=32)[1]
    assert std.max() < 0.01 * y.std()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_std_of_a_classifier_falls_relative_to_its_scores(activation):
    X, y = two_classes()
    doubts = []
    for k in (4, 15, 50):
        model = classifier(activation).fit(X[:k], y[:k], X_pool=X)
        scores, std = model.decision_function(X, return_std=True, n_samples=100)
        np.testing.assert_array_equal(scores, model.decision_function(X))
        assert std.shape == scores.shape
        doubts.append(np.mean(std) / np.mean(np.abs(scores)))
    assert doubts[0] > doubts[1] > doubts[2]


def test_std_has_the_scale_of_the_scores():
    """Another radius scales the center and its deviation alike; the samples have none."""
    X, y = two_classes()
    small = classifier(radius=1.0, cost=np.inf).fit(X[:12], y[:12])
    large = classifier(radius=7.0, cost=np.inf).fit(X[:12], y[:12])
    ratio = large.decision_function(X) / small.decision_function(X)
    stds = [m.decision_function(X, return_std=True)[1] for m in (small, large)]
    np.testing.assert_allclose(stds[1] / stds[0], ratio, rtol=1e-3)


def test_std_has_a_column_for_every_class():
    X, y = three_classes()
    scores, std = classifier().fit(X[:12], y[:12]).decision_function(X, return_std=True)
    assert scores.shape == std.shape == (60, 3)
    assert (std > 0).any()


# How many, how often, and for whom


def test_networks_are_drawn_once_per_fit():
    X, y = two_classes()
    model = classifier().fit(X[:10], y[:10])
    before = model.ensemble()
    model.predict_proba(X, method="version_space")
    assert model.ensemble() is before
    model.partial_fit(X[10:12], y[10:12])
    assert model.ensemble() is not before
    assert model.ensemble().labelled.shape == (12, 2)


def test_the_seed_decides():
    X, y = two_classes()
    first, again, other = (
        classifier(random_state=s).fit(X[:10], y[:10]).predict_proba(X, "version_space")
        for s in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_saved_and_pickled_estimators_draw_the_same(tmp_path):
    X, y = two_classes()
    model = classifier().fit(X[:10], y[:10])
    expected = model.predict_proba(X, "version_space")
    model.save(tmp_path / "model.npz")
    loaded = CuttingPlaneClassifier.load(tmp_path / "model.npz")
    np.testing.assert_allclose(loaded.predict_proba(X, "version_space"), expected)
    unpickled = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(unpickled.predict_proba(X, "version_space"), expected)


def test_large_networks_fall_back_on_the_normal_law():
    X = np.random.default_rng(0).normal(size=(40, 10))
    y = X[:, 0] > 0
    small = classifier("relu", hidden=(4,)).fit(X[:10], y[:10], X_pool=X)
    large = classifier("relu", hidden=(MAX_WITH_SIGN_ROWS // 400,)).fit(X[:10], y[:10], X_pool=X)
    assert small.ensemble().n_samples == 256
    assert isinstance(large.ensemble(), NormalEnsemble)
    assert small.ensemble(7).n_samples == 7


def test_normal_law_is_near_the_samples():
    X, y = two_classes()
    model = classifier("relu", hidden=(20,)).fit(X[:15], y[:15])
    normal, sampled = (model.predict_proba(X, "version_space", n_samples=n)[:, 1] for n in (0, 512))
    assert np.sqrt(np.mean((normal - sampled) ** 2)) < 0.1


def test_errors_say_what_is_allowed():
    X, y = two_classes()
    model = classifier().fit(X[:10], y[:10])
    with pytest.raises(InvalidInputError, match="'votes' arrived; choose one of link, version_sp"):
        model.predict_proba(X, method="votes")
    for wrong in (-1, 2.5, True):
        with pytest.raises(InvalidInputError, match="number of networks"):
            model.predict_proba(X, method="version_space", n_samples=wrong)
    with pytest.raises(ValueError, match="features"):
        model.predict_proba(X[:, :1], method="version_space")


# Queries


def test_link_and_entropy():
    np.testing.assert_allclose(link(np.array([[0.0]]), 1.0), [[0.5, 0.5]])
    np.testing.assert_allclose(link(np.zeros((2, 4)), 3.0), 0.25)
    np.testing.assert_allclose(entropy(np.array([[1.0, 0.0], [0.5, 0.5]])), [0, np.log(2)])


def test_volume_split_asks_where_the_votes_are_even():
    X, y = two_classes()
    model = classifier().fit(X[:10], y[:10])
    share = model.predict_proba(X, "version_space")[:, 1]
    best = np.argmax(ask_as("volume_split", model, X, X[:10]))
    assert best == np.argmin(np.abs(share - 0.5))


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
@pytest.mark.parametrize("data", [two_classes, three_classes])
def test_a_row_that_hard_cuts_fix_is_asked_last(name, data):
    X, y = data()
    model = classifier(cost=np.inf).fit(X[:6], y[:6], X_pool=X)
    utilities = ask_as(name, model, X, X[:6])
    assert utilities[:6].mean() < np.median(utilities[6:])


def test_disagreement_is_a_divergence():
    X, y = three_classes()
    model = classifier().fit(X[:12], y[:12])
    utilities = ask_as("disagreement", model, X, X[:12])
    assert utilities.min() >= 0
    assert utilities.max() <= np.log(3)


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
def test_queries_of_a_regressor_are_its_std(name):
    X = np.random.default_rng(0).uniform(-1, 1, size=(30, 2))
    model = CuttingPlaneRegressor(hidden=(10,), activation="gated_relu", random_state=0)
    model.fit(X[:5], X[:5, 0])
    std = model.predict(X, return_std=True)[1] / model.y_scale_
    np.testing.assert_allclose(ask_as(name, model, X, X[:5]), std)


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
@pytest.mark.parametrize("kind", ["two", "three", "regression"])
def test_learners_ask_by_them(name, kind):
    X, y = {"two": two_classes, "three": three_classes}.get(kind, two_classes)()
    model = classifier()
    if kind == "regression":
        y = X[:, 0]
        model = CuttingPlaneRegressor(hidden=(8,), activation="gated_relu")
    runs = []
    for _ in range(2):
        learner = ActiveLearner(model, X, query=name, batch_size=3, random_state=0)
        while learner.n_labels_ < 12:
            rows = learner.ask()
            learner.tell(rows, y[rows])
        runs.append(learner.labels_rows_.tolist())
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 12


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
def test_points_of_a_box_are_asked_by_them(name):
    learner = ActiveLearner(classifier(), query=name, domain=([-1, -1], [1, 1]), random_state=0)
    while learner.n_labels_ < 8:
        points = learner.ask(2)
        learner.tell(points, points[:, 0] > 0.1)
    assert np.abs(learner.ask(2)).max() <= 1
