"""Decoded networks: what a center or a final solution is as a network one can keep."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from numpy.typing import NDArray

from cutplane._types import Metadata
from cutplane.archive import damaged, read_archive
from cutplane.encoding import DAMAGE
from cutplane.errors import ModelFileError
from cutplane.network.base import WHAT, Network
from cutplane.network.gated import GatedLeafNetwork, GatedNetwork
from cutplane.network.relu import ReluNetwork
from cutplane.network.spanned import SpannedNetwork

__all__ = [
    "AnyNetwork",
    "GatedLeafNetwork",
    "GatedNetwork",
    "Network",
    "ReluNetwork",
    "SpannedNetwork",
    "load_network",
    "network_from_arrays",
]

AnyNetwork = ReluNetwork | GatedNetwork | GatedLeafNetwork
KINDS: tuple[type[AnyNetwork], ...] = (ReluNetwork, GatedNetwork, GatedLeafNetwork)


def network_from_arrays(arrays: Mapping[str, NDArray], metadata: Metadata) -> AnyNetwork:
    """Rebuild a network of any kind from what ``to_arrays`` gave.

    Raises
    ------
    ModelFileError
        The metadata name no kind of network.
    """
    kind = str(metadata.get("kind"))
    for known in KINDS:
        if known.kind == kind:
            return known.from_arrays(arrays, metadata)
    names = ", ".join(known.kind for known in KINDS)
    raise ModelFileError(f"network kind {kind!r} is not one of {names}")


def load_network(path: str | Path) -> AnyNetwork:
    """Read a network of any kind.

    Raises
    ------
    InvalidInputError
        There is no such file.
    ModelFileError
        The file is damaged, is not a network, or comes from a newer version.
    """
    arrays, metadata = read_archive(path, what=WHAT)
    try:
        return network_from_arrays(arrays, metadata)
    except DAMAGE as error:
        raise damaged(path, error, what=WHAT) from error
