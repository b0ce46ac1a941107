"""What tests of the backend share: a backend, payloads about a project, and its tasks."""

import numpy as np
import pytest
from studio_site import Payloads, Site


@pytest.fixture
def site(tmp_path):
    """Function (**options) -> Site over one folder; the last one is closed."""
    opened = []

    def make(**options):
        for old in opened:
            old.close()
        opened[:] = [Site(tmp_path / "models", **options)]
        return opened[0]

    yield make
    for old in opened:
        old.close()


@pytest.fixture
def payloads():
    return Payloads()


@pytest.fixture
def rows():
    """30 tasks of two numbers and a colour."""
    points = np.random.default_rng(0).uniform(-1, 1, size=(30, 2)).round(3).tolist()
    colours = ["red", "blue"] * 15
    return [
        Payloads.task(10 + i, {"row": {"x": x, "y": y}, "colour": colour})
        for i, ((x, y), colour) in enumerate(zip(points, colours, strict=True))
    ]
