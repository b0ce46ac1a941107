"""Labels as they arrive: whatever objects hold them, or a sentence that names them."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.estimators.labels import class_labels, number_labels, told_labels

NOTHING = np.empty(0)


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (pd.Series([1, 0, None], dtype=object)[:2], "i"),
        (np.array([True, False], dtype=object), "b"),
        ([Decimal("1"), Decimal("0")], "f"),
        ([Fraction(1), 0], "f"),
        ([np.int64(1), 0], "i"),
        ([True, 0], "i"),
        (pd.Series([1, 0], dtype="Int64"), "i"),
        (pd.Series([True, False], dtype="boolean"), "b"),
        (pd.Series([1, 0], dtype="category"), "i"),
        (np.array([1, 0], dtype=np.uint64), "u"),
        ([1.0, 0.0], "f"),
    ],
)
def test_numbers_are_the_values_they_are(y, kind):
    made = class_labels(y, NOTHING)
    assert made.dtype.kind == kind
    assert made.tolist() == [1, 0]
    np.testing.assert_array_equal(number_labels(y), [1.0, 0.0])


@pytest.mark.parametrize(
    "y",
    [
        ["no", "yes"],
        np.array(["no", "yes"]),
        np.array(["no", "yes"], dtype=np.dtypes.StringDType()),
        pd.Series(["no", "yes"], dtype="string"),
        pd.Series(["no", "yes"], dtype="category"),
        [np.str_("no"), "yes"],
    ],
)
def test_text_is_text(y):
    assert class_labels(y, NOTHING).tolist() == ["no", "yes"]
    with pytest.raises(InvalidInputError, match=r"\['no', 'yes'\] arrived; expected numbers"):
        number_labels(y)


@pytest.mark.parametrize(
    "missing", [None, np.nan, pd.NA, pd.NaT, float("nan"), np.float32("nan"), Decimal("NaN")]
)
@pytest.mark.parametrize("label", [1, "yes"])
@pytest.mark.parametrize("make", [number_labels, told_labels])
def test_a_missing_label_is_named_with_its_place(label, missing, make):
    with pytest.raises(InvalidInputError, match="label 1 of y is missing"):
        make([label, missing])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a", 1], "type int, str"),
        ([b"a", b"b"], "type bytes"),
        (np.array([b"a", b"b"]), "bytes: decode"),
        ([[1], [1, 2]], "type list"),
        ([{}, 1], "type dict, int"),
        ([0.5, 1.5], r"\[0.5, 1.5\] arrived, which is continuous"),
        ([Decimal("0.5"), 1], "continuous"),
        ([np.inf, 1.0], "infinity"),
        (np.array([np.nan, 1.0, 2.0, 3.0]), "NaN"),
        ([2**70, 2**70 + 1], "cannot tell apart; give text"),
        ([2**63, 1, 2**53 + 1], "cannot tell apart"),
        ([10**400, 1], "no 64-bit numbers"),
        ([1 + 2j, 1], r"\[\(1\+2j\), .* arrived"),
    ],
)
def test_labels_that_are_no_classes(y, message):
    with pytest.raises(InvalidInputError, match=message):
        class_labels(y, NOTHING)


def test_classes_are_of_the_kind_held():
    text, numbers = np.array(["a", "b"]), np.array([0, 1])
    for y, held in ((numbers, text), (text, numbers), (text.astype(object), numbers)):
        with pytest.raises(InvalidInputError, match="labels of the same type"):
            class_labels(y, held)
    assert class_labels(text, text.astype(object)).tolist() == ["a", "b"]
    assert class_labels([True], numbers).tolist() == [True]


@pytest.mark.parametrize("y", [[2**64, 2.0**70], np.array([2**63, 2**64 - 1], dtype=np.uint64)])
def test_large_whole_numbers_are_floats(y):
    np.testing.assert_array_equal(number_labels(y), [float(y[0]), float(y[1])])


@pytest.mark.parametrize(
    "y", [[1e155, 0], [-1e160, 1e160], [1e-200, 3e-200], [0, 1e-160], [1e308, -1e308]]
)
def test_numbers_whose_squares_leave_double_precision(y, regressor, affine):
    X, _ = affine(4)
    with pytest.raises(InvalidInputError, match="the largest number of y is"):
        number_labels(y)
    model = regressor().fit(X, [1.0, 2.0, 4.0, 3.0])
    before = model.predict(X)
    with pytest.raises(InvalidInputError, match="choose another unit"):
        model.partial_fit(X[:2], y)
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("unit", [1e150, 1e-150])
def test_numbers_within_are_learnt_in_any_unit(regressor, affine, unit):
    X, _ = affine()
    y = X[:, 0]
    one, two = regressor().fit(X, y), regressor().fit(X, unit * y)
    np.testing.assert_allclose(two.predict(X) / unit, one.predict(X), rtol=1e-6)


def test_labels_are_checked_without_being_learnt(classifier, regressor, affine):
    X, y = affine()
    for model in (classifier(), classifier().fit(X, y)):
        state = dict(vars(model))
        assert model.check_labels(np.array([1, 0], dtype=object)).tolist() == [1, 0]
        for bad in ([0.5, 1.5], [None, 1], [[0, 1]], ["a", 1]):
            with pytest.raises(InvalidInputError):
                model.check_labels(bad)
        assert vars(model) == state
    with pytest.raises(InvalidInputError, match="of the same type"):
        model.check_labels(["yes"])
    logarithm = regressor(target_transform="log")
    assert logarithm.check_labels([1, 2]).dtype == float
    with pytest.raises(InvalidInputError, match="needs positive ones"):
        logarithm.check_labels([1, 0])
    with pytest.raises(InvalidInputError, match="of the same type"):
        classifier().fit(X, y).fit(X, np.where(y, "b", "a")).check_labels([1])
