"""Exact Hamiltonian motion of all leaves of a gate tree together, event by event.

Under the Gaussian potential every leaf moves on an ellipse, ``p cos t + q sin t``, and so do
the inner nodes and the prediction, which are sums of leaves. The next event of a chain is the
first row of any node that becomes zero. It reflects the velocity of the leaves below that node
(Pakman and Paninski, 2014), which changes the node, its ancestors and its descendants; every
other node keeps its ellipse, and the time at which it would have its next event.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Index
from cutplane.samplers.hamiltonian import TINY, first_wall
from cutplane.space.gate_tree import GateTree

#: Trajectories with more events are refused. Their reversals have as many, so the motion
#: stays reversible.
MAX_EVENTS = 20_000


@dataclass(frozen=True)
class _Level:
    """What an event at a node of one level changes.

    Attributes
    ----------
    kernel : ndarray of shape (k, k)
        Covariance of the values of a node whose leaves are N(0, I).
    path : ndarray of int of shape (m, a)
        Each node and its ancestors up to the root, numbered through all levels.
    rise : ndarray of shape (m, a, k)
        What a change of the node's values is for each of them, in signed values.
    below : list of (ndarray of int of shape (m, b), ndarray (b, k), ndarray (b, k), ndarray)
        For each level beneath: the node's descendants, what the node's rows give to them,
        the signs of their own rows, and their kernel.
    """

    kernel: Array = field(repr=False)
    path: Index = field(repr=False)
    rise: Array = field(repr=False)
    below: list[tuple[Index, Array, Array, Array]] = field(repr=False)


class TreeMotion:
    """Trajectories of N(0, I) over the leaf weights, between all rows of a tree.

    Nodes are numbered from the first leaf through the inner layers to the root, and held as
    signed values, which have to stay positive (the root's: above the depth of its cut).

    Parameters
    ----------
    tree : GateTree
        Every unit on its own; at least one layer.
    y : ndarray of shape (k,)
        Labels, the signs of the root.
    """

    def __init__(self, tree: GateTree, y: Array):
        self._tree = tree
        sizes = np.array([*tree.n_nodes, 1])
        self._first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._level = np.repeat(np.arange(sizes.size), sizes)
        layers = list(zip(tree.layers, tree.n_nodes, strict=True))
        own = [np.tile(layer.sigma, (m // layer.width, 1)) for layer, m in layers]
        self._sigma = np.concatenate([*own, y[None]])
        kernels = [tree.gram]
        for layer in tree.layers:
            kernels.append(kernels[-1] * (layer.mask.T @ layer.mask))
        self._levels = [
            _Level(kernel, *self._ancestors(level), self._descendants(level, kernels))
            for level, kernel in enumerate(kernels)
        ]

    def _ancestors(self, level: int) -> tuple[Index, Array]:
        node = np.arange(np.count_nonzero(self._level == level))
        path, rise = [self._first[level] + node], [np.ones((node.size, self._tree.n_rows))]
        for above, layer in enumerate(self._tree.layers[level:], start=level + 1):
            rise.append(rise[-1] * layer.signed_mask[node % layer.width])
            node = node // layer.width
            path.append(self._first[above] + node)
        nodes = np.stack(path, axis=1)
        return nodes, np.stack(rise, axis=1) * self._sigma[nodes]

    def _descendants(
        self, level: int, kernels: list[Array]
    ) -> list[tuple[Index, Array, Array, Array]]:
        found = []
        node = np.arange(np.count_nonzero(self._level == level))[:, None]
        given = np.ones((1, self._tree.n_rows))
        for beneath in range(level - 1, -1, -1):
            layer = self._tree.layers[beneath]
            node = (node[:, :, None] * layer.width + np.arange(layer.width)).reshape(len(node), -1)
            given = (given[:, None] * layer.signed_mask).reshape(-1, self._tree.n_rows)
            nodes = self._first[beneath] + node
            found.append((nodes, given, self._sigma[nodes[0]], kernels[beneath]))
        return found

    def move(
        self, leaf: Array, velocity: Array, depth: Array, time: Array
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Move chains along their trajectories.

        Parameters
        ----------
        leaf, velocity : ndarray of shape (L, C, k)
            Leaf values, and those of a fresh standard normal velocity.
        depth : ndarray of shape (C, k)
            What ``y f`` has to stay above.
        time : ndarray of shape (C,)
            Durations below pi / 2.

        Returns
        -------
        leaf : ndarray of shape (L, C, k)
        taken : ndarray of bool of shape (C,)
            Chains whose trajectory was refused stay where they were.
        """
        flight = _Flight(self._signed(leaf), self._signed(velocity), depth)
        active = np.arange(time.size)
        for _ in range(MAX_EVENTS):
            node, now = flight.next_event(active)
            going = now < time[active]
            if not going.all():
                active, node, now = active[going], node[going], now[going]
            if active.size == 0:
                break
            level = self._level[node]
            for which in range(level.max() + 1):
                here = np.flatnonzero(level == which)
                if here.size:
                    self._reflect(flight, which, node[here], active[here], now[here])
        n_leaves = leaf.shape[0]
        moved = flight.at(time)[:, :n_leaves] * self._sigma[:n_leaves]
        moved = np.ascontiguousarray(moved.transpose(1, 0, 2))
        signed = self._signed(moved)
        signed[:, -1] -= depth
        taken = np.asarray((signed >= 0).all(axis=(1, 2)))
        taken[active] = False
        return np.where(taken[:, None], moved, leaf), taken

    def _signed(self, leaf: Array) -> Array:
        """Signed values of all nodes, (C, N, k), from leaf values (L, C, k)."""
        values = np.concatenate([leaf, *climb(self._tree, leaf)])
        return np.ascontiguousarray(values.transpose(1, 0, 2)) * self._sigma

    def _reflect(self, flight: _Flight, level: int, node: Index, chain: Index, now: Array) -> None:
        """Reflect the leaves below nodes of one level at the wall that each has reached."""
        rules = self._levels[level]
        wall, speed = flight.at_wall(chain, node, now)
        push = -2 * speed * self._sigma[node, wall] / rules.kernel[wall, wall]
        node = node - self._first[level]
        change = (push[:, None] * rules.kernel[wall])[:, None] * rules.rise[node]
        flight.kick(chain, rules.path[node], change, now, has_root=True)
        for nodes, given, sigma, kernel in rules.below:
            share = given[:, wall].T * push[:, None]
            change = share[:, :, None] * kernel[wall][:, None] * sigma
            flight.kick(chain, nodes[node], change, now, has_root=False)


class _Flight:
    """C chains in motion: ellipses of N nodes, and when each node has its next event."""

    def __init__(self, position: Array, velocity: Array, depth: Array):
        self._chains, self._n_nodes, k = position.shape
        self._p, self._q = position.reshape(-1, k), velocity.reshape(-1, k)
        self._offset = -depth if np.any(depth) else None
        self._time = np.empty((self._chains, self._n_nodes))
        self._wall = np.empty(self._time.shape, dtype=np.intp)
        chain = np.arange(self._chains)
        nodes = np.tile(np.arange(self._n_nodes), (self._chains, 1))
        self._aim(chain, nodes, position, velocity, np.zeros(self._chains), has_root=True)

    def next_event(self, chain: Index) -> tuple[Index, Array]:
        """The node of each chain whose event comes first, and when."""
        time = self._time if chain.size == self._chains else self._time[chain]
        node = time.argmin(axis=1)
        return node, time[np.arange(chain.size), node]

    def at(self, time: Array) -> Array:
        """Signed values (C, N, k) at a time of each chain."""
        cos, sin = np.cos(time)[:, None, None], np.sin(time)[:, None, None]
        shape = (self._chains, self._n_nodes, -1)
        return np.asarray(self._p.reshape(shape) * cos + self._q.reshape(shape) * sin)

    def at_wall(self, chain: Index, node: Index, now: Array) -> tuple[Index, Array]:
        """Which wall a node has reached, and the speed of its signed value there."""
        wall, flat = self._wall[chain, node], chain * self._n_nodes + node
        return wall, self._q[flat, wall] * np.cos(now) - self._p[flat, wall] * np.sin(now)

    def kick(
        self, chain: Index, nodes: Index, change: Array, now: Array, *, has_root: bool
    ) -> None:
        """Change the velocities of nodes (c, b) of chains (c,) by (c, b, k)."""
        flat = chain[:, None] * self._n_nodes + nodes
        cos, sin = np.cos(now)[:, None, None], np.sin(now)[:, None, None]
        p = self._p.take(flat, axis=0) - change * sin
        q = self._q.take(flat, axis=0) + change * cos
        self._p[flat], self._q[flat] = p, q
        self._aim(chain, nodes, p * cos + q * sin, q * cos - p * sin, now, has_root=has_root)

    def _aim(
        self,
        chain: Index,
        nodes: Index,
        values: Array,
        speed: Array,
        now: Array,
        *,
        has_root: bool,
    ) -> None:
        """Find the next event of nodes with these signed values and speeds; the root is last."""
        ratio = speed / np.maximum(values, TINY)
        wall = ratio.argmin(axis=2)
        wait = np.arctan(ratio.min(axis=2)) + np.pi / 2
        if has_root and self._offset is not None:
            offset = self._offset[chain]
            wall[:, -1], wait[:, -1] = first_wall(values[:, -1], speed[:, -1], offset)
        self._time[chain[:, None], nodes] = now[:, None] + wait
        self._wall[chain[:, None], nodes] = wall


def climb(tree: GateTree, leaf: Array) -> list[Array]:
    """Values above the leaves of (L, C, k): inner layers, then the prediction."""
    above, current = [], leaf
    for layer in tree.layers:
        grouped = current.reshape(-1, layer.width, *current.shape[1:])
        current = np.einsum("ak,pack->pck", layer.signed_mask, grouped)
        above.append(current)
    return above
