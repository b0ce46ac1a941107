"""scikit-learn estimators of the networks that cutting planes train."""

from cutplane.estimators.classifier import CuttingPlaneClassifier
from cutplane.estimators.regressor import CuttingPlaneRegressor

__all__ = ["CuttingPlaneClassifier", "CuttingPlaneRegressor"]
