"""``model.npz``: networks, classes or target scale, and preprocessing in one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Metadata
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import DAMAGE, with_prefix
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.probability import probabilities
from cutplane.folders import settle
from cutplane.network import Network, network_from_arrays
from cutplane.space.target import Target
from cutplane.tables.preprocessing import Preprocessing

_WHAT = "model"

Estimator = CuttingPlaneClassifier | CuttingPlaneRegressor


@dataclass(frozen=True)
class TableModel:
    """A trained model that predicts on raw tables.

    Attributes
    ----------
    networks : tuple of Network
        One for two classes or for regression, otherwise one per class in the order of
        ``classes``.
    preprocessing : Preprocessing
        Turns a raw table into the matrix the networks read.
    target : str
        What is predicted.
    classes : ndarray of shape (n_classes,), optional
        Sorted labels; a positive score speaks for the second of two. None for regression.
    offset, scale : float
        Regression: prediction = transform.back(offset + scale * score). Classification: scores
        are divided by ``scale`` before the link to probabilities.
    law : CuttingPlaneClassifier, optional
        Whose version spaces give the probabilities, for centers of gravity; None is the link.
    transform : Target
        Regression: what is learnt in the place of the target.
    """

    networks: tuple[Network, ...]
    preprocessing: Preprocessing
    target: str
    classes: NDArray | None
    offset: float
    scale: float
    law: CuttingPlaneClassifier | None = None
    transform: Target = field(default_factory=Target)

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        preprocessing: Preprocessing,
        target: str,
    ) -> TableModel:
        """Take the networks of a fitted estimator, and what turns scores into answers."""
        decoded = estimator.network_
        networks = tuple(decoded) if isinstance(decoded, list) else (decoded,)
        if isinstance(estimator, CuttingPlaneRegressor):
            offset, scale = estimator.y_mean_, estimator.y_scale_
            transform = estimator.target_transform_
            return cls(networks, preprocessing, target, None, offset, scale, transform=transform)
        classes, scale = np.asarray(estimator.classes_), estimator.score_scale_
        law = estimator if estimator.scores_have_laws else None
        return cls(networks, preprocessing, target, classes, 0.0, scale, law)

    @property
    def task(self) -> str:
        """What is predicted: "classification" or "regression"."""
        return "regression" if self.classes is None else "classification"

    def scores(self, features: pd.DataFrame) -> Array:
        """Scores of raw rows.

        Parameters
        ----------
        features : DataFrame of shape (n, n_columns)
            Holds at least the columns the model was fitted on.

        Returns
        -------
        ndarray of shape (n,) for one network, else (n, n_classes)

        Raises
        ------
        InvalidInputError
            A column is missing or holds what cannot be encoded.
        """
        X = self.preprocessing.transform(features)
        scores = np.column_stack([network(X) for network in self.networks])
        return scores[:, 0] if len(self.networks) == 1 else scores

    def predict(self, features: pd.DataFrame) -> NDArray:
        """Labels, or values, of raw rows; (n,)."""
        scores = self.scores(features)
        if self.classes is None:
            return self.transform.back(self.offset + self.scale * scores)
        best = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes[best]

    def predict_proba(self, features: pd.DataFrame) -> Array:
        """Probabilities of the classes, as the classifier's ``predict_proba``; (n, n_classes)."""
        if self.law is not None:
            return self.law.predict_proba(self.preprocessing.transform(features))
        return probabilities(self.scores(features), self.scale)

    def predictions(self, features: pd.DataFrame) -> pd.DataFrame:
        """A table of answers.

        Returns
        -------
        DataFrame of shape (n, n_columns)
            Columns row (from 0) and value, or label and the probability of each class.
        """
        table = pd.DataFrame({"row": range(len(features))})
        if self.classes is None:
            return table.assign(value=self.predict(features))
        table["label"] = self.predict(features)
        for name, column in zip(self.classes, self.predict_proba(features).T, strict=True):
            table[f"probability {name}"] = column
        return table

    def save(self, path: str | Path) -> None:
        """Write the model as .npz: the arrays of networks and law, and JSON metadata."""
        arrays: Arrays = {}
        descriptions = []
        for i, network in enumerate(self.networks):
            network_arrays, description = network.to_arrays()
            arrays |= {f"network{i}/{key}": array for key, array in network_arrays.items()}
            descriptions.append(description)
        law = None
        if self.law is not None:
            law_arrays, law = self.law.to_arrays()
            arrays |= {f"law/{key}": array for key, array in law_arrays.items()}
        metadata: Metadata = {
            "task": self.task,
            "target": self.target,
            "classes": None if self.classes is None else self.classes.tolist(),
            "offset": self.offset,
            "scale": self.scale,
            "transform": self.transform.to_metadata(),
            "networks": descriptions,
            "law": law,
            "preprocessing": self.preprocessing.to_dict(),
        }
        write_archive(path, arrays, metadata, what=_WHAT)


def load_model(path: str | Path) -> TableModel:
    """Read a model back.

    Parameters
    ----------
    path : str or Path
        A run folder, or the ``model.npz`` in it.

    Raises
    ------
    InvalidInputError
        There is no such file.
    ModelFileError
        It is no cutplane model, it is damaged, or a newer version wrote it.
    """
    path = Path(path)
    settle(path)
    if path.is_dir():
        path = path / "model.npz"
    if not path.exists():
        raise InvalidInputError(
            f"there is no model {str(path)!r}; give a folder that `run` or `fit` has written"
        )
    arrays, metadata = read_archive(path, what=_WHAT)
    try:
        classes, law = metadata["classes"], metadata["law"]
        return TableModel(
            networks=tuple(
                network_from_arrays(with_prefix(arrays, f"network{i}/"), description)
                for i, description in enumerate(metadata["networks"])
            ),
            preprocessing=Preprocessing.from_dict(metadata["preprocessing"]),
            target=metadata["target"],
            classes=None if classes is None else np.array(classes),
            offset=float(metadata["offset"]),
            scale=float(metadata["scale"]),
            law=None
            if law is None
            else CuttingPlaneClassifier.from_arrays(with_prefix(arrays, "law/"), law),
            transform=Target.from_metadata(metadata["transform"]),
        )
    except DAMAGE as error:
        raise damaged(path, error, what=_WHAT) from error
