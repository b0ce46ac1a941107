"""The price chosen from the labels: agreement with labels left out, along a warm path."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import StratifiedKFold

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.choices import choose_cost

COSTS = (30.0, 10.0, 3.0, 1.0, 0.3)


def classifier(hidden=(20,), **options):
    return CuttingPlaneClassifier(hidden=hidden, **{"random_state": 0} | options)


def halves(n, flips, seed=0):
    """Rows, labels of the two sides of a line, some of them flipped, and the truth."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    truth = X[:, 0] + X[:, 1] > 0
    return X, truth ^ (rng.random(n) < flips), truth


class Known(ClassifierMixin, BaseEstimator):
    """An estimator whose agreement at each price is given."""

    def __init__(self, agreements=None, cost=1.0, tol=1e-3, random_state=None, n_jobs=None):
        self.agreements = agreements
        self.cost = cost
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = False

    def fit(self, X, y):
        self.cost_ = self.cost
        return self

    def reprice(self, cost):
        assert cost <= self.cost_, "prices fall"
        self.cost_ = cost
        return self

    def agreement(self, X, y):
        return self.agreements[self.cost_]

    def set_params(self, **params):
        params.pop("verbose", None)
        return super().set_params(**params)


@pytest.mark.parametrize("hidden", [(), (15,), (5, 4)])
@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("kind", [CuttingPlaneClassifier, CuttingPlaneRegressor])
def test_a_new_price_gives_what_a_fit_with_it_gives(kind, activation, hidden):
    X, y, _ = halves(25, 0.1)
    options = {"hidden": hidden, "activation": activation, "tol": 1e-9, "random_state": 0}
    model = kind(cost=10.0, **options).fit(X, y.astype(int))
    for cost in (0.5, 40.0):  # down, where multipliers must be brought inside, and up
        fresh = kind(cost=cost, **options).fit(X, y.astype(int))
        model.reprice(cost)
        np.testing.assert_allclose(model.scores(X), fresh.scores(X), rtol=1e-5, atol=1e-7)
        assert model.cost_ == model.version_space_.cost == cost


def test_a_new_price_reaches_every_class():
    X, y = load_iris(return_X_y=True)
    X, y = X[::5], y[::5]
    model = classifier(cost=30.0, tol=1e-9).fit(X, y).reprice(1.0)
    fresh = classifier(cost=1.0, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(model.scores(X), fresh.scores(X), rtol=1e-5)


def test_the_same_price_changes_nothing():
    X, y, _ = halves(20, 0.1)
    model = classifier().fit(X, y)
    center = model.center_
    assert model.reprice(model.cost_).center_ is center


def test_a_path_of_prices_takes_fewer_newton_steps_than_fits():
    X, y, _ = halves(40, 0.2)
    options = {"activation": "relu"}
    model = classifier((60,), cost=30.0, **options).fit(X, y)
    warm = sum(model.reprice(cost).n_iter_ for cost in COSTS[1:])
    cold = sum(classifier((60,), cost=cost, **options).fit(X, y).n_iter_ for cost in COSTS[1:])
    assert warm < 0.75 * cold


def test_a_flip_turns_agreement_round():
    """So that random flips shrink its differences between models, and keep their order."""
    X, y, truth = halves(60, 0.1)
    model = classifier().fit(X[:30], y[:30])
    agreement = model.agreement(X[30:], truth[30:])
    assert 0.5 < agreement < 1
    assert model.agreement(X[30:], ~truth[30:]) == pytest.approx(1 - agreement)


def test_agreement_is_the_mean_probability_of_the_labels():
    X, y = load_iris(return_X_y=True, as_frame=False)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = classifier().fit(X[::3], names[::3])
    probability = model.predict_proba(X[1::3], method="link") ** 2  # doubled scores
    probability /= probability.sum(axis=1, keepdims=True)
    assert model.agreement(X[1::3], names[1::3]) == pytest.approx(
        probability[np.arange(50), y[1::3]].mean()
    )


def test_agreement_is_that_of_the_center_which_the_price_moves():
    X, y, _ = halves(20, 0.1)
    plain = classifier().fit(X, y)
    final = classifier(final_solve="sparse").fit(X, y)
    assert final.agreement(X, y) == pytest.approx(plain.agreement(X, y))


@pytest.mark.slow
def test_the_choice_is_that_of_plain_cross_validation():
    X, y, _ = halves(50, 0.2, seed=1)
    means = np.zeros(len(COSTS))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
        for i, cost in enumerate(COSTS):
            model = classifier(cost=cost, tol=1e-6).fit(X[train], y[train])
            means[i] += model.agreement(X[test], y[test]) * test.size / 50
    best = COSTS[int(np.argmax(means))]
    assert choose_cost(classifier(), X, y, COSTS) == best
    assert choose_cost(classifier(n_jobs=2), X, y, COSTS) == best


@pytest.mark.slow
def test_flips_lower_the_price_and_it_pays():
    X, y = load_digits(return_X_y=True)
    X, y = X / 16, y % 2
    options = {"activation": "gated_relu", "units": "halfspaces"}
    gained, lowered = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        train, test = np.split(rng.permutation(y.size), [100])
        noisy = y[train] ^ (rng.random(100) < 0.25)
        auto, default = (
            classifier((50,), cost=cost, **options).fit(X[train], noisy) for cost in ("auto", 30.0)
        )
        clean = classifier((50,), cost="auto", **options).fit(X[train], y[train])
        gained.append(auto.score(X[test], y[test]) - default.score(X[test], y[test]))
        lowered.append(np.sign(clean.cost_ - auto.cost_))
    assert min(lowered) >= 0
    assert np.mean(lowered) >= 0.5
    assert np.mean(gained) > 0.01


def test_a_numeric_target_is_judged_by_r2():
    X = np.linspace(-1, 1, 40)[:, None]
    model = CuttingPlaneRegressor(hidden=(20,), random_state=0).fit(X, X[:, 0] ** 2)
    assert model.agreement(X, X[:, 0] ** 2) == pytest.approx(model.score(X, X[:, 0] ** 2))


def test_the_best_agreement_wins_and_ties_go_to_the_first():
    X, y = np.zeros((10, 1)), np.tile([0, 1], 5)
    assert choose_cost(Known({1.0: 0.6, 3.0: 0.8, 0.3: 0.7}), X, y, (1.0, 3.0, 0.3)) == 3.0
    assert choose_cost(Known({1.0: 0.6, 3.0: 0.8, 0.3: 0.8}), X, y, (1.0, 0.3, 3.0)) == 0.3


@pytest.mark.parametrize("labels", [[0, 1, 0, 1], [0, 0, 0, 0, 0, 0, 1]])
def test_too_few_labels_get_the_default(labels):
    X = np.zeros((len(labels), 1))
    assert choose_cost(classifier(), X, np.array(labels), COSTS) == COSTS[0]
