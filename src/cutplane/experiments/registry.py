"""The experiments there are, by name."""

from __future__ import annotations

from collections.abc import Callable

from cutplane.experiments.experiment import Experiment
from cutplane.experiments.quadratic import quadratic
from cutplane.experiments.sentiment import sentiment
from cutplane.experiments.spiral import spiral

EXPERIMENTS: dict[str, Callable[..., Experiment]] = {
    "spiral": spiral,
    "quadratic": quadratic,
    "sentiment": sentiment,
}
