"""What an experiment is: a problem, the methods that play it, and how it is pictured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.experiments.claims import Claim
from cutplane.experiments.curves import SUMMARY_AT
from cutplane.experiments.referee import Problem, Referee
from cutplane.extras import locate

#: Packages of the extra `bench` that the deep baselines import.
DEEP_PACKAGES = ("torch", "skorch", "skactiveml")

#: How deep baselines may be trained; their recipes are in :mod:`cutplane.experiments.deep_network`,
#: which needs the extra.
TRAININGS = ("adam", "sgd")


@dataclass(frozen=True)
class Method:
    """A way to spend labels.

    Attributes
    ----------
    name : str
        Short name: in files, tables and ``--methods``.
    label : str
        Name in figures.
    play : callable
        ``play(referee, seed=..., budget=...)`` buys labels until ``budget`` queries are counted
        or the pool is exhausted, and lets the referee judge after every answer. A module-level
        function or a ``functools.partial`` of one, so that another process can run it.
    family : {"cutting planes", "deep"}
        "deep" needs the extra ``bench``.
    published : str, optional
        Name of its curve among the published ones.
    """

    name: str
    label: str
    play: Callable[..., None]
    family: Literal["cutting planes", "deep"] = "cutting planes"
    published: str | None = None


@dataclass(frozen=True)
class Experiment:
    """A problem and its methods.

    Attributes
    ----------
    name, title : str
    problem : callable
        Problem of a seed; module-level or a partial, as ``Method.play``.
    methods : tuple of Method
    grid : ndarray of shape (n_grid, d), optional
        Rows on which models are pictured.
    picture_at : int
        Labels asked at the first picture.
    budget : int
        Counted queries by default.
    is_regression : bool
        Whether the score is an RMSE; else it is an accuracy.
    settings : dict
        What else decides the numbers, kept beside them; JSON types.
    summary_at : tuple of int
        Counts at which a summary is taken.
    claims : tuple of Claim
        What is tested over the seeds.
    """

    name: str
    title: str
    problem: Callable[[int], Problem]
    methods: tuple[Method, ...]
    settings: dict[str, int | float | str]
    grid: Array | None = None
    picture_at: int = 20
    budget: int = 50
    is_regression: bool = False
    summary_at: tuple[int, ...] = SUMMARY_AT
    claims: tuple[Claim, ...] = ()

    def with_methods(self, names: Sequence[str]) -> Experiment:
        """The experiment with these methods only, in its own order, and the claims about them.

        Raises
        ------
        InvalidInputError
            A name is unknown, or there is none.
        """
        known = [method.name for method in self.methods]
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise InvalidInputError(
                f"experiment {self.name} has no method {', '.join(unknown) or 'of no name'}; "
                f"choose of {', '.join(known)}"
            )
        methods = tuple(m for m in self.methods if m.name in names)
        claims = tuple(c for c in self.claims if {c.method, *c.rivals} <= set(names))
        return replace(self, methods=methods, claims=claims)

    def require_packages(self) -> None:
        """Raise InvalidInputError when a method needs a package that is not installed."""
        if all(method.family != "deep" for method in self.methods):
            return
        for package in DEEP_PACKAGES:
            locate(package, "bench", "a deep baseline", instead="choose other methods")

    def play(self, method: Method, seed: int, budget: int) -> Referee:
        """Run one method with one seed; gives the referee with its records."""
        referee = Referee(
            self.problem(seed), method.name, seed, grid=self.grid, picture_at=self.picture_at
        )
        method.play(referee, seed=seed, budget=budget)
        referee.finish()
        return referee


def play_deep(
    referee: Referee,
    *,
    seed: int,
    budget: int,
    strategy: str,
    width: int,
    epochs: int = 2000,
    training: str = "adam",
) -> None:
    """Play a deep baseline; scikit-activeml and torch are imported only then.

    Parameters as for :func:`cutplane.experiments.baselines.play`.
    """
    from cutplane.experiments import baselines

    baselines.play(
        referee,
        seed=seed,
        budget=budget,
        strategy=strategy,
        width=width,
        epochs=epochs,
        training=training,
    )
