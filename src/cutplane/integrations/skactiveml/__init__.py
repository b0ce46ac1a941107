"""cutplane in scikit-activeml: models that know missing labels, strategies of pools and streams.

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
from cutplane.integrations.skactiveml.streams import CuttingPlaneStream

__all__ = [
    "ActiveCuttingPlaneClassifier",
    "ActiveCuttingPlaneRegressor",
    "CuttingPlaneExtremes",
    "CuttingPlaneMargin",
    "CuttingPlaneSpread",
    "CuttingPlaneStream",
    "VersionSpaceSplit",
]
