"""Products are computed once for each label, and those of a new label alone."""

import copy

import numpy as np

from cutplane.scanning import products as products_module
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.over import over
from cutplane.space.rows import n_shared


def test_only_the_new_row_is_multiplied(rows, fitted, monkeypatch):
    X = rows()
    model, y = fitted(X)
    source, computed = ArraySource(X), []
    multiply = products_module.safe_sparse_dot

    def counted(rows, labelled, **options):
        computed.append(labelled.shape[1])
        return multiply(rows, labelled, **options)

    monkeypatch.setattr(products_module, "safe_sparse_dot", counted)
    for n_labels in (20, 20, 21, 22):
        if n_labels > 20:
            model.partial_fit(X[[n_labels]], y[[n_labels]])
        over(source, model.passing(room=source.room).scores)
        assert sum(computed) == n_labels
    other = np.random.default_rng(1).permutation(20)
    model.fit(X[other], y[other], X_pool=X)
    over(source, model.passing(room=source.room).scores)
    assert sum(computed) == 22 + 20


def test_what_labelled_rows_share_with_those_before_is_kept(rows, fitted, monkeypatch):
    """Rows that are learnt one instead of the other, as questions ahead of answers do."""
    X = rows()
    base, y = fitted(X)
    source, computed = ArraySource(X), []
    followed = products_module.Products.followed

    def counted(self, labelled, *rest):
        computed.append(labelled.n_rows - n_shared(self.known, labelled.rows))
        return followed(self, labelled, *rest)

    monkeypatch.setattr(products_module.Products, "followed", counted)
    for more, n_new in (([], 20), ([30], 1), ([31], 1), ([31, 32], 1), ([], 0), ([31, 40], 1)):
        model = copy.copy(base)
        if more:
            model.partial_fit(X[more], y[more])
        computed.clear()
        found = over(source, model.passing(room=source.room).scores)
        assert computed == [n_new]
        expected = over(ArraySource(X, memory=0), model.passing().scores)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_nothing_is_kept_where_not_all_labels_have_room(rows, fitted):
    X = rows()
    model, _ = fitted(X)
    source = ArraySource(X, memory=8 * 90 * 19)
    assert source.room == 19
    over(source, model.passing(room=source.room).scores)
    (fragment,) = source.fragments()
    assert all(block._products is None for block in fragment.blocks())
