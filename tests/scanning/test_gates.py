"""Gates in single precision are those of the arrangement, repeated ones once."""

import numpy as np
import pytest

from cutplane.scanning.block import Block
from cutplane.scanning.gates import Gates, packed, unpacked
from cutplane.space.arrangement import sample_arrangement


@pytest.mark.parametrize("units", ["halfspaces", "mixed", "thirds"])
@pytest.mark.parametrize("hidden", [(), (30,), (30, 9), (9, 70, 4)])
def test_patterns_are_those_of_the_arrangement(units, hidden, rows):
    X = rows()
    arrangement = sample_arrangement(X, hidden, np.random.default_rng(0), units=units)
    gates, block = Gates.of(arrangement), Block(0, X)
    expected = gates.of_labelled(arrangement.patterns(X))
    seen = block.seen(gates)
    for own, bits, count in zip(expected, seen.bits, gates.counts, strict=True):
        np.testing.assert_array_equal(unpacked(bits, count.size), own)
    assert [count.sum() for count in gates.counts] == list(arrangement.n_patterns)
    units_on = np.prod([2 * own.sum(axis=1) for own in arrangement.patterns(X)], axis=0)
    np.testing.assert_allclose(seen.units, units_on * np.ones(90))


def test_a_third_of_the_gates_costs_nothing(rows):
    arrangement = sample_arrangement(rows(), (30,), np.random.default_rng(0), units="thirds")
    assert arrangement.n_patterns == (30,)
    gates = Gates.of(arrangement)
    assert gates.counts[0].size == 20
    assert gates.counts[0].max() == 11


@pytest.mark.parametrize("width", [1, 63, 64, 65, 200])
def test_bits_come_back(width):
    pattern = np.random.default_rng(0).random((7, width)) < 0.5
    bits = packed(pattern)
    assert bits.shape == (-(-width // 64), 7)
    np.testing.assert_array_equal(unpacked(bits, width), pattern)


def test_what_is_seen_is_kept_for_the_same_gates(rows):
    X = rows()
    one, other = (sample_arrangement(X, (9,), np.random.default_rng(seed)) for seed in (0, 1))
    block = Block(0, X)
    seen = block.seen(Gates.of(one))
    assert block.seen(Gates.of(one)) is seen
    assert block.seen(Gates.of(other)) is not seen
