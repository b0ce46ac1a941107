"""Hypotheses are weighed by what the labels say of them, all scores together."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import EmptyVersionSpaceError
from cutplane.estimators import evidence as module
from cutplane.estimators.evidence import (
    AMPLITUDES,
    FLIPS,
    MARGINS,
    NOISES,
    Evidence,
    classification_hypotheses,
    regression_hypotheses,
    slopes,
    weigh,
)
from cutplane.estimators.score import ScoreTarget
from cutplane.newton.gravity import gravity_center, gravity_centers
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace

HARD, SOFT, FLAT = Hypothesis(), Hypothesis(flip=0.1), Hypothesis(0.0, 0.1)


def evidence(log_z, n_labels=10, n_searched=10):
    hypotheses = tuple(Hypothesis(noise=float(i)) for i in range(len(log_z)))
    return Evidence(hypotheses, np.array(log_z, dtype=float), n_labels, n_searched)


def centers_of(spaces, starts, tol):
    return gravity_centers(spaces, starts, tol=tol)


def labelled(
    *, k=14, seed=0, gated=True, hidden=(6,), epsilon=None, weight=1.0, fit_intercept=True
):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 3))
    y = np.where(X[:, 0] + 0.3 * X[:, 1] > 0, 1.0, -1.0) if epsilon is None else X[:, 0]
    arrangement = sample_arrangement(X, hidden, rng, fit_intercept=fit_intercept)
    space = (
        VersionSpace.classification(arrangement, X[:0], y[:0], gated=gated)
        if epsilon is None
        else VersionSpace.regression(arrangement, X[:0], y[:0], epsilon=epsilon, gated=gated)
    )
    return space.with_labels(X, y, weight=weight), X, y


def weighed(space, ys, hypotheses, *, centers_of=centers_of, tol=1e-4, **options):
    targets = [ScoreTarget(i, y, np.zeros_like(y), **options) for i, y in enumerate(ys)]
    return weigh(space, targets, hypotheses, space.n_rows, centers_of, tol)


@given(st.lists(st.floats(-1e4, 50), min_size=1, max_size=8))
def test_weights_are_shares_of_the_evidence(log_z):
    own = evidence(log_z)
    assert own.weights.sum() == pytest.approx(1)
    best = np.max(log_z)
    left_out = np.array(log_z) < best + np.log(0.01) - 1e-9
    assert not own.weights[left_out].any()
    kept = own.kept
    assert set(kept) == set(np.flatnonzero(own.weights))
    assert np.all(np.diff(own.weights[kept]) <= 0)
    for i in kept:
        assert own.weights[i] / own.weights.max() == pytest.approx(np.exp(log_z[i] - best))


def test_evidence_knows_no_constant():
    one, other = evidence([-3.0, -4.0, -2.5]), evidence([-1003.0, -1004.0, -1002.5])
    np.testing.assert_allclose(one.weights, other.weights)
    assert one.kept == other.kept == [2, 0, 1]


def test_equals_stay_in_their_order():
    assert evidence([-1.0, -1.0, -1.0]).kept == [0, 1, 2]


def test_what_leaves_no_network_has_no_share():
    own = evidence([-np.inf, -5.0, -np.inf])
    np.testing.assert_array_equal(own.weights, [0, 1, 0])
    assert own.kept == [1]


def test_nothing_is_kept_where_nothing_has_evidence():
    own = evidence([-np.inf, -np.inf])
    np.testing.assert_array_equal(own.weights, [0, 0])
    assert own.kept == []


@pytest.mark.parametrize(
    ("n_searched", "n", "is_old"), [(10, 11, False), (10, 12, True), (1, 2, True)]
)
def test_evidence_is_old_once_labels_have_grown_by_a_fifth(n_searched, n, is_old):
    assert evidence([0.0], n_searched, n_searched).is_old(n) == is_old


def test_hypotheses_are_listed_best_first():
    rows = evidence([-3.0, -1.0, -2.0]).as_dicts()
    assert [row["noise"] for row in rows] == [1.0, 2.0, 0.0]
    assert [row["log_evidence"] for row in rows] == [-1.0, -2.0, -3.0]
    assert sum(row["weight"] for row in rows) == pytest.approx(1)
    json.dumps(rows)


def test_evidence_comes_back_from_arrays():
    own = Evidence((SOFT, Hypothesis(flip=(0.1, 0.2))), np.array([-1.0, -np.inf]), 12, 10)
    log_z, metadata = own.to_arrays()
    back = Evidence.from_arrays(log_z, json.loads(json.dumps(metadata)))
    assert (back.hypotheses, back.n_labels, back.n_searched) == (own.hypotheses, 12, 10)
    np.testing.assert_array_equal(back.log_z, own.log_z)
    with pytest.raises(ValueError, match=r"log_z of shape \(1,\)"):
        Evidence.from_arrays(log_z[:1], metadata)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (1.0, 0.0)),
        ({"gated": False}, (1.0,)),
        ({"hidden": ()}, (1.0,)),
        ({"fit_intercept": False}, (1.0,)),
    ],
)
def test_constants_alone_need_gates_an_intercept_and_no_sign_rows(options, expected):
    assert slopes(labelled(**options)[0]) == expected


def test_numbers_that_are_given_are_not_compared():
    every = classification_hypotheses((1.0, 0.0), "auto", "auto")
    assert len(set(every)) == 2 * len(FLIPS) * len(MARGINS)
    assert classification_hypotheses((1.0,), 0, 0) == [Hypothesis()]
    flips = classification_hypotheses((1.0,), 0.3, "auto")
    assert {own.flip for own in flips} == {0.3}
    assert {own.noise for own in flips} == set(MARGINS)


def test_one_of_several_classes_has_its_share():
    assert {own.share for own in classification_hypotheses((1.0,), "auto", "auto")} == {0.5}
    assert {own.share for own in classification_hypotheses((1.0,), "auto", "auto", 4)} == {0.25}
    assert {own.share for own in classification_hypotheses((1.0,), 0, 0, 4)} == {0.5}  # hard


def test_amplitudes_are_prior_deviations_of_the_score():
    space, _, _ = labelled(epsilon=0.1)
    every = regression_hypotheses(space, (1.0, 0.0), "auto")
    assert len(set(every)) == 2 * len(NOISES) * len(AMPLITUDES)
    for own in every[:: len(AMPLITUDES) + 1]:
        assumed = space.assuming(own)
        size = np.sqrt(assumed.prior_variance(assumed.patterns, assumed.rows).mean())
        assert min(abs(size * own.amplitude - np.array(AMPLITUDES))) < 1e-9
    assert {own.noise for own in regression_hypotheses(space, (1.0,), 0.4)} == {0.4}


def test_evidence_is_that_of_each_center():
    space, _, y = labelled()
    found, (score,) = weighed(space, [y], [HARD, SOFT, FLAT])
    expected = [gravity_center(space.assuming(own)).law.log_z for own in (HARD, SOFT, FLAT)]
    np.testing.assert_allclose(found.log_z, expected, atol=1e-3)  # warm starts
    assert [own.space.hypothesis for own in score.members] == [
        found.hypotheses[i] for i in found.kept
    ]
    np.testing.assert_allclose([own.weight for own in score.members], found.weights[found.kept])
    assert score.center is score.members[0].center
    np.testing.assert_array_equal(score.space.y, y)


def test_what_is_left_rough_has_no_share():
    """Searching all hypotheses finds the weights of those that matter, as centering all does."""
    space, X, y = labelled(k=40, hidden=(20,))
    other = np.where(X[:, 2] > 0.8, 1.0, -1.0)
    every = classification_hypotheses(slopes(space), "auto", "auto", 2)
    asked = []

    def counted(spaces, starts, tol):
        asked.append(len(spaces))
        return centers_of(spaces, starts, tol)

    found, _ = weighed(space, [y, other], every, centers_of=counted)
    assert asked[0] == 2 * len(every)
    assert asked[1] < asked[0]
    exact = [
        sum(gravity_center(space.assuming(own).relabelled(each)).law.log_z for each in (y, other))
        for own in every
    ]
    np.testing.assert_allclose(found.log_z, exact, atol=0.5)
    known = replace(found, log_z=np.array(exact))
    np.testing.assert_allclose(found.weights, known.weights, atol=1e-3)


def test_scores_of_all_classes_are_weighed_together():
    space, X, y = labelled()
    other = np.where(X[:, 2] > 0, 1.0, -1.0)
    hypotheses = [HARD, SOFT, FLAT]
    one, _ = weighed(space, [y], hypotheses)
    two, _ = weighed(space, [other], hypotheses)
    both, scores = weighed(space, [y, other], hypotheses)
    np.testing.assert_allclose(both.log_z, one.log_z + two.log_z)
    for score in scores:
        np.testing.assert_allclose([m.weight for m in score.members], both.weights[both.kept])
    assert [score.name for score in scores] == [0, 1]


def test_a_hypothesis_that_one_score_contradicts_is_none_for_all():
    space, X, y = labelled()
    more, twice = space.with_labels(X[:1], -y[:1]), np.append(y, -y[0])
    agreed = np.append(y, y[0])
    found, scores = weighed(more, [agreed, twice], [HARD, SOFT])
    assert np.isneginf(found.log_z[0])
    assert np.isfinite(found.log_z[1])
    assert [[m.space.hypothesis for m in score.members] for score in scores] == [[SOFT], [SOFT]]


def test_labels_that_no_hypothesis_allows_are_named():
    space, X, y = labelled()
    more = space.with_labels(X[:1], -y[:1])
    with pytest.raises(EmptyVersionSpaceError) as caught:
        weighed(more, [np.append(y, -y[0])], [HARD, Hypothesis(0.0)])
    assert {0, 14} <= set(caught.value.rows)


def test_centers_without_a_law_are_taken_where_there_is_nothing_else():
    """Though the first hypothesis leaves nothing, and then all are tried again."""
    space, _, y = labelled()

    def without_law(spaces, starts, tol):
        return [
            EmptyVersionSpaceError("nothing")
            if own.hypothesis == HARD
            else replace(gravity_center(own, start, tol=tol), law=None, status="fallback")
            for own, start in zip(spaces, starts, strict=True)
        ]

    found, (score,) = weighed(space, [y], [HARD, SOFT], centers_of=without_law)
    assert found.kept == []
    assert score.members == ()
    assert score.center.status == "fallback"


def test_slabs_count_each_label_by_its_weight():
    """A label of weight 0 says nothing of any hypothesis, be it a volume's or a density's."""
    weight = np.where(np.arange(8) < 6, 1.0, 0.0)
    hypotheses = [Hypothesis(), Hypothesis(noise=0.3)]
    silent, _, y = labelled(k=8, epsilon=0.01, weight=weight)
    found, _ = weighed(silent, [y], hypotheses)
    less, _ = weighed(silent.of_rows(slice(6)), [y[:6]], hypotheses)
    np.testing.assert_allclose(found.log_z, less.log_z, atol=1e-3)


def test_slabs_and_noise_are_compared_as_densities():
    """A slab as wide as the noise has about its evidence, whatever the unit of the labels."""
    for unit in (1.0, 50.0):
        space, _, y = labelled(k=8, epsilon=0.02 * unit)
        space = space.relabelled(unit * y)
        noise = 0.02 * unit / np.sqrt(3)
        hypotheses = [Hypothesis(amplitude=unit), Hypothesis(1.0, 0.0, noise, unit)]
        found, _ = weighed(space, [unit * y], hypotheses)
        assert found.log_z[0] == pytest.approx(found.log_z[1], abs=0.05)


def test_weights_of_a_score_are_those_of_its_members():
    """Final solves and prices read them from the score's own space."""
    space, _, y = labelled(weight=0.5)
    _, (score,) = weighed(space, [y], [SOFT], weight=np.full(14, 2.0))
    np.testing.assert_array_equal(score.space.labels.weight, 2.0)
    np.testing.assert_array_equal(score.members[0].space.labels.weight, 2.0)


def gravity(kind=CuttingPlaneClassifier, **options):
    return kind(hidden=(6,), center="gravity", activation="gated_relu", random_state=0, **options)


def searched(monkeypatch):
    """How many hypotheses each call weighs."""
    calls, own = [], module.weigh

    def counted(space, targets, hypotheses, *rest, **options):
        calls.append(len(hypotheses))
        return own(space, targets, hypotheses, *rest, **options)

    monkeypatch.setattr("cutplane.estimators.base.weigh", counted)
    return calls


def test_all_hypotheses_are_tried_again_when_labels_have_grown(monkeypatch):
    _, X, y = labelled(k=26)
    calls, model = searched(monkeypatch), gravity().fit(X[:20], y[:20])
    every = 2 * len(FLIPS) * len(MARGINS)
    assert calls == [every]
    kept = len(model.evidence_.kept)
    assert kept < every
    for i in range(20, 26):
        model.partial_fit(X[[i]], y[[i]])
    assert calls[1] == kept
    assert all(n <= kept for n in calls[1:4])  # 21, 22, 23 labels
    assert calls[4] == every  # 24 is a fifth more than 20
    assert every > calls[5] >= calls[6] >= len(model.evidence_.kept)
    assert len(calls) == 7
    assert (model.evidence_.n_searched, model.evidence_.n_labels) == (24, 26)


def test_a_new_class_calls_for_all(monkeypatch):
    """Every class has another share of the prior then."""
    _, X, y = labelled(k=20)
    model = gravity().fit(X[:18], y[:18])
    calls = searched(monkeypatch)
    model.partial_fit(X[[18]], [7.0])
    assert calls == [2 * len(FLIPS) * len(MARGINS)]
    assert {own.share for own in model.evidence_.hypotheses} == {1 / 3}
    model.partial_fit(X[[19]], [7.0])
    assert calls[1] < calls[0]


def test_labels_that_those_kept_cannot_have_call_for_all(monkeypatch):
    """Slabs alone were kept; a repeated row of another value has noise."""
    _, X, _ = labelled(k=20)
    model = gravity(CuttingPlaneRegressor).fit(X, X[:, 0])
    assert {model.evidence_.hypotheses[i].noise for i in model.evidence_.kept} == {0.0}
    calls = searched(monkeypatch)
    model.partial_fit(X[:1], X[:1, 0] + 0.5)
    assert len(calls) == 2
    assert calls[1] > calls[0]
    assert min(model.evidence_.hypotheses[i].noise for i in model.evidence_.kept) > 0


@pytest.mark.parametrize("kind", [CuttingPlaneClassifier, CuttingPlaneRegressor])
def test_contradictions_are_noise(kind):
    _, X, y = labelled(k=15)
    X, y = np.vstack([X, X[:2]]), np.append(y, -y[:2])
    model = gravity(kind).fit(X, y)
    assert np.isfinite(model.evidence_.log_z.max())
    assert np.isfinite(model.predict(X)).all()


def test_hard_labels_of_a_user_are_hard():
    _, X, y = labelled(k=15)
    gravity(flip=0, noise=0).fit(X, y)
    with pytest.raises(EmptyVersionSpaceError):
        gravity(flip=0, noise=0).fit(np.vstack([X, X[:1]]), np.append(y, -y[0]))


def test_wrong_labels_move_the_evidence_to_flips_or_noise():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(80, 2))
    y = np.where(X[:, 0] > 0, 1, 0)
    flips = np.where(rng.uniform(size=80) < 0.25, 1 - y, y)

    def softness(labels):
        found = gravity().fit(X, labels).evidence_
        return sum(
            w * (o.flip + o.noise) for o, w in zip(found.hypotheses, found.weights, strict=True)
        )

    assert softness(flips) > softness(y) + 0.3


@pytest.mark.parametrize("weight", [{0: 3.0}, "balanced"])
def test_class_weights_do_not_pile_up(weight):
    """In two parts or at once, the labels count what they count."""
    _, X, y = labelled(k=20)
    y = (y > 0).astype(int)
    parts = gravity(class_weight=weight, flip=0.1, noise=0.0, tol=1e-8)
    once = gravity(class_weight=weight, flip=0.1, noise=0.0, tol=1e-8)
    parts.fit(X[:16], y[:16], X_pool=X).partial_fit(X[16:], y[16:])  # all tried again
    once.fit(X, y, X_pool=X)
    np.testing.assert_allclose(
        parts.decision_function(X), once.decision_function(X), rtol=1e-5, atol=1e-7
    )
    factor = parts._scores[0].members[0].space.labels.weight
    np.testing.assert_allclose(factor, once._scores[0].members[0].space.labels.weight)
