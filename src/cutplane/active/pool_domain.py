"""What all pools have in common, wherever their rows are: each row is asked once, by its number."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Index, Metadata
from cutplane.active.domain import Domain
from cutplane.active.offer import Offer, offered
from cutplane.active.pool_identity import check_pool, checked_rows
from cutplane.active.row_hashes import Hashes
from cutplane.errors import InvalidInputError
from cutplane.network import AnyNetwork


class PoolDomain(Domain):
    """Rows, each asked once."""

    kind = "pool"

    @property
    def n_rows(self) -> int:
        return self.source.n_rows

    @property
    @abstractmethod
    def hashes(self) -> Hashes:
        """Fingerprint of every row."""

    def checked(self, questions: ArrayLike, n_rows: int) -> Index:
        return checked_rows(questions, n_rows)

    def numbers(self, questions: NDArray, n_told: int) -> Index:
        return questions

    def offer(
        self,
        closed: NDArray,
        n: int,
        rng: np.random.Generator,
        *,
        is_first: bool,
        candidates: NDArray | None = None,
    ) -> Offer:
        return offered(self.source, closed, rng, is_first=is_first, candidates=candidates)

    def search(
        self,
        query: str,
        networks: Sequence[AnyNetwork],
        n: int,
        known: NDArray,
        rng: np.random.Generator,
    ) -> NDArray:
        raise InvalidInputError("rows of a pool are ranked; give a domain (low, high) to search")

    def seeded(self, seed: int) -> Self:
        return self

    def check_same(self, described: Metadata, added: Sequence[str], labelled: NDArray) -> None:
        check_pool(described, added, labelled, self.source.n_features, self.hashes)
