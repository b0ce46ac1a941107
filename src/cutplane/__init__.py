"""Train ReLU networks by cutting planes, and choose which points deserve a label."""

from importlib import import_module
from typing import TYPE_CHECKING

from cutplane.errors import (
    CutplaneError,
    EmptyVersionSpaceError,
    InvalidInputError,
    ModelFileError,
)

__version__ = "0.2.0"

__all__ = [
    "ActiveLearner",
    "CutplaneError",
    "CuttingPlaneClassifier",
    "CuttingPlaneRegressor",
    "EmptyVersionSpaceError",
    "GatedNetwork",
    "InvalidInputError",
    "ModelFileError",
    "ReluNetwork",
    "__version__",
    "stored_rows",
]

if TYPE_CHECKING:
    from cutplane.active.learner import ActiveLearner
    from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
    from cutplane.network import GatedNetwork, ReluNetwork
    from cutplane.scanning.stored_rows import stored_rows
else:
    # Importing scikit-learn takes seconds, which `cutplane --help` does not have. Type checkers
    # do not see this branch, so that a name which is not there stays an error.
    _MODULES = {
        "ActiveLearner": "cutplane.active.learner",
        "CuttingPlaneClassifier": "cutplane.estimators",
        "CuttingPlaneRegressor": "cutplane.estimators",
        "GatedNetwork": "cutplane.network",
        "ReluNetwork": "cutplane.network",
        "stored_rows": "cutplane.scanning.stored_rows",
    }

    def __getattr__(name: str) -> object:
        """Import what stands behind a public name when it is first asked for (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(_MODULES[name]), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
