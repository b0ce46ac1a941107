"""The analytic-center problems of `center.py` and `speed.py`, in a form that belongs to no solver.

A problem is the data of the gate tree (mathematics 2): rows, gate masks of every hidden layer on
those rows, labels. `objective` evaluates any leaf weights from these definitions alone, so that
every solver is judged by the same ruler.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from sklearn.datasets import load_digits

from cutplane.space.arrangement import Arrangement


@dataclass(frozen=True)
class CenterProblem:
    """Minimize 1/2 sum m |u|^2 - sum m log(slack) over the leaves of a gate tree.

    Attributes
    ----------
    rows : ndarray (k, d)
        Labelled rows, the constant 1 included.
    masks : list of ndarray (k, P_l)
        0/1 gate patterns on the labelled rows, input side first.
    counts : list of ndarray (P_l,)
        How many units share each pattern (all ones before merging).
    y : ndarray (k,)
        Labels in {-1, +1}.
    """

    name: str
    rows: np.ndarray
    masks: list[np.ndarray]
    counts: list[np.ndarray]
    y: np.ndarray

    @classmethod
    def of(cls, name: str, arrangement: Arrangement, X: np.ndarray, y: np.ndarray) -> CenterProblem:
        """The center of an arrangement's version space of labelled rows.

        Rows have unit length here, which changes the objective by a constant.
        """
        rows = arrangement.inputs.of(X)
        masks = [pattern.astype(float) for pattern in arrangement.patterns(X)]
        counts = [np.ones(mask.shape[1]) for mask in masks]
        return cls(name, rows / np.linalg.norm(rows, axis=1, keepdims=True), masks, counts, y)

    @property
    def n_leaves(self) -> int:
        return int(np.prod([2 * mask.shape[1] for mask in self.masks]))

    @property
    def n_slacks(self) -> int:
        """Sign rows of every node and leaf, and one prediction row per label."""
        nodes = np.cumprod([2 * mask.shape[1] for mask in reversed(self.masks)])
        return self.rows.shape[0] * (1 + int(nodes.sum()))

    def levels(self) -> list[Level]:
        """Describe every layer from the outermost (the root's children) to the leaves."""
        parents, weight, levels = 1, np.ones(1), []
        for mask, count in zip(reversed(self.masks), reversed(self.counts), strict=True):
            signed = np.repeat(mask, 2, axis=1) * np.tile([1.0, -1.0], mask.shape[1])
            weight = np.kron(weight, np.repeat(count, 2).astype(float))
            levels.append(
                Level(
                    sigma=np.tile(2.0 * np.repeat(mask, 2, axis=1) - 1.0, parents),
                    gate=np.tile(signed * np.repeat(count, 2), parents),
                    weight=weight,
                    n_parents=parents,
                )
            )
            parents *= 2 * mask.shape[1]
        return levels

    def merged(self) -> CenterProblem:
        """Keep one unit per pattern that differs on the labelled rows, with its multiplicity."""
        masks, counts = [], []
        for mask, count in zip(self.masks, self.counts, strict=True):
            unique, inverse = np.unique(mask, axis=1, return_inverse=True)
            masks.append(unique)
            counts.append(np.bincount(inverse.ravel(), weights=count))
        return replace(self, masks=masks, counts=counts)

    def reduced_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows of rank min(k, d), and the basis back: rows = reduced @ basis.T."""
        if self.rows.shape[0] >= self.rows.shape[1]:
            return self.rows, np.eye(self.rows.shape[1])
        basis, triangle = np.linalg.qr(self.rows.T)
        return triangle.T, basis

    def slacks(self, weights: np.ndarray) -> list[np.ndarray]:
        """Slacks of the leaves, of every inner layer and of the prediction rows, leaves first."""
        values = self.rows @ weights.T
        slacks = []
        for level in reversed(self.levels()):
            slacks.append(level.sigma * values)
            values = (level.gate * values).reshape(len(self.y), level.n_parents, -1).sum(axis=2)
        return [*slacks, self.y[:, None] * values]

    def objective(self, weights: np.ndarray) -> float:
        """Objective of leaf weights (n_leaves, d); infinite where a slack is not positive."""
        weight = [level.weight for level in reversed(self.levels())]
        slacks = self.slacks(weights)
        if min(slack.min() for slack in slacks) <= 0 or not np.isfinite(weights).all():
            return np.inf
        ridge = 0.5 * float(weight[0] @ (weights**2).sum(axis=1))
        return ridge - sum(
            float((np.log(s) @ m).sum()) for s, m in zip(slacks, [*weight, np.ones(1)], strict=True)
        )

    def rescaled(self, weights: np.ndarray) -> np.ndarray:
        """Best multiple of the weights: at the optimum |theta|^2 is the number of slacks."""
        levels = self.levels()
        total = len(self.y) * (1 + sum(level.weight.sum() for level in levels))
        return weights * np.sqrt(total / (levels[-1].weight @ (weights**2).sum(axis=1)))


@dataclass(frozen=True)
class Level:
    """One layer of the tree, columns in the order of its nodes.

    `sigma` (k, n) is 2 mask - 1, `gate` (k, n) sign * mask * multiplicity among its siblings,
    `weight` (n,) the multiplicity along the whole path.
    """

    sigma: np.ndarray
    gate: np.ndarray
    weight: np.ndarray
    n_parents: int


def sum_children(n_parents: int, n_nodes: int) -> sp.csr_matrix:
    """Matrix that adds the columns of siblings; (n_nodes, n_parents)."""
    return sp.kron(sp.eye(n_parents), np.ones((n_nodes // n_parents, 1))).tocsr()


def spiral_pool(n_rows: int = 80, turns: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaved arms, one per class, like the pool of the paper's first figure."""
    t = np.linspace(0.25, 1.0, n_rows // 2)
    angle = 2 * np.pi * turns * t + np.pi / 2
    arm = np.column_stack([t * np.cos(angle), t * np.sin(angle)])
    return np.vstack([arm, -arm]), np.repeat([1.0, -1.0], n_rows // 2)


def digits_pool() -> tuple[np.ndarray, np.ndarray]:
    """Scikit-learn's digits, odd against even: 64 features between 0 and 1."""
    X, digit = load_digits(return_X_y=True)
    return X / 16.0, np.where(digit % 2 == 1, 1.0, -1.0)


def teacher_pool(
    n_rows: int, n_features: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian rows of unit expected length, labelled by a random ReLU network of eight units."""
    X = rng.standard_normal((n_rows, n_features)) / np.sqrt(n_features)
    hidden = np.maximum(X @ rng.standard_normal((n_features, 8)), 0)
    score = hidden @ rng.standard_normal(8)
    return X, np.where(score > np.median(score), 1.0, -1.0)
