"""What every center returns: leaf weights, and the multipliers they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Metadata
from cutplane.encoding import plain, read, with_prefix
from cutplane.errors import InvalidInputError
from cutplane.fields import LARGEST, LEAST, flag, floats, number, whole
from cutplane.newton.law import Law
from cutplane.space.gate_tree import GateTree
from cutplane.space.operator import Operator
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

#: Leaf weights are refused above this many numbers (8 bytes each).
MAX_WEIGHTS = 2**29

_SCALARS = ("scale", "n_iter", "decrement", "status", "standard_error")


@dataclass(frozen=True)
class Multipliers:
    """Dual variables of k labelled rows.

    Attributes
    ----------
    root : ndarray of shape (k,)
        Signed multipliers of the prediction rows.
    sign : tuple of ndarray
        Entry l of shape (m_{l+1}, k): positive multipliers of the sign rows, over pattern
        classes; empty without sign rows.
    tree : GateTree
        The classes that ``sign`` refers to.
    tau : float
        Curvature of the ball barrier; weights are ``A^T w / tau``.
    """

    root: Array
    sign: tuple[Array, ...]
    tree: GateTree = field(repr=False)
    tau: float = 1.0

    def forces(self, operator: Operator) -> RowValues:
        """Signed multipliers of all rows; the operator is that of the tree."""
        return operator.row_values(self.root, operator.signed(self.sign))

    def leaf_forces(self) -> Array:
        """Force on every leaf class, (m_1, k); leaf weights are ``X^T`` of it over tau."""
        layers = zip(self.tree.layers, self.sign, strict=True) if self.sign else ()
        signed = [layer.signed(lam) for layer, lam in layers]
        return self.tree.forces(self.root, signed or self.tree.no_forces())

    def class_weights(self) -> Array:
        """Weights of every leaf class, (m_1, d), at the solver's scale."""
        return self.leaf_forces() @ self.tree.dual_rows / self.tau


@dataclass(frozen=True)
class Center:
    """A point of the version space.

    Attributes
    ----------
    multipliers : Multipliers
        Where the next center starts from.
    prediction : ndarray of shape (k,)
        f on the labelled rows.
    scale : float
        ``weights`` are the solver's weights times this number.
    n_iter : int
        Newton iterations.
    decrement : float
        Last Newton decrement (dimensionless).
    status : str
        "optimal", "max_iter" when the decrement stayed above the tolerance, or
        "inaccurate" when double precision allowed no further step.
    explicit : ndarray of shape (m_1, d), optional
        Weights of one leaf of each pattern class, for a center that the multipliers do not
        give; the multipliers are then the analytic center's, to start from.
    standard_error : float
        Of a center estimated by sampling: root mean square distance to the exact center,
        over the center's length. 0 for the others.
    law : Law, optional
        Of predictions over the version space; the center of gravity is its mean.
    """

    multipliers: Multipliers = field(repr=False)
    prediction: Array = field(repr=False)
    scale: float
    n_iter: int
    decrement: float
    status: str
    explicit: Array | None = field(default=None, repr=False)
    standard_error: float = 0.0
    law: Law | None = field(default=None, repr=False)

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the center on its version space."""
        own = self.multipliers
        arrays: Arrays = {"root": own.root, "prediction": self.prediction}
        arrays |= {f"sign_{level}": sign for level, sign in enumerate(own.sign)}
        if self.explicit is not None:
            arrays["explicit"] = self.explicit
        metadata = {name: plain(name, getattr(self, name)) for name in _SCALARS}
        if self.law is not None:
            own_arrays, metadata["log_z"] = self.law.to_arrays()
            arrays |= {f"law/{name}": array for name, array in own_arrays.items()}
        return arrays, metadata | {
            "tau": own.tau,
            "n_layers": len(own.sign),
            "is_explicit": self.explicit is not None,
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray], metadata: Metadata, space: VersionSpace
    ) -> Center:
        """Inverse of :meth:`to_arrays`; ValueError for shapes that ``space`` does not have."""
        k, d = space.rows.shape
        has_law = "log_z" in metadata
        sign = tuple(
            floats(arrays, f"sign_{level}", (count.size, k), low=-LARGEST if has_law else LEAST)
            for level, count in enumerate(space.operator.multiplicity)
        )
        if whole(metadata, "n_layers") != len(sign):
            raise ValueError(f"multipliers of {metadata['n_layers']} layers, not {len(sign)}")
        root, tau = floats(arrays, "root", (k,)), number(metadata, "tau", low=LEAST)
        if not (has_law or space.epsilon is not None or (root * space.y >= LEAST).all()):
            raise ValueError("multipliers that push labels to the other side")
        multipliers = Multipliers(root, sign, space.tree, tau)
        prediction, explicit = floats(arrays, "prediction", (k,)), None
        if flag(metadata, "is_explicit"):
            explicit = floats(arrays, "explicit", (space.operator.n_blocks, d))
        scalars: Metadata = {
            "scale": number(metadata, "scale"),
            "n_iter": whole(metadata, "n_iter"),
            "status": str(metadata["status"]),
            **{name: read(metadata[name]) for name in ("decrement", "standard_error")},
        }
        law = None
        if has_law:
            operator = space.operator
            law_arrays, log_z = with_prefix(arrays, "law/"), number(metadata, "log_z")
            law = Law.from_arrays(law_arrays, log_z, operator)
        return cls(multipliers, prediction, explicit=explicit, law=law, **scalars)

    @property
    def class_weights(self) -> Array:
        """Weights of one leaf of each pattern class; (m_1, d)."""
        if self.explicit is not None:
            return self.explicit
        return self.multipliers.class_weights() * self.scale

    @property
    def coefficients(self) -> Array:
        """Prediction multipliers at the scale of ``weights``; (k,). They span a gated network."""
        return self.multipliers.root * (self.scale / self.multipliers.tau)

    @cached_property
    def weights(self) -> Array:
        """Leaf weights (n_leaves, d), in lexicographic order of (j_n, c_n, ..., j_1, c_1).

        Raises
        ------
        InvalidInputError
            There are too many leaves to write down.
        """
        tree = self.multipliers.tree
        check_leaves(tree)
        return tree.expand(self.class_weights)


def check_leaves(tree: GateTree) -> None:
    """Refuse to write down the weights of more leaves than fit into memory."""
    n_leaves = int(np.prod([2 * layer.member.size for layer in tree.layers], dtype=np.int64))
    d = tree.rows.shape[1]
    if n_leaves * d > MAX_WEIGHTS:
        raise InvalidInputError(
            f"{n_leaves} leaves of {d} weights need {8e-9 * n_leaves * d:.0f} GB; use "
            "class_weights, or fewer patterns per layer (the number of leaves is the product of "
            "2 * P_l)"
        )
