"""The center of gravity by expectation propagation (mathematics 11).

The law of the weights is normal, times what labels and sign rows say. What each row says is
replaced by a Gaussian site, such that the row's mean and variance are right beside the sites of
all other rows, its cavity. A sweep solves one Newton system and updates all sites at once: here
with sign rows, in ``kernel_gravity`` without, for all version spaces of a kernel at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from cutplane.blas import one_thread
from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.center import Center
from cutplane.newton.kernel_gravity import kernel_gravity
from cutplane.newton.sweeps import MaybeCenter
from cutplane.newton.tree_gravity import tree_gravity
from cutplane.space.version_space import VersionSpace


def gravity_center(
    space: VersionSpace,
    start: Center | None = None,
    *,
    tol: float = 1e-4,
    max_iter: int = 100,
) -> Center:
    """Center of gravity of a version space: the mean of its law.

    Parameters
    ----------
    space : VersionSpace
        Its hypothesis says the law: flips and noise take the place of the elastic price.
    start : Center, optional
        A center of gravity of the same arrangement and the first k' <= k labels, whose sites
        are the first ones here.
    tol : float, default=1e-4
        Sweeps end when no site would change its row's law by more than this share.
    max_iter : int, default=100
        Sweeps.

    Returns
    -------
    Center
        With ``law``; status "inaccurate" where double precision allowed no further sweep. Where
        the sweeps of hard cuts (no flips, no noise) do not end, the analytic center, with status
        "fallback" and no law.

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    InvalidInputError
        The tree has more leaves than fit into half of this machine's memory.

    References
    ----------
    Minka, "Expectation Propagation for Approximate Bayesian Inference" (2001); Rasmussen and
    Williams (2006), 3.6; Cunningham, Hennig and Lacoste-Julien, "Gaussian Probabilities and
    Expectation Propagation" (2011).
    """
    (found,) = gravity_centers([space], [start], tol=tol, max_iter=max_iter)
    if isinstance(found, EmptyVersionSpaceError):
        raise found
    return found


def gravity_centers(
    spaces: Sequence[VersionSpace],
    starts: Sequence[Center | None],
    *,
    tol: float = 1e-4,
    max_iter: int = 100,
) -> list[MaybeCenter]:
    """Centers of gravity of several version spaces, those on one kernel side by side.

    Parameters
    ----------
    spaces : sequence of VersionSpace
    starts : sequence of Center or None
        As in :func:`gravity_center`, one for each. With sign rows the center of the same labels
        under the hypothesis before serves where there is none.
    tol, max_iter
        As there.

    Returns
    -------
    list of Center or EmptyVersionSpaceError
        The error where no network satisfies every hard cut.
    """
    found: dict[int, MaybeCenter] = {}
    alike: dict[tuple[int, type], list[int]] = defaultdict(list)
    with one_thread():
        for i, (space, start) in enumerate(zip(spaces, starts, strict=True)):
            if space.has_sign_rows:
                near = found.get(i - 1) if i and _say_the_same(spaces[i - 1], space) else None
                first = near if start is None and isinstance(near, Center) else start
                found[i] = tree_gravity(space, first, tol=tol, max_iter=max_iter)
            else:
                alike[id(space.operator), type(space.likelihood)].append(i)
        for places in alike.values():
            own, known = [spaces[i] for i in places], [starts[i] for i in places]
            solved = kernel_gravity(own, known, tol=tol, max_iter=max_iter)
            found |= dict(zip(places, solved, strict=True))
    return [found[i] for i in range(len(spaces))]


def _say_the_same(one: VersionSpace, other: VersionSpace) -> bool:
    """Whether two version spaces differ in their hypotheses at most."""
    return one.operator is other.operator and np.array_equal(one.y, other.y)
