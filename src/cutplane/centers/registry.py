"""The centers by name: a new one is a function beside these and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cutplane.centers.chebyshev import chebyshev_center
from cutplane.centers.ellipsoid import max_volume_ellipsoid_center
from cutplane.centers.sampled_gravity import sampled_gravity_center
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.newton.gravity import gravity_center, gravity_centers
from cutplane.newton.sweeps import MaybeCenter
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class CenterKind:
    """A center that an estimator can choose.

    Attributes
    ----------
    compute : callable
        ``compute(space, start, tol=, max_iter=)`` returns a :class:`Center`; see
        :func:`cutplane.newton.analytic.analytic_center`.
    takes_seed : bool
        Whether it samples, and takes ``seed`` too.
    together : callable, optional
        ``together(spaces, starts, tol=, max_iter=)`` returns many centers that come with a
        law, by which hypotheses are compared; see
        :func:`cutplane.newton.gravity.gravity_centers`.
    moves : bool
        Whether it is computed where a version space is (:meth:`VersionSpace.at
        <cutplane.space.version_space.VersionSpace.at>`), or in NumPy only.
    """

    compute: Callable[..., Center]
    takes_seed: bool = False
    together: Callable[..., list[MaybeCenter]] | None = None
    moves: bool = False

    @property
    def weighs_evidence(self) -> bool:
        """Whether centers come with a law."""
        return self.together is not None

    def __call__(
        self,
        space: VersionSpace,
        start: Center | None,
        *,
        tol: float,
        max_iter: int,
        seed: int,
    ) -> Center:
        """The center of a version space, the seed passed on where it is taken."""
        options = {"seed": seed} if self.takes_seed else {}
        return self.compute(space, start, tol=tol, max_iter=max_iter, **options)

    def side_by_side(
        self,
        spaces: Sequence[VersionSpace],
        starts: Sequence[Center | None],
        *,
        tol: float,
        max_iter: int,
    ) -> list[MaybeCenter]:
        """Centers with a law, of many version spaces; an error where one has none."""
        if self.together is None:
            raise ValueError("centers of this kind come without a law")
        return self.together(spaces, starts, tol=tol, max_iter=max_iter)


#: What the parameter ``center`` of the estimators may be.
CENTERS = {
    "analytic": CenterKind(analytic_center, moves=True),
    "gravity": CenterKind(gravity_center, together=gravity_centers, moves=True),
    "gravity_sampled": CenterKind(sampled_gravity_center, takes_seed=True),
    "chebyshev": CenterKind(chebyshev_center),
    "max_volume_ellipsoid": CenterKind(max_volume_ellipsoid_center),
}
