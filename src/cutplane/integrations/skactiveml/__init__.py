"""cutplane in scikit-activeml: models that know missing labels, and query strategies.

Needs the extra ``skactiveml``.
"""

from cutplane.integrations.skactiveml.models import (
    ActiveCuttingPlaneClassifier,
    ActiveCuttingPlaneRegressor,
)
from cutplane.integrations.skactiveml.strategies import (
    CuttingPlaneExtremes,
    CuttingPlaneMargin,
    CuttingPlaneSpread,
    VersionSpaceSplit,
)

__all__ = [
    "ActiveCuttingPlaneClassifier",
    "ActiveCuttingPlaneRegressor",
    "CuttingPlaneExtremes",
    "CuttingPlaneMargin",
    "CuttingPlaneSpread",
    "VersionSpaceSplit",
]
