"""``model.npz``: networks, classes or target scale, and preprocessing in one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Array, Arrays, Metadata, Rows
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import DAMAGE, with_prefix
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.probability import probabilities
from cutplane.fields import LEAST, number
from cutplane.folders import settle
from cutplane.network import Network, network_from_arrays
from cutplane.space.target import Target
from cutplane.tables import remarks
from cutplane.tables.predictions import Predictions, ids_beside
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import TableReport
from cutplane.tables.table import Table

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
    report : TableReport, optional
        What was made of the table that the model was fitted on.
    threshold : float, optional
        Of two classes: the probability of the second above which a row is called that.
    """

    networks: tuple[Network, ...]
    preprocessing: Preprocessing
    target: str
    classes: NDArray | None
    offset: float
    scale: float
    law: CuttingPlaneClassifier | None = None
    transform: Target = field(default_factory=Target)
    report: TableReport | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        classes = None if self.classes is None else self.classes.tolist()
        if self.classes is not None and not _are_classes(self.classes):
            raise ValueError(f"two different classes at least were expected, not {classes}")
        n_scores = 1 if classes is None or len(classes) == 2 else len(classes)
        if len(self.networks) != n_scores:
            raise ValueError(f"{n_scores} networks were expected, not {len(self.networks)}")
        width = len(self.preprocessing.encoded_names)
        if any(network.n_features != width for network in self.networks):
            raise ValueError(f"the networks do not read the {width} columns of the preprocessing")
        law = self.law
        if law is not None and (law.n_features_in_ != width or law.classes_.tolist() != classes):
            raise ValueError("the law of the probabilities is of other columns or classes")
        if self.threshold is not None and len(classes or ()) != 2:
            raise ValueError(f"a threshold decides between two classes, not {classes}")

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        preprocessing: Preprocessing,
        target: str,
        report: TableReport | None = None,
    ) -> TableModel:
        """Take the networks of a fitted estimator, and what turns scores into answers."""
        decoded = estimator.network_
        networks = tuple(decoded) if isinstance(decoded, list) else (decoded,)
        if isinstance(estimator, CuttingPlaneRegressor):
            offset, scale = estimator.y_mean_, estimator.y_scale_
            transform = estimator.target_transform_
            return cls(
                networks, preprocessing, target, None, offset, scale, None, transform, report
            )
        classes, scale = np.asarray(estimator.classes_), estimator.score_scale_
        law = estimator if estimator.scores_have_laws else None
        threshold = None if estimator.threshold is None else estimator.threshold_
        return cls(
            networks, preprocessing, target, classes, 0.0, scale, law, Target(), report, threshold
        )

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
        return self._scores(self.preprocessing.transform(features))

    def _scores(self, X: Rows) -> Array:
        scores = np.column_stack([network(X) for network in self.networks])
        return scores[:, 0] if len(self.networks) == 1 else scores

    def predict(self, features: pd.DataFrame) -> NDArray:
        """Labels, or values, of raw rows; (n,)."""
        X = self.preprocessing.transform(features)
        scores = self._scores(X)
        shares = None if self.threshold is None else self._probabilities(X, scores)
        return self._answers(scores, shares)

    def _answers(self, scores: Array, shares: Array | None) -> NDArray:
        if self.classes is None:
            return self.transform.back(self.offset + self.scale * scores)
        if self.threshold is not None and shares is not None:
            best = (shares[:, 1] > self.threshold).astype(int)
        else:
            best = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes[best]

    def predict_proba(self, features: pd.DataFrame) -> Array:
        """Probabilities of the classes, as the classifier's ``predict_proba``; (n, n_classes)."""
        X = self.preprocessing.transform(features)
        return self._probabilities(X, self._scores(X))

    def _probabilities(self, X: Rows, scores: Array) -> Array:
        return probabilities(scores, self.scale) if self.law is None else self.law.predict_proba(X)

    def predictions(self, table: Table, id_column: str | None = None) -> Predictions:
        """A table of answers.

        Parameters
        ----------
        table : Table
        id_column : str, optional
            A column of the table that stands beside the answers.

        Raises
        ------
        InvalidInputError
            A column is missing or holds what cannot be encoded.
        """
        features, said = table.features, []
        if self.target in features and self.target not in self.preprocessing.columns:
            features, said = features.drop(columns=self.target), [remarks.answer(self.target)]
        encoded = self.preprocessing.encode(features, table.lines)
        scores = self._scores(encoded.X)
        columns: dict[str, ArrayLike] = {"row": table.numbers}
        if self.classes is None:
            columns["value"] = self._answers(scores, None)
        else:
            shares = self._probabilities(encoded.X, scores)
            columns["label"] = self._answers(scores, shares)
            columns |= dict(zip(map("probability {}".format, self.classes), shares.T, strict=True))
        frame = pd.DataFrame(columns)
        if id_column is not None:
            frame.insert(1, id_column, ids_beside(table, id_column, frame))
        return Predictions(frame, (*said, *encoded.remarks))

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
            "threshold": self.threshold,
            "transform": self.transform.to_metadata(),
            "networks": descriptions,
            "law": law,
            "preprocessing": self.preprocessing.to_dict(),
            "report": None if self.report is None else self.report.as_dict(),
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
        classes, law, report = (metadata[key] for key in ("classes", "law", "report"))
        if (classes is None) != (metadata["task"] == "regression"):
            raise ValueError(f"classes {classes} are none for {metadata['task']}")
        return TableModel(
            networks=tuple(
                network_from_arrays(with_prefix(arrays, f"network{i}/"), description)
                for i, description in enumerate(metadata["networks"])
            ),
            preprocessing=Preprocessing.from_dict(metadata["preprocessing"]),
            target=str(metadata["target"]),
            classes=None if classes is None else np.array(classes),
            offset=number(metadata, "offset"),
            scale=number(metadata, "scale", low=LEAST),
            threshold=None
            if metadata["threshold"] is None
            else number(metadata, "threshold", low=0.0, high=1.0),
            law=None
            if law is None
            else CuttingPlaneClassifier.from_arrays(with_prefix(arrays, "law/"), law),
            transform=Target.from_metadata(metadata["transform"]),
            report=None if report is None else TableReport.from_dict(report),
        )
    except DAMAGE as error:
        raise damaged(path, error, what=_WHAT) from error


def _are_classes(classes: NDArray) -> bool:
    """Whether labels are at least two, all different, and none of them infinite or missing."""
    if classes.ndim != 1 or classes.dtype.kind not in "biufUO" or classes.size < 2:
        return False
    is_finite = classes.dtype.kind != "f" or bool(np.isfinite(classes).all())
    return is_finite and np.unique(classes).size == classes.size
