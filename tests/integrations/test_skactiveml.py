"""The contract of scikit-activeml: models with missing labels, and pool query strategies."""

import inspect
from copy import deepcopy

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.base import clone
from sklearn.naive_bayes import GaussianNB

skactiveml = pytest.importorskip("skactiveml")

from skactiveml.base import ProbabilisticRegressor, SkactivemlClassifier  # noqa: E402
from skactiveml.pool import (  # noqa: E402
    ExpectedModelVarianceReduction,
    MonteCarloEER,
    ProbabilisticAL,
    QueryByCommittee,
    UncertaintySampling,
)
from skactiveml.utils import MISSING_LABEL, is_labeled, unlabeled_indices  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor  # noqa: E402
from cutplane.integrations.skactiveml import (  # noqa: E402
    ActiveCuttingPlaneClassifier,
    ActiveCuttingPlaneRegressor,
    CuttingPlaneExtremes,
    CuttingPlaneMargin,
    CuttingPlaneSpread,
    VersionSpaceSplit,
)

CLASSIFICATION = (CuttingPlaneMargin, CuttingPlaneExtremes, VersionSpaceSplit)
N = 24


def classifier(**options):
    estimator = CuttingPlaneClassifier(hidden=(10,), random_state=0)
    return ActiveCuttingPlaneClassifier(estimator, **({"random_state": 0} | options))


def regressor(**options):
    return ActiveCuttingPlaneRegressor(
        CuttingPlaneRegressor(hidden=(10,), random_state=0), random_state=0, **options
    )


def pool(n_classes=2, n_labelled=8):
    """Rows, labels of the first few with NaN for the rest, and all labels."""
    X = np.random.default_rng(0).normal(size=(N, 3))
    truth = np.digitize(X[:, 0], [0.0] if n_classes == 2 else [-0.5, 0.5]).astype(float)
    y = np.full(N, MISSING_LABEL)
    y[:n_labelled] = truth[:n_labelled]
    return X, y, truth


class Case:
    """A strategy with the model it asks."""

    def __init__(self, make, is_regression, n_classes=2):
        self.make = make
        self.name = "reg" if is_regression else "clf"
        self.model = regressor() if is_regression else classifier(classes=range(n_classes))
        self.n_classes = n_classes

    def query(self, X, y, *, random_state=0, model=None, **options):
        strategy = self.make(random_state=random_state)
        return strategy.query(X, y, **{self.name: model or self.model}, **options)


def sampled_split(**options):
    return VersionSpaceSplit(**({"n_samples": 8} | options))


@pytest.fixture(
    params=[
        *[(kind, False, n_classes) for kind in CLASSIFICATION for n_classes in (2, 3)],
        (sampled_split, False, 2),
        (CuttingPlaneSpread, True, 2),
    ],
    ids=lambda case: f"{case[0].__name__}-{case[2]}",
)
def case(request):
    return Case(*request.param)


def test_utilities_cover_the_pool_with_nan_where_nothing_is_offered(case):
    X, y, _ = pool(case.n_classes)
    index, utilities = case.query(X, y, return_utilities=True)
    assert index.shape == (1,)
    assert utilities.shape == (1, N)
    np.testing.assert_array_equal(np.isnan(utilities[0]), is_labeled(y))
    assert utilities[0, index[0]] == np.nanmax(utilities[0])
    assert case.query(X, y).shape == (1,)


@pytest.mark.parametrize("batch_size", [2, 5])
def test_a_batch_is_chosen_one_after_the_other(case, batch_size):
    X, y, _ = pool(case.n_classes)
    index, utilities = case.query(X, y, batch_size=batch_size, return_utilities=True)
    assert index.shape == (batch_size,)
    assert np.unique(index).size == batch_size
    assert utilities.shape == (batch_size, N)
    for number, row in enumerate(utilities):
        gone = is_labeled(y)
        gone[index[:number]] = True
        np.testing.assert_array_equal(np.isnan(row), gone)
        assert row[index[number]] == np.nanmax(row)


def test_a_batch_larger_than_the_offer_is_cut_with_a_warning(case):
    X, y, _ = pool(case.n_classes)
    for n_left, candidates in ((N - 8, None), (3, [9, 10, 11])):
        with pytest.warns(UserWarning, match="batch_size"):
            index = case.query(X, y, batch_size=100, candidates=candidates)
        assert sorted(index) == sorted(candidates or unlabeled_indices(y))
        assert len(index) == n_left


def test_candidates_as_positions_and_as_rows(case):
    X, y, _ = pool(case.n_classes)
    offered = unlabeled_indices(y)
    index, utilities = case.query(X, y, return_utilities=True)
    again, same = case.query(X, y, candidates=offered, return_utilities=True)
    np.testing.assert_array_equal(again, index)
    np.testing.assert_allclose(same, utilities)
    _, one = case.query(X, y, candidates=offered[:1], return_utilities=True)
    assert np.isfinite(one[0]).sum() == 1
    by_row, of_rows = case.query(X, y, candidates=X[offered], return_utilities=True)
    assert of_rows.shape == (1, offered.size)
    np.testing.assert_allclose(of_rows[0], utilities[0, offered])
    assert offered[by_row[0]] == index[0]
    new = np.random.default_rng(5).normal(size=(4, 3))
    index, utilities = case.query(X, y, candidates=new, batch_size=2, return_utilities=True)
    assert utilities.shape == (2, 4)
    assert index.max() < 4


def test_labelled_rows_may_be_offered(case):
    X, y, _ = pool(case.n_classes)
    index, utilities = case.query(X, y, candidates=[0, 1, 2], return_utilities=True)
    assert index[0] in (0, 1, 2)
    assert np.isfinite(utilities[0]).sum() == 3


@pytest.mark.parametrize("n_labelled", [0, 1, N - 1])
def test_every_stage_of_a_cycle(case, n_labelled):
    X, _, truth = pool(case.n_classes)
    y = np.full(N, MISSING_LABEL)
    y[:n_labelled] = truth[:n_labelled]
    for _ in range(min(3, N - n_labelled)):
        index, utilities = case.query(X, y, return_utilities=True)
        assert not is_labeled(y)[index].any()
        assert np.isfinite(utilities[0]).sum() == (~is_labeled(y)).sum()
        y[index] = truth[index]


def test_one_class_only(case):
    X, y, _ = pool(case.n_classes)
    y[is_labeled(y)] = 0.0
    index = case.query(X, y, batch_size=3)
    assert np.unique(index).size == 3


def test_nothing_left(case):
    X, _, truth = pool(case.n_classes)
    with pytest.warns(UserWarning, match="batch_size"):
        index, utilities = case.query(X, truth, return_utilities=True)
    assert index.shape == (0,)
    assert utilities.shape == (0, N)


@pytest.mark.parametrize("seed", [7, "RandomState"])
def test_the_same_seed_asks_the_same(case, seed):
    X, y, _ = pool(case.n_classes)
    seed = np.random.RandomState(7) if seed == "RandomState" else seed
    strategy = case.make(random_state=seed)
    options = {case.name: case.model, "batch_size": 4, "return_utilities": True}
    (one, u), (two, v) = (strategy.query(X, y, **options) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(u, v)


def test_model_and_arguments_stay_as_they_are(case):
    X, y, _ = pool(case.n_classes)
    held = X.copy(), y.copy()
    case.query(X, y)
    assert not hasattr(case.model, "estimator_")
    np.testing.assert_array_equal(X, held[0])
    np.testing.assert_array_equal(y, held[1])
    model = deepcopy(case.model).fit(X, y)
    before = model.estimator_
    fitted = case.query(X, y, model=model, return_utilities=True, **{f"fit_{case.name}": False})
    assert model.estimator_ is before
    fresh = case.query(X, y, return_utilities=True)
    np.testing.assert_array_equal(fitted[0], fresh[0])
    np.testing.assert_array_equal(fitted[1], fresh[1])


def test_an_unfitted_model_has_to_be_fitted(case):
    X, y, _ = pool(case.n_classes)
    with pytest.raises(NotFittedError):
        case.query(X, y, **{f"fit_{case.name}": False})


@pytest.mark.parametrize("wrong", [np.nan, "state", GaussianNB(), None])
def test_other_models_are_refused(case, wrong):
    X, y, _ = pool(case.n_classes)
    strategy = case.make(random_state=0)
    with pytest.raises(TypeError):
        strategy.query(X, y, **{case.name: wrong})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("fit", "state", TypeError),
        ("fit", np.nan, TypeError),
        ("batch_size", 0, ValueError),
        ("batch_size", 1.2, TypeError),
        ("return_utilities", "string", TypeError),
        ("candidates", np.nan, ValueError),
        ("candidates", [N], ValueError),
        ("candidates", np.ones((2, 7)), ValueError),
        ("random_state", "state", ValueError),
        ("random_state", np.nan, ValueError),
    ],
)
def test_wrong_arguments(case, argument, value, error):
    X, y, _ = pool(case.n_classes)
    argument = f"fit_{case.name}" if argument == "fit" else argument
    with pytest.raises(error):
        case.query(X, y, **{argument: value})


def test_wrong_data(case):
    X, y, _ = pool(case.n_classes)
    for bad in ("string", np.vstack([X, X]), np.where(X > 1, np.nan, X)):
        with pytest.raises((ValueError, TypeError)):
            case.query(bad, y)
    for bad in (np.nan, np.vstack([y, y])):
        with pytest.raises((ValueError, TypeError)):
            case.query(X, bad)


def test_strategies_clone_and_keep_their_parameters(case):
    strategy = case.make(random_state=3, missing_label=-1)
    again = clone(strategy)
    assert again.get_params() == strategy.get_params()
    for name in inspect.signature(type(strategy).__init__).parameters:
        if name != "self":
            marker = object()
            assert getattr(type(strategy)(**{name: marker}), name) is marker


@pytest.mark.parametrize(
    ("missing", "classes", "dtype"),
    [
        (np.nan, [1.0, 2.0], float),
        (0, [1, 2], int),
        (None, [1, 2], object),
        (None, ["A", "B"], object),
        ("", ["A", "B"], str),
    ],
)
@pytest.mark.parametrize("kind", CLASSIFICATION)
def test_missing_labels_of_every_type(kind, missing, classes, dtype):
    X, _, _ = pool()
    y = np.full(N, missing, dtype=dtype)
    y[0], y[1] = classes
    model = classifier(classes=classes, missing_label=missing)
    index = kind(missing_label=missing, random_state=0).query(X, y, model)
    assert index[0] > 1
    model.fit(X, y)
    assert set(model.predict(X)) <= set(classes)
    assert model.predict(X[:2]).tolist() == classes
    model.set_params(missing_label=5 if missing == "" else "other")
    with pytest.raises((TypeError, ValueError)):
        kind(missing_label=missing, random_state=0).query(X, y, model)


def test_what_the_strategies_look_for():
    X, y, _ = pool(n_labelled=12)
    model = classifier(classes=[0, 1]).fit(X, y)
    offered = unlabeled_indices(y)
    scores = model.estimator_.decision_function(X)
    spread = model.estimator_.spread(X)
    index = CuttingPlaneMargin(random_state=0).query(X, y, model)
    assert index[0] == offered[np.argmin(np.abs(scores[offered]))]
    index = CuttingPlaneExtremes(random_state=0).query(X, y, model, batch_size=2)
    assert set(index) == {offered[np.argmax(scores[offered])], offered[np.argmin(scores[offered])]}
    closed = VersionSpaceSplit(n_samples=0, random_state=0)
    _, utilities = closed.query(X, y, model, return_utilities=True)
    expected = norm.sf(np.abs(scores) / spread)
    np.testing.assert_allclose(utilities[0, offered], expected[offered])
    split = VersionSpaceSplit(n_samples=400, random_state=0)
    _, counted = split.query(X, y, model, return_utilities=True)
    assert 0 <= np.nanmin(counted) <= np.nanmax(counted) <= 0.5
    assert np.corrcoef(counted[0, offered], utilities[0, offered])[0, 1] > 0.6


def test_sampled_splits_of_three_classes():
    X, y, _ = pool(n_classes=3, n_labelled=12)
    model = classifier(classes=[0, 1, 2])
    _, utilities = sampled_split(random_state=0).query(X, y, model, return_utilities=True)
    assert 0 <= np.nanmin(utilities) <= np.nanmax(utilities) <= 2 / 3


def test_first_questions_cover_the_pool():
    X, y, _ = pool(n_labelled=0)
    index = CuttingPlaneMargin(random_state=0).query(X, y, classifier(classes=[0, 1]), batch_size=2)
    assert index[0] == np.argmin(np.linalg.norm(X - X.mean(axis=0), axis=1))
    assert index[1] == np.argmax(np.linalg.norm(X - X[index[0]], axis=1))


def test_the_classifier_learns_from_labelled_rows_only():
    X, y, truth = pool(n_labelled=16)
    model = classifier().fit(X, y)
    plain = CuttingPlaneClassifier(hidden=(10,), random_state=0)
    plain.fit(X[:16], truth[:16], X_pool=X)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    assert model.score(X, truth) == plain.score(X, truth)
    assert isinstance(model, SkactivemlClassifier)


def test_classes_without_labels_have_no_probability():
    X, y, _ = pool(n_labelled=10)
    model = classifier(classes=[2, 1, 0, 3]).fit(X, y)
    assert model.classes_.tolist() == [0, 1, 2, 3]
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (N, 4)
    assert not probabilities[:, 2:].any()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_without_two_classes_the_labels_are_counted():
    X, y, _ = pool(n_labelled=0)
    model = classifier(classes=["x", "y", "z"], missing_label="")
    nothing = np.full(N, "", dtype="U1")
    np.testing.assert_allclose(model.fit(X, nothing).predict_proba(X), 1 / 3)
    assert set(model.predict(X)) <= {"x", "y", "z"}
    nothing[3] = "y"
    np.testing.assert_allclose(model.fit(X, nothing).predict_proba(X), [[0, 1, 0]] * N)
    np.testing.assert_allclose(model.fit([], []).predict_proba(X), 1 / 3)
    with pytest.raises(ValueError, match="No class label"):
        classifier().fit(X, y)


def test_a_cost_matrix_moves_the_prediction():
    X, y, _ = pool(n_labelled=12)
    careful = classifier(classes=[0, 1], cost_matrix=[[0, 1], [1000, 0]]).fit(X, y)
    plain = classifier(classes=[0, 1]).fit(X, y)
    np.testing.assert_array_equal(careful.predict_proba(X), plain.predict_proba(X))
    assert careful.predict(X).sum() > plain.predict(X).sum()
    for wrong in (-1, []):
        with pytest.raises(ValueError):  # noqa: PT011
            classifier(classes=[0, 1], cost_matrix=wrong).fit(X, y)


@pytest.mark.parametrize("make", [classifier, regressor])
def test_models_check_what_they_get(make):
    X, y, _ = pool()
    model = make()
    with pytest.raises(NotFittedError):
        model.predict(X)
    for bad in (np.nan, [1], X[:5]):
        with pytest.raises(ValueError):  # noqa: PT011
            model.fit(bad, y)
    for bad in (np.nan, "state"):
        with pytest.raises((TypeError, ValueError)):
            model.fit(X, bad)
    model.fit(X, y)
    for bad in (np.nan, "state", X[:, :2]):
        with pytest.raises(ValueError):  # noqa: PT011
            model.predict(bad)
    with pytest.raises(TypeError):
        model.set_params(estimator=GaussianNB()).fit(X, y)
    with pytest.raises(ValueError, match="seed"):
        clone(make()).set_params(random_state="state").fit(X, y)


@pytest.mark.parametrize("make", [classifier, regressor])
def test_models_clone_and_repeat(make):
    X, y, _ = pool()
    model = make()
    assert clone(model).get_params(deep=True).keys() == model.get_params(deep=True).keys()
    open_seed = clone(model).set_params(estimator=None)
    one, two = clone(open_seed).fit(X, y), clone(open_seed).fit(X, y)
    np.testing.assert_array_equal(one.predict(X), two.predict(X))
    assert one.get_params()["estimator"] is None


def test_the_regressor_predicts_a_distribution():
    X, y, truth = pool(n_labelled=10)
    model = regressor().fit(X, 3 * y)
    plain = CuttingPlaneRegressor(hidden=(10,), random_state=0)
    plain.fit(X[:10], 3 * truth[:10], X_pool=X)
    mean, deviation = model.predict(X, return_std=True)
    np.testing.assert_allclose(mean, plain.predict(X))
    np.testing.assert_allclose(deviation, plain.spread(X) * plain.y_scale_)
    assert model.sample_y(X, n_samples=5, random_state=0).shape == (N, 5)
    assert isinstance(model, ProbabilisticRegressor)
    empty = regressor().fit(X, np.full(N, np.nan))
    assert not empty.predict(X).any()
    one = np.full(N, np.nan)
    one[4] = 2.0
    np.testing.assert_allclose(regressor().fit(X, one).predict(X[[4]]), 2.0, atol=0.1)


def test_the_models_serve_the_librarys_own_strategies():
    X, y, _ = pool()
    model = classifier(classes=[0, 1])
    assert UncertaintySampling(random_state=0).query(X, y, model).shape == (1,)
    committee = [classifier(classes=[0, 1], random_state=seed) for seed in range(2)]
    assert QueryByCommittee(random_state=0).query(X, y, committee).shape == (1,)
    strategy = ExpectedModelVarianceReduction(random_state=0)
    assert strategy.query(X[:12], y[:12], regressor()).shape == (1,)


def test_few_labels_suffice_where_random_ones_do_not():
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, size=(200, 2))
    truth = (X[:, 0] ** 2 + X[:, 1] > 0.3).astype(int)
    y = np.full(200, MISSING_LABEL)
    model = ActiveCuttingPlaneClassifier(
        CuttingPlaneClassifier(hidden=(50,), activation="relu", random_state=0),
        classes=[0, 1],
        random_state=0,
    )
    strategy = CuttingPlaneMargin(random_state=0)
    for _ in range(25):
        index = strategy.query(X, y, model)
        y[index] = truth[index]
    assert model.fit(X, y).score(X, truth) > 0.95


@pytest.mark.parametrize("make", [classifier, regressor])
def test_weights_are_those_of_the_estimator(make):
    X, y, _ = pool()
    weight = np.where(is_labeled(y), 1.0 + np.arange(N) % 3, np.nan_to_num(y))
    weight[1] = 0.0
    counted = is_labeled(y) & (weight > 0)
    model = make().fit(X, y, weight)
    plain = model.estimator.fit(X[counted], y[counted], weight[counted], X_pool=X)
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    np.testing.assert_array_equal(
        make().fit(X, y, None).predict(X), make().fit(X, y, np.ones(N)).predict(X)
    )
    with pytest.raises(ValueError):  # noqa: PT011
        make().fit(X, y, np.ones(3))


def test_frequencies_are_probabilities_by_how_much_is_known():
    X, y, _ = pool()
    model = classifier(classes=[0, 1, 2]).fit(X, y)
    counts = model.predict_freq(X)
    share = counts / counts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(share, model.predict_proba(X))
    total = counts.sum(axis=1)
    assert np.all((total > 0) & (total < 8))
    assert total[is_labeled(y)].mean() > total[~is_labeled(y)].mean()
    assert not classifier(classes=[0, 1]).fit(X, np.full(N, np.nan)).predict_freq(X).any()
    index = MonteCarloEER(random_state=0).query(X, y, classifier(classes=[0, 1]))
    assert not is_labeled(y)[index].any()
    assert ProbabilisticAL(random_state=0).query(X, y, classifier(classes=[0, 1])).shape == (1,)
