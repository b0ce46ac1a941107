"""A pass on a device scores rows as NumPy does, and asks for the same ones."""

import numpy as np
import pytest
from scipy import sparse
from sklearn import config_context

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.arrays import Place
from cutplane.scanning import device as device_module
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.block import Block
from cutplane.scanning.device import DeviceEngine, DevicePassing
from cutplane.scanning.networks import ExactForm
from cutplane.scanning.passing import KernelForm, WeightForm

LIBRARIES = ("array_api_strict", "torch")
MODELS = {
    "gated": {"hidden": (20,)},
    "deep": {"hidden": (6, 4)},
    "linear": {"hidden": ()},
    "relu": {"hidden": (8,), "activation": "relu"},
    "ridge": {"hidden": (8,), "final_solve": "ridge"},
}


@pytest.fixture(params=LIBRARIES)
def library(request):
    pytest.importorskip("array_api_compat")
    return pytest.importorskip(request.param)


@pytest.fixture
def place(library):
    """PyTorch on the CPU, and a device whose arrays NumPy cannot read, as a GPU's."""
    if library.__name__ == "torch":
        return Place("array_api_compat.torch", library.device("cpu"))
    return Place("array_api_strict", library.Device("device1"))


@pytest.fixture(scope="module")
def pool():
    return np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("options", MODELS.values(), ids=MODELS)
def test_scores_are_those_of_numpy(place, pool, options, n_classes):
    y = np.digitize(pool[:, 0] + pool[:, 1] ** 2, [0.5, 1.5][: n_classes - 1])
    passing = CuttingPlaneClassifier(**options, random_state=0).fit(pool[:25], y[:25]).passing()
    block = Block(0, pool)
    there = DevicePassing.of(passing, place)
    expected = passing.scores(block)
    np.testing.assert_allclose(
        there.scores(block), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max()
    )
    np.testing.assert_array_equal(there.deviation(block), passing.deviation(block))
    assert there.scores(block).dtype == expected.dtype


def test_sums_over_rows_and_over_gates_agree(place, pool, monkeypatch):
    monkeypatch.setattr(device_module, "_TOGETHER", 7)
    y = (pool[:, 0] > 0).astype(int)
    model = CuttingPlaneClassifier(hidden=(20,), random_state=0).fit(pool[:25], y[:25])
    block, kinds = Block(0, pool), []
    for room in (0, 25):
        passing = model.passing(room=room)
        kinds.append(type(passing.form))
        found = DevicePassing.of(passing, place).scores(block)
        np.testing.assert_allclose(found, passing.scores(block), rtol=1e-4, atol=1e-5)
    assert kinds == [WeightForm, KernelForm]


def test_rows_stay_on_the_device(place, pool):
    block = Block(0, pool.astype(float))
    assert block.at(place) is block.at(place)
    assert str(block.at(place).dtype).endswith("float32")


def test_sparse_rows_stay_in_numpy(place, pool):
    model = CuttingPlaneClassifier(hidden=(20,), random_state=0).fit(pool[:25], pool[:25, 0] > 0)
    passing, block = model.passing(), Block(0, sparse.csr_matrix(pool))
    there = DevicePassing.of(passing, place)
    with pytest.warns(UserWarning, match="rows are sparse: they are scored in NumPy"):
        np.testing.assert_array_equal(there.scores(block), passing.scores(block))


def test_networks_in_double_precision_stay_in_numpy(place, pool):
    options = {"hidden": (8,), "final_solve": "sparse", "random_state": 0}
    model = CuttingPlaneClassifier(**options).fit(pool[:25], pool[:25, 0] > 0)
    passing, block = model.passing(), Block(0, pool)
    assert isinstance(passing.form, ExactForm)
    with pytest.warns(UserWarning, match="need double precision"):
        found = DevicePassing.of(passing, place).scores(block)
    np.testing.assert_array_equal(found, passing.scores(block))


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        (CuttingPlaneClassifier, "variance_reduction"),
        (CuttingPlaneClassifier, "margin"),
        (CuttingPlaneRegressor, "variance_reduction"),
    ],
)
def test_the_same_questions(place, pool, kind, query):
    score = pool[:, 0] + pool[:, 1] ** 2
    y = score if kind is CuttingPlaneRegressor else (score > 0.5).astype(int)

    def asked(source):
        learner = ActiveLearner(
            kind(hidden=(8,), random_state=0), source, query=query, random_state=0
        )
        while learner.n_labels_ < 8:
            chosen = learner.ask()
            learner.tell(chosen, y[chosen])
        return learner.labels_rows_.tolist()

    assert asked(ArraySource(pool).on(DeviceEngine(place))) == asked(ArraySource(pool))


def test_a_pool_of_another_library_is_scanned_there(place, pool, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    model = CuttingPlaneClassifier(hidden=(8,), random_state=0)
    with config_context(array_api_dispatch=True):
        learner = ActiveLearner(model, place.array(pool))
    assert learner.domain.source.engine == DeviceEngine(place)
    np.testing.assert_array_equal(learner.domain.rows, pool)
