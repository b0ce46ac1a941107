"""Columns that only look like features are left out, and those that look like an index are not."""

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.preprocessing import Preprocessing

N = 60
RNG = np.random.default_rng(0)
SHUFFLED = RNG.permutation(N)
WORDS = np.array(["film", "was", "a", "long", "quiet", "walk", "through", "rain", "friends"])


def fitted(**columns):
    """Preprocessing of columns beside a plain one."""
    frame = pd.DataFrame({"z": RNG.normal(size=N), **columns})
    return Preprocessing.fit(frame)


def sentences():
    return [" ".join(RNG.choice(WORDS, 8)) + f" {i}" for i in range(N)]


LEFT_OUT = {
    "the index that pandas writes": ("likely index", "Unnamed: 0", np.arange(N)),
    "of a shuffled table": ("likely index", "Unnamed: 0", SHUFFLED),
    "of a part of a table": ("likely index", "Unnamed: 0", np.sort(RNG.permutation(400)[:N])),
    "of joined files": ("likely index", "Unnamed: 0", np.tile(np.arange(N // 2), 2)),
    "without a name": ("likely index", "", SHUFFLED + 1),
    "a nameless name": ("likely id", "", [f"car {i}" for i in SHUFFLED]),
    "of reset_index": ("likely index", "index", SHUFFLED),
    "numbers of rows": ("likely index", "Row ID", SHUFFLED),
    "a counter under any name": ("likely index", "t", np.arange(N)),
    "from elsewhere": ("likely index", "PassengerId", np.arange(892, 892 + N)),
    "backwards": ("likely index", "rest", np.arange(N)[::-1]),
    "with gaps": ("likely index", "nr", np.delete(np.arange(N + 3), [10, 20, 40])),
    "an id": ("likely id", "customer_id", SHUFFLED * 37 + 1000),
    "in words run together": ("likely id", "customerid", SHUFFLED * 37 + 1000),
    "in camels": ("likely id", "CustomerID", SHUFFLED * 37 + 1000),
    "with a record twice": ("likely id", "id", np.r_[SHUFFLED[:-1], SHUFFLED[0]] * 37),
    "with an empty cell": ("likely id", "order number", np.r_[SHUFFLED[:-1] * 7.0, np.nan]),
    "an id of text": ("likely id", "who", [f"{i * 7919:06x}" for i in SHUFFLED]),
    "of long text": ("likely id", "uuid", [f"{i * 7919:036x}" for i in SHUFFLED]),
    "names": ("likely id", "name", [f"Anna {i}son" for i in SHUFFLED]),
    "sentences": ("texts", "review", sentences()),
    "sentences of another script": (
        "texts",
        "text",
        [f"这部电影的节奏缓慢而安静雨中漫步老朋友们{i}" for i in range(N)],
    ),
    "half as many names as rows": (
        "columns left out",
        "city",
        [f"c{i // 2}" if i < 50 else f"d{i}" for i in range(N)],
    ),
    "one value": ("columns left out", "unit", np.ones(N)),
    "one text": ("columns left out", "unit", ["kg"] * N),
    "one value and gaps": ("columns left out", "unit", [1.0, np.nan] * (N // 2)),
    "one day": ("columns left out", "day", pd.to_datetime(["2020-01-03"] * N)),
    "nothing": ("columns left out", "note", [np.nan] * N),
    "no dates": ("columns left out", "day", pd.to_datetime([None] * N)),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_is_no_feature_is_left_out_with_a_sentence(case):
    kind, name, cells = LEFT_OUT[case]
    found = fitted(**{name: cells})
    assert found.columns == ("z",)
    assert found.left_out == (name,)
    (remark,) = found.remarks
    assert (remark.kind, remark.columns) == (kind, (name,))
    assert repr(name) in remark.message


@pytest.mark.parametrize("case", [case for case in LEFT_OUT if "columns" not in LEFT_OUT[case][0]])
def test_columns_to_keep_are_kept(case):
    _, name, cells = LEFT_OUT[case]
    frame = pd.DataFrame({"z": RNG.normal(size=N), name: cells})
    assert set(Preprocessing.fit(frame, keep=[name]).columns) == {"z", name}


GENUINE = {
    "years, one row each, some years missing": (
        "year",
        np.delete(np.arange(1950, 2030), range(0, 80, 4)),
    ),
    "years of a panel": ("year", np.repeat(np.arange(1990, 2020), 2)),
    "sorted numbers": ("length", np.sort(RNG.normal(size=N))),
    "sorted whole numbers": ("income", np.sort(RNG.choice(90_000, N, replace=False))),
    "different whole numbers": ("price", RNG.choice(900_000, N, replace=False)),
    "points in time": ("timestamp", 1_600_000_000 + 60 * np.arange(N)),
    "ranks": ("rank", SHUFFLED + 1),
    "few numbers": ("number_of_rooms", RNG.integers(1, 9, N)),
    "few keys": ("key", RNG.integers(0, 12, N)),
    "an index of something": ("refractive index", RNG.normal(1.5, 0.1, N)),
    "no id though it ends so": ("humid", RNG.choice(900, N, replace=False)),
    "paid": ("paid", RNG.choice(90_000, N, replace=False)),
    "rows of a grid": ("row", np.repeat(np.arange(6), 10)[SHUFFLED]),
    "a nameless measurement": ("Unnamed: 3", RNG.normal(size=N)),
    "users of many rows": ("user_id", np.repeat(np.arange(12), 5)[SHUFFLED]),
    "few texts": ("code", RNG.choice(["A", "B", "C"], N)),
    "long answers to one question": (
        "answer",
        RNG.choice(["I do not agree with it at all", "yes I do"], N),
    ),
}


@pytest.mark.parametrize("case", GENUINE)
def test_features_stay(case):
    name, cells = GENUINE[case]
    found = fitted(**{name: cells})
    assert set(found.columns) == {"z", name}
    assert not found.remarks


def test_few_rows_are_no_counter_but_a_name_tells():
    few = pd.DataFrame({"x": [1, 2, 3, 4], "index": [1, 2, 3, 4], "c": list("abcd")})
    found = Preprocessing.fit(few)
    assert found.columns == ("x", "c")
    assert found.left_out == ("index",)


def test_a_pool_of_some_rows_knows_the_counter_of_all():
    frame = pd.DataFrame({"t": np.arange(90), "z": RNG.normal(size=90)})
    pool = frame.iloc[np.sort(RNG.permutation(90)[:50])]
    assert Preprocessing.fit(pool).left_out == ("t",)
    assert Preprocessing.fit(pool.reset_index(drop=True)).left_out == ()


def test_an_index_that_tells_the_classes_is_not_learnt():
    """Sorted by class, the rows' numbers alone would be right about every row."""
    frame = pd.DataFrame(RNG.normal(size=(N, 2)), columns=["p", "q"])
    frame.insert(0, "Unnamed: 0", np.arange(N))
    assert Preprocessing.fit(frame).transform(frame).shape == (N, 2)


def test_nothing_but_a_counter_says_how_to_keep_it():
    frame = pd.DataFrame({"x": np.arange(N)})
    with pytest.raises(InvalidInputError, match=r"a count of the rows; --keep 'x' keeps it"):
        Preprocessing.fit(frame)
    assert Preprocessing.fit(frame, keep=["x"]).numeric == ("x",)


def test_an_empty_column_cannot_be_kept_and_a_column_to_keep_has_to_be_there():
    frame = pd.DataFrame({"z": RNG.normal(size=N), "note": np.nan})
    assert Preprocessing.fit(frame, keep=["note"]).left_out == ("note",)
    with pytest.raises(InvalidInputError, match=r"to be kept \('Note '; it has 'note'\)"):
        Preprocessing.fit(frame, keep=["Note "])


def test_columns_without_use_are_one_sentence_for_each_reason():
    columns = {f"c{i}": 1.0 for i in range(40)} | {"a": np.nan, "b": np.nan}
    first, second = fitted(**columns).remarks
    assert (first.count, second.count) == (40, 2)
    assert first.message.endswith("'c3', 'c4' and 35 more are left out: the same in every row.")
