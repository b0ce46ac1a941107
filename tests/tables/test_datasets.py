import numpy as np
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.datasets import DATASET_NAMES, load_dataset


@pytest.mark.parametrize("name", DATASET_NAMES)
def test_every_data_set_is_finite_named_and_the_same_twice(name):
    first, second = load_dataset(name), load_dataset(name)
    n, d = first.X.shape
    assert first.y.shape == (n,)
    assert len(set(first.feature_names)) == d
    assert np.isfinite(first.X).all()
    assert first.task in ("classification", "regression")
    np.testing.assert_array_equal(first.X, second.X)
    np.testing.assert_array_equal(first.y, second.y)


@pytest.mark.parametrize(
    ("name", "n_classes"),
    [("digits-odd", 2), ("digits-3v8", 2), ("breast-cancer", 2), ("moons", 2), ("digits", 10)],
)
def test_number_of_classes(name, n_classes):
    assert len(np.unique(load_dataset(name).y)) == n_classes


def test_digits_odd_agrees_with_the_digits():
    digits, parity = load_dataset("digits"), load_dataset("digits-odd")
    np.testing.assert_array_equal(parity.y == "odd", digits.y % 2 == 1)


def test_spiral_is_two_interleaved_arms_of_fifty():
    spiral = load_dataset("spiral")
    arm, other = spiral.X[spiral.y == 1], spiral.X[spiral.y == -1]
    assert arm.shape == other.shape == (50, 2)
    np.testing.assert_allclose(other, -arm)
    radius = np.linalg.norm(arm, axis=1)
    angle = np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))
    assert radius[0] == pytest.approx(1)
    assert np.all(np.diff(radius) < 0)
    np.testing.assert_allclose(np.diff(angle), np.pi / 16 * 50 / 99)
    assert spiral.test_size == 0.2


def test_no_line_separates_the_spiral():
    spiral = load_dataset("spiral")
    directions = np.stack([np.cos(a := np.linspace(0, np.pi, 360)), np.sin(a)])
    projections = spiral.X @ directions
    sorted_labels = spiral.y[np.argsort(projections, axis=0)]
    changes = (np.diff(sorted_labels, axis=0) != 0).sum(axis=0)
    assert changes.min() > 1


def test_unknown_name_lists_the_names():
    with pytest.raises(InvalidInputError, match=r"'iris'.*breast-cancer.*spiral"):
        load_dataset("iris")
