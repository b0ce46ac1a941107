"""Options of labelling that make no sense are refused in a sentence."""

import pytest

from cutplane.app.setup.options import LabelOptions, default_estimator
from cutplane.errors import InvalidInputError


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"classes": ("a", "b", "A ")}, "'a', 'A ' arrived, which look alike"),
        ({"classes": ("a",)}, "'a' is the only class"),
        ({"classes": ("a", " ")}, "one without a name"),
        ({"low": 2.0, "high": 1.0}, "the limits are 2 and 1; give a low one below"),
        ({"low": 1.0, "high": 1.0}, "below the high one"),
        ({"low": float("nan")}, "the limit low is nan"),
        ({"high": float("inf")}, "the limit high is inf"),
        ({"budget": 0}, "a budget of 0 answers"),
        ({"budget": -3}, "a budget of -3 answers"),
        ({"suggest": "always"}, "'always' arrived; choose one of off, after, key"),
        ({"blind": 1.5}, "blind is 1.5; give a share"),
        ({"overlap": -0.1}, "overlap is -0.1"),
        ({"overlap": float("nan")}, "overlap is nan"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(InvalidInputError, match=message):
        LabelOptions("t.csv", **wrong)


def test_the_estimator_of_a_task_by_default():
    names = [type(default_estimator(task, 3)).__name__ for task in ("classification", "regression")]
    assert names == ["CuttingPlaneClassifier", "CuttingPlaneRegressor"]
    assert default_estimator("regression", 3).random_state == 3
