"""The pass over a pool as plain functions of record batches, for who has Spark or Ray.

They map a partition to its best rows, so that nothing is shuffled and little comes back; one more
function chooses among what came back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_regressor

from cutplane.errors import InvalidInputError
from cutplane.estimators.base import CuttingPlaneEstimator
from cutplane.scanning.arrow_columns import ArrowColumns, Place, check_names
from cutplane.scanning.block import Block
from cutplane.scanning.scan import Scan, score_block
from cutplane.uncertainty.link import gap

if TYPE_CHECKING:  # loaded by whoever has record batches
    import pyarrow as pa

#: What messages call the batches.
_NAME = "the batches"
_NOTHING = np.empty(0, dtype=np.intp)


@dataclass(frozen=True)
class BatchScan:
    """What a fitted classifier looks for in batches; picklable, and small beside the rows.

    Attributes
    ----------
    scan : Scan
        The passing model, and how many rows are wanted.
    columns : tuple of str
        Features, in the order of ``fit``.
    key : str
        Column that names each row.
    closed : ndarray
        Keys of rows that are not on offer.
    """

    scan: Scan
    columns: tuple[str, ...]
    key: str
    closed: NDArray

    @classmethod
    def of(
        cls,
        estimator: CuttingPlaneEstimator,
        columns: Sequence[str],
        *,
        key: str = "row",
        n: int = 1024,
        closed: Sequence | NDArray = (),
    ) -> Self:
        """What a classifier looks for.

        Parameters
        ----------
        estimator : CuttingPlaneClassifier
            Fitted.
        columns : sequence of str
            Features, in the order of ``fit``.
        key : str, default="row"
            Column that names each row: for an ``ActiveLearner`` its number in the pool, from 0.
        n : int, default=1024
            Rows wanted: for a learner that asks by margin, twice as many as it looks at closely.
        closed : sequence of keys, default=()
            Of rows that are not on offer, such as those with a label.

        Raises
        ------
        InvalidInputError
            A regressor arrived, or another number of columns than in ``fit``.
        """
        if is_regressor(estimator):
            raise InvalidInputError(
                "a regressor arrived, whose values have no decision that rows are near to; give a "
                "classifier, or draw candidates at random"
            )
        model = estimator.passing()
        if len(columns) != estimator.n_features_in_:
            raise InvalidInputError(
                f"{len(columns)} columns arrived, the classifier was fitted on "
                f"{estimator.n_features_in_}; name the same ones in the same order"
            )
        return cls(Scan(model, n, _NOTHING, _NOTHING), tuple(columns), key, np.asarray(closed))

    def of_batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The best rows of a partition: their key, features and ``distance``; for Spark.

        Parameters
        ----------
        batches : iterable of pyarrow.RecordBatch
            With the key and the features; other columns are not looked at.

        Yields
        ------
        pyarrow.RecordBatch
            One, of up to n rows, nearest first; none where there are no rows.
        """
        best = None
        for batch in batches:
            found = self.of_batch(batch)
            best = found if best is None else self._nearest([best, found])
        if best is not None:
            yield best

    def of_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same of one batch."""
        import pyarrow as pa

        check_names([self.key, *self.columns], batch.schema.names, _NAME)
        keys = batch.column(self.key).to_numpy(zero_copy_only=False)
        on_offer = batch.filter(~np.isin(keys, self.closed))
        columns = ArrowColumns.of(on_offer, self.columns, _NAME)
        rows = columns.rows(on_offer, Place(_NAME, 0))
        top = score_block(self.scan, Block(0, rows))
        best = on_offer.select([self.key, *self.columns]).take(top.places)
        return best.append_column("distance", pa.array(top.distances))

    def of_arrays(self, batch: Mapping[str, NDArray]) -> dict[str, NDArray]:
        """The same, from and to arrays by column; for Ray Data."""
        import pyarrow as pa

        needed = {name: batch[name] for name in (self.key, *self.columns) if name in batch}
        found = self.of_batch(pa.RecordBatch.from_pydict(needed))
        return {own: found.column(own).to_numpy(zero_copy_only=False) for own in found.schema.names}

    def ranked(
        self,
        found: pa.Table | Iterable[Mapping[str, NDArray]],
        estimator: CuttingPlaneEstimator,
    ) -> NDArray:
        """Keys of the best rows of all partitions, by their scores in double precision.

        Parameters
        ----------
        found : pyarrow.Table, or iterable of dict
            What came back of all partitions.
        estimator : CuttingPlaneClassifier
            The one that this was made of.

        Returns
        -------
        ndarray of shape (m,)
            Up to n of them, nearest to a decision first. ``learner.ask(candidates=...)`` of a
            learner that asks by margin chooses among them as among all rows.
        """
        import pyarrow as pa

        if not isinstance(found, pa.Table):
            found = pa.concat_tables([pa.Table.from_pydict(dict(own)) for own in found])
        if not found.num_rows:
            return np.empty(0, dtype=np.intp)
        best = self._nearest(found.to_batches())
        rows = ArrowColumns.of(best, self.columns, _NAME).rows(best, Place(_NAME, 0))
        distance = gap(estimator.scores(rows.astype(np.float64)))
        keys = best.column(self.key).to_numpy(zero_copy_only=False)
        return keys[np.lexsort((keys, distance))]

    def _nearest(self, found: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
        """The best of several, of equally near ones those that come first by their key."""
        import pyarrow as pa

        order = [("distance", "ascending"), (self.key, "ascending")]
        table = pa.Table.from_batches(found).sort_by(order)[: self.scan.n]
        (best,) = table.combine_chunks().to_batches()
        return best
