"""Train ReLU networks by cutting planes, and choose which points deserve a label."""

from cutplane.active.learner import ActiveLearner
from cutplane.errors import (
    CutplaneError,
    EmptyVersionSpaceError,
    InvalidInputError,
    ModelFileError,
)
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.network import GatedNetwork, ReluNetwork

__version__ = "0.1.0"

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
]
