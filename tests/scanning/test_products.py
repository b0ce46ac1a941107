"""Products are computed once for each label, and those of a new label alone."""

import numpy as np

from cutplane.scanning import products as products_module
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.over import over


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


def test_nothing_is_kept_where_not_all_labels_have_room(rows, fitted):
    X = rows()
    model, _ = fitted(X)
    source = ArraySource(X, memory=8 * 90 * 19)
    assert source.room == 19
    over(source, model.passing(room=source.room).scores)
    (fragment,) = source.fragments()
    assert all(block._products is None for block in fragment.blocks())
