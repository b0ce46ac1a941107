"""Scores in passing are those of the networks, in single precision, by whatever form."""

import numpy as np
import pytest
from scipy import sparse

from cutplane import CuttingPlaneClassifier
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.block import Block
from cutplane.scanning.networks import ExactForm, ReluForm
from cutplane.scanning.over import over
from cutplane.scanning.passing import KernelForm, WeightForm

SINGLE = {"rtol": 3e-5, "atol": 3e-5}


def columns(model, X, name=None):
    return model.scores(X, name).reshape(X.shape[0], -1)


def passed(model, source, name=None):
    return over(source, model.passing(name, room=source.room).scores)


def assert_alike(found, expected):
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found / scale, expected / scale, **SINGLE)


@pytest.mark.parametrize("memory", [0, 2**28])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_scores_are_those_of_the_network_as_labels_come(memory, n_classes, rows, fitted):
    X = rows()
    model, y = fitted(X, n_classes=n_classes)
    source = ArraySource(X, memory)
    assert_alike(passed(model, source), columns(model, X))
    for row in (20, 21, 22):
        model.partial_fit(X[[row]], y[[row]])
        assert_alike(passed(model, source), columns(model, X))


@pytest.mark.parametrize("hidden", [(), (9,), (70, 5), (6, 5, 4)])
@pytest.mark.parametrize("units", ["halfspaces", "mixed", "thirds"])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, np.float32])
@pytest.mark.parametrize("memory", [0, 2**28])
def test_storage_and_layers_change_nothing(hidden, units, kind, memory, rows, fitted):
    X = rows()
    model, _ = fitted(X, hidden=hidden, units=units)
    assert_alike(passed(model, ArraySource(kind(X), memory)), columns(model, X))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_labels", [6, 60])
def test_all_forms_of_a_gated_network_agree(n_classes, n_labels, rows, fitted):
    X = rows()
    model, _ = fitted(X, n_labels, n_classes, hidden=(30,))
    form = model.passing(room=1000).form
    assert isinstance(form, KernelForm)
    assert form.is_kept
    others = [
        KernelForm(form.labelled, form.slopes, form.constants, is_kept=False),
        WeightForm.of(form.labelled, form.slopes, form.constants),
    ]
    block = Block(0, X)
    for other in others:
        assert_alike(other(block), form(block))


def test_the_cheaper_form_follows_from_numbers_alone(rows, fitted):
    X = rows(d=30)
    few, many = (fitted(X, n_labels, hidden=(20,))[0] for n_labels in (5, 80))
    assert isinstance(few.passing().form, KernelForm)
    assert isinstance(many.passing().form, WeightForm)
    assert many.passing(room=80).form.is_kept
    narrow, _ = fitted(X, 80, hidden=(3,))
    assert isinstance(narrow.passing(room=80).form, WeightForm)
    deep, _ = fitted(X, 80, hidden=(20, 3))
    assert isinstance(deep.passing().form, KernelForm)
    linear, _ = fitted(X, hidden=())
    assert isinstance(linear.passing(room=80).form, WeightForm)


def test_a_slope_of_zero_needs_no_product_with_the_rows(rows, fitted, monkeypatch):
    X = rows()
    model, _ = fitted(X, 60)
    form, block = model.passing(room=60).form, Block(0, X)
    none = np.zeros_like(form.slopes)
    expected = KernelForm(form.labelled, none, form.constants, is_kept=True)(block)
    flat = WeightForm.of(form.labelled, none, form.constants)
    monkeypatch.setattr(Block, "single", property(lambda self: pytest.fail("multiplied")))
    assert_alike(flat(block), expected)


@pytest.mark.parametrize("options", [{"activation": "relu"}, {"center": "analytic"}])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 3)])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_other_centers_are_scored_too(options, hidden, n_classes, kind, rows, fitted):
    X = rows()
    model, _ = fitted(X, n_classes=n_classes, hidden=hidden, **options)
    assert_alike(passed(model, ArraySource(kind(X))), columns(model, X))


def test_networks_of_many_columns_are_scored_by_products_with_few_rows(rows, fitted):
    X = rows(d=60)
    model, _ = fitted(X, n_labels=6, activation="relu", hidden=(50,))
    form = model.passing().form
    assert isinstance(form, ReluForm)
    assert form.is_spanned == (True,)
    assert_alike(passed(model, ArraySource(X)), columns(model, X))


@pytest.mark.parametrize("final_solve", ["sparse", "ridge"])
@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_final_solves_are_scored_by_their_own_networks(final_solve, activation, rows, fitted):
    X = rows()
    options = {"hidden": (6,), "final_solve": final_solve, "activation": activation}
    model, _ = fitted(X, **options)
    assert isinstance(model.passing().form, ReluForm | ExactForm)
    for name in (None, "center", "final"):
        assert_alike(passed(model, ArraySource(X), name), columns(model, X, name))


@pytest.mark.parametrize("options", [{}, {"activation": "relu", "units": "mixed"}, {"hidden": ()}])
def test_prior_deviations_are_exact_to_single_precision(options, rows, fitted):
    X = rows()
    model, _ = fitted(X, **options)
    found = over(ArraySource(X), model.passing().deviation)
    expected = model.close_deviation(model.closely(X))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    space = model.version_space_
    variance = space.prior_variance(space.arrangement.patterns(X), space.leaf_rows(X))
    ratio = expected**2 / variance
    if not options:
        return  # the heaviest hypothesis has a slope of its own
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)


def test_another_model_starts_anew(rows, fitted):
    X = rows()
    source = ArraySource(X)
    for seed in (0, 1):
        for n_labels in (20, 15):
            model, _ = fitted(X, n_labels, random_state=seed)
            assert_alike(passed(model, source), columns(model, X))


@pytest.mark.parametrize("unit", [1e-25, 1e25])
@pytest.mark.parametrize("memory", [0, 2**28])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_squares_of_rows_need_not_fit_single_precision(unit, memory, kind, rows, fitted):
    X = unit * rows()
    y = (X[:, 0] > 0).astype(int)
    model = CuttingPlaneClassifier(hidden=(12,), random_state=0).fit(X[:30], y[:30], X_pool=X)
    source = ArraySource(kind(X), memory)
    assert_alike(passed(model, source), columns(model, X))
    found = over(source, model.passing().deviation)
    np.testing.assert_allclose(found, model.close_deviation(model.closely(X)), rtol=1e-5)
