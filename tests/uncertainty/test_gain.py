"""What answers are expected to bring, against laws updated by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from cutplane.uncertainty.answers import Halfspace, NoisyClass, Value
from cutplane.uncertainty.gain import (
    GAINS,
    expected_error,
    halving,
    information,
    settled_share,
    variance_reduction,
)
from cutplane.uncertainty.joint_law import JointLaw, Marginals, Reference

ANSWERS = [NoisyClass(0.0, 0.0), NoisyClass(0.1, 0.5), Halfspace(), Value(0.3)]


def joint(answer, seed=0, n=6, m=4, *, same=False):
    """Law of rows whose covariance is known whole; the reference rows may be the candidates."""
    rng = np.random.default_rng(seed)
    whole = rng.normal(size=(n + m, n + m))
    covariance = whole @ whole.T / (n + m)
    mean = 0.5 * rng.normal(size=n + m)
    first, last = slice(n), slice(n) if same else slice(n, None)
    variance = np.diag(covariance)
    decides = not isinstance(answer, Value)
    return JointLaw(
        Marginals(decides * mean[first], variance[first], 2 * variance[first]),
        lambda: Reference(
            Marginals(decides * mean[last], variance[last], 2 * variance[last]),
            covariance[first, last],
        ),
        np.empty((0, n)),
        lambda place: covariance[first, place],
        np.zeros(n),
        answer,
        decides=decides,
    )


def posterior(law, place, side):
    """Probability of an answer and the reference rows' law after it, by integrals."""
    own, answer = law.candidates, law.answer
    mean, variance = own.mean[place], own.variance[place]
    noise = answer.noise(own.prior)[place]

    def likelihood(f):
        clean = norm.cdf(side * f / np.sqrt(noise)) if noise else float(side * f > 0)
        return answer.flip + (1 - 2 * answer.flip) * clean

    def moment(power):
        def integrand(f):
            return f**power * likelihood(f) * norm.pdf(f, mean, np.sqrt(variance))

        reach = 10 * np.sqrt(variance)
        return quad(integrand, mean - reach, mean + reach, points=[0.0], limit=200)[0]

    share = moment(0)
    new_mean = moment(1) / share
    new_variance = moment(2) / share - new_mean**2
    factor = law.between[place] / variance
    return (
        share,
        law.reference.mean + factor * (new_mean - mean),
        law.reference.variance - factor**2 * (variance - new_variance),
    )


@pytest.mark.parametrize("answer", ANSWERS[:2])
def test_expected_error_goes_through_both_answers(answer):
    law = joint(answer)
    noise = answer.noise(law.reference.prior)

    def error(mean, variance):
        return norm.cdf(-np.abs(mean) / np.sqrt(variance + noise)).sum()

    found = expected_error(law)
    for place in range(6):
        after = 0.0
        for side in (1, -1):
            share, mean, variance = posterior(law, place, side)
            after += share * error(mean, variance)
        before = error(law.reference.mean, law.reference.variance)
        assert found[place] == pytest.approx(before - after, abs=1e-6)


@pytest.mark.parametrize("answer", ANSWERS[:2])
def test_an_answer_tells_the_expected_change_of_the_mean(answer):
    """The law of total variance: what the mean is expected to move is what the variance loses."""
    law = joint(answer, same=True)
    for place in range(6):
        moved = 0.0
        for side in (1, -1):
            share, mean, _ = posterior(law, place, side)
            moved += share * (mean[place] - law.candidates.mean[place]) ** 2
        told = law.told[place] * law.candidates.variance[place] ** 2
        assert told == pytest.approx(moved, rel=1e-6)


def test_information_is_the_entropy_less_that_of_noise():
    law = joint(NoisyClass(0.1, 0.5))
    own = law.candidates

    def entropy(p):
        return -p * np.log(p) - (1 - p) * np.log(1 - p)

    for place, found in enumerate(information(law)):
        mean, deviation = own.mean[place], np.sqrt(own.variance[place])
        noise = np.sqrt(law.answer.noise(own.prior)[place])

        def share(f, noise=noise):
            return 0.1 + 0.8 * norm.cdf(f / noise)

        def weighed(f, mean=mean, deviation=deviation, share=share):
            return entropy(share(f)) * norm.pdf(f, mean, deviation)

        reach = 10 * deviation
        known = quad(weighed, mean - reach, mean + reach, limit=200)[0]
        whole = entropy(0.1 + 0.8 * norm.cdf(mean / np.hypot(deviation, noise)))
        assert found == pytest.approx(whole - known, rel=1e-3)


def test_hard_cuts_tell_the_whole_entropy():
    law = joint(NoisyClass(0.0, 0.0))
    share = norm.cdf(law.candidates.mean / np.sqrt(law.candidates.variance))
    expected = -share * np.log(share) - (1 - share) * np.log(1 - share)
    np.testing.assert_allclose(information(law), expected, rtol=1e-9)


def test_halving_prefers_what_splits_evenly_and_knows_noise():
    law = joint(NoisyClass(0.1, 0.5))
    own = law.candidates
    distance = np.abs(own.mean) / np.sqrt(own.variance + 0.25 * own.prior)
    np.testing.assert_array_equal(np.argsort(-halving(law)), np.argsort(distance))


def test_an_answer_that_others_will_give_halves_nothing():
    """A copy of a row asked already."""
    law = joint(NoisyClass(0.0, 0.0))
    twin = replace(law, prior_column=lambda place: law.candidates.variance)
    after = halving(twin.after(0))
    assert after[0] < 0.01 * halving(law)[0]


def test_values_gain_alike_by_error_and_variance():
    law = joint(Value(0.3))
    expected = (law.between**2).sum(axis=1) / (law.candidates.variance + 0.3)
    np.testing.assert_allclose(variance_reduction(law), expected)
    np.testing.assert_allclose(expected_error(law), expected)
    gain = 0.5 * np.log1p(law.candidates.variance / 0.3)
    np.testing.assert_allclose(information(law), gain)


@pytest.mark.parametrize("answer", ANSWERS)
def test_after_an_answer_the_law_is_that_given_the_prediction(answer):
    """Conditioned on one prediction after the other, as the joint covariance says."""
    law = joint(answer, same=True)
    covariance, before = law.between, law.candidates.variance
    for place in (2, 4):
        known = np.outer(covariance[place], covariance[place]) / covariance[place, place]
        covariance = covariance - known
        law = law.after(place)
        np.testing.assert_allclose(law.between, covariance, atol=1e-12)
        np.testing.assert_allclose(law.candidates.variance, np.diag(covariance), atol=1e-9)
        np.testing.assert_allclose(law.reference.variance, np.diag(covariance), atol=1e-9)
        np.testing.assert_allclose(law.moved, before - np.diag(covariance), atol=1e-12)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("name", GAINS)
def test_gains_are_finite_and_feel_no_unit(answer, name):
    law = joint(answer)
    found = GAINS[name].of([law])
    assert np.isfinite(found).all()
    if law.decides or name != "halving":
        assert (found >= -1e-12).all()
    decided = name == "halving" and law.decides
    np.testing.assert_allclose(GAINS[name].of([law, law]), found * (1 if decided else 2))


def test_a_flip_makes_a_doubtful_row_tell_less():
    for name in ("variance_reduction", "information", "expected_error"):
        clean, noisy = (GAINS[name].of([joint(NoisyClass(flip, 0.5))]) for flip in (0.0, 0.3))
        assert (noisy < clean).all(), name


@pytest.mark.parametrize("z", [-40.0, 40.0])
def test_a_sure_answer_tells_nothing(z):
    for answer in ANSWERS[:3]:
        told = answer.told(np.array([z]), np.ones(1), np.ones(1))
        assert 0 <= told[0] < 1e-3


def test_values_are_averaged_over_hypotheses_in_one_unit():
    one, two = joint(Value(0.3)), joint(Value(0.1), seed=1)
    laws = [replace(one, share=0.75, unit=2.0), replace(two, share=0.25, unit=3.0)]
    expected = 0.75 * 4 * variance_reduction(one) + 0.25 * 9 * variance_reduction(two)
    np.testing.assert_allclose(GAINS["variance_reduction"].of(laws), expected)
    deviation = 1.5 * np.sqrt(one.candidates.variance) + 0.75 * np.sqrt(two.candidates.variance)
    np.testing.assert_allclose(GAINS["halving"].of(laws), deviation)


def test_the_share_that_a_value_settles_is_what_its_noisy_answer_takes_of_the_variance():
    """Of two hypotheses by their weights: conditional variances of normal laws."""
    laws = [
        replace(joint(Value(0.3), seed=seed), share=share, unit=unit)
        for seed, share, unit in ((0, 0.7, 1.0), (1, 0.3, 2.0))
    ]
    before = after = 0.0
    for law in laws:
        own, noise = law.candidates.variance, law.answer.noise(law.candidates.prior)
        left = law.reference.variance - law.between**2 / (own + noise)[:, None]
        before += law.share * law.unit**2 * law.reference.variance.sum()
        after += law.share * law.unit**2 * left.sum(axis=1)
    np.testing.assert_allclose(settled_share(laws), 1 - after / before, rtol=1e-12)


def test_the_share_that_is_settled_of_decisions_ranks_as_the_reduction():
    law = joint(NoisyClass(0.1, 0.5))
    share = settled_share([law])
    assert ((share > 0) & (share < 1)).all()
    np.testing.assert_allclose(
        share / share[0], variance_reduction(law) / variance_reduction(law)[0]
    )


def test_an_exact_answer_about_the_only_row_settles_all_of_it():
    law = joint(Value(0.0), n=1, same=True)
    np.testing.assert_allclose(settled_share([law]), 1.0)
