"""Whether the Newton system of a version space fits into this machine's memory."""

from __future__ import annotations

import os

from cutplane.errors import InvalidInputError
from cutplane.newton.nodes import leaf_storage
from cutplane.space.version_space import VersionSpace


def check_size(space: VersionSpace) -> None:
    """Refuse a tree whose Newton system would not fit into memory."""
    if not space.operator.layers:
        return
    nodes, (k, d) = space.tree.n_nodes, space.rows.shape
    numbers = nodes[0] * (leaf_storage(k, d) + 8 * k) + sum(nodes[1:]) * k * (2 * k + 8)
    if 8 * numbers > 0.5 * _memory():
        raise InvalidInputError(
            f"{space.arrangement.n_leaves} leaves ({nodes[0]} pattern classes on {k} labelled "
            f"rows) need about {8e-9 * numbers:.0f} GB, this machine has {1e-9 * _memory():.0f}; "
            "use fewer patterns per layer (leaves are the product of 2 * P_l), or "
            "activation='gated_relu', whose cost does not grow with them"
        )


def _memory() -> int:
    """Physical memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
