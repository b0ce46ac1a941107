"""Shares of votes: symmetry, rejection sampling, what hard cuts fix."""

import numpy as np
import pytest

ACTIVATIONS = ["relu", "gated_relu"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_symmetry_gives_one_half(activation, classifier):
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


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_shares_agree_with_rejection_sampling(activation, two_classes, classifier):
    gated = activation == "gated_relu"
    X, y = two_classes
    model = classifier(activation, hidden=(2,), cost=np.inf).fit(X[:2], y[:2], X_pool=X)
    space = model.version_space_
    weights = rejected(space, 4000, np.random.default_rng(1), gated=gated)
    rows, on = space.leaf_rows(X), space.arrangement.patterns(X)[0].T
    values = weights @ rows.T
    values = values[:, 0::2], values[:, 1::2]
    active = [on * v if gated else np.maximum(v, 0) for v in values]
    score = (active[0] - active[1]).sum(axis=1)  # exactly 0 where all four ReLU units are off
    expected = ((score > 0) + 0.5 * (score == 0)).mean(axis=0)
    share = model.predict_proba(X, method="version_space", n_samples=3000)[:, 1]
    np.testing.assert_allclose(share, expected, atol=0.06)
    assert np.abs(share - expected).mean() < 0.02
    assert np.ptp(expected) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_samples", [None, 0, 40])
def test_probabilities_sum_to_one(some_classes, activation, n_samples, classifier):
    X, y = some_classes
    center = "analytic" if n_samples else "auto"  # drawn networks have a price, and no evidence
    model = classifier(activation, center=center).fit(X[:12], y[:12])
    share = model.predict_proba(X, method="version_space", n_samples=n_samples)
    assert share.shape == (len(X), model.classes_.size)
    np.testing.assert_allclose(share.sum(axis=1), 1)
    assert share.min() >= 0
    agree = model.classes_[share.argmax(axis=1)] == model.predict(X)
    assert agree.mean() > 0.75


@pytest.mark.parametrize("hidden", [(), (8,), (4, 3)])
def test_hard_cuts_fix_their_rows(some_classes, hidden, classifier):
    X, y = some_classes
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


def test_shares_of_a_row_do_not_depend_on_the_other_rows(three_classes, classifier):
    X, y = three_classes
    model = classifier().fit(X[:12], y[:12])
    whole = model.predict_proba(X, method="version_space")
    np.testing.assert_allclose(whole[20:23], model.predict_proba(X[20:23], "version_space"))


def test_elastic_cuts_leave_a_labelled_row_in_doubt(two_classes, classifier):
    X, y = two_classes
    model = classifier(cost=1.0).fit(X[:10], y[:10])
    share = model.predict_proba(X[:10], method="version_space").max(axis=1)
    assert share.min() < 1
