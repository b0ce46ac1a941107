"""`model.npz`: networks, classes and preprocessing in one file, without pickle."""

import json
import zipfile
import zlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.network import network_from_arrays
from cutplane.preprocessing import Preprocessing

FORMAT_VERSION = 1
_FORMAT = "cutplane-model"


@dataclass(frozen=True)
class Model:
    """A trained model that predicts on raw tables.

    Attributes
    ----------
    networks : list
        One network for two classes, otherwise one per class in the order of `classes`.
    classes : ndarray of shape (n_classes,)
        Sorted labels; a positive score speaks for the second of two.
    preprocessing : Preprocessing
        Turns a raw table into the matrix the networks read.
    target : str
        What is predicted.
    """

    networks: list[Any]
    classes: np.ndarray
    preprocessing: Preprocessing
    target: str

    @classmethod
    def from_classifier(cls, classifier, preprocessing: Preprocessing, target: str) -> "Model":
        """Take the networks and classes of a fitted classifier."""
        networks = classifier.network_
        if not isinstance(networks, list):
            networks = [networks]
        return cls(networks, np.asarray(classifier.classes_), preprocessing, target)

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        """Scores of raw rows.

        Parameters
        ----------
        features : DataFrame of shape (n, n_columns)
            Holds at least the columns the model was fitted on.

        Returns
        -------
        ndarray of shape (n,) for two classes, else (n, n_classes)

        Raises
        ------
        InvalidInputError
            A column is missing or holds what cannot be encoded.
        """
        X = self.preprocessing.transform(features)
        scores = np.column_stack([network(X) for network in self.networks])
        return scores[:, 0] if len(self.networks) == 1 else scores

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        """Labels of raw rows, of shape (n,)."""
        return self.labels_of(self.decision_function(features))

    def labels_of(self, scores: np.ndarray) -> np.ndarray:
        """Labels that these scores of `decision_function` speak for, of shape (n,)."""
        winner = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes[winner]

    def save(self, path: str | Path) -> None:
        """Write the model as .npz: the networks' arrays and one JSON text."""
        arrays: dict[str, np.ndarray] = {}
        descriptions = []
        for i, network in enumerate(self.networks):
            network_arrays, description = network.to_arrays()
            arrays |= {f"network{i}/{key}": array for key, array in network_arrays.items()}
            descriptions.append(description)
        metadata: dict[str, Any] = {
            "format": _FORMAT,
            "format_version": FORMAT_VERSION,
            "cutplane": version("cutplane"),
            "task": "classification",
            "target": self.target,
            "classes": self.classes.tolist(),
            "networks": descriptions,
            "preprocessing": self.preprocessing.to_dict(),
        }
        with open(path, "wb") as file:
            np.savez(file, allow_pickle=False, metadata=np.array(json.dumps(metadata)), **arrays)


def load_model(path: str | Path) -> Model:
    """Read a model back.

    Parameters
    ----------
    path : str or Path
        A run folder, or the `model.npz` in it.

    Raises
    ------
    InvalidInputError
        There is no such file.
    ModelFileError
        It is no cutplane model, it is damaged, or a newer version wrote it.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "model.npz"
    if not path.exists():
        raise InvalidInputError(f"there is no model {str(path)!r}; give a folder `run` has written")
    arrays, metadata = _read(path)
    if metadata["format_version"] > FORMAT_VERSION:
        raise ModelFileError(
            f"{str(path)!r} has format {metadata['format_version']}, this cutplane reads up to "
            f"{FORMAT_VERSION}; upgrade cutplane to at least {metadata['cutplane']}"
        )
    try:
        networks = [
            network_from_arrays(_with_prefix(arrays, f"network{i}/"), description)
            for i, description in enumerate(metadata["networks"])
        ]
        preprocessing = Preprocessing.from_dict(metadata["preprocessing"])
        return Model(networks, np.array(metadata["classes"]), preprocessing, metadata["target"])
    except (KeyError, ValueError) as error:
        raise ModelFileError(f"the model {str(path)!r} is damaged ({error}); run again") from error


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    refusal = f"{str(path)!r} is not a cutplane model; give a folder `run` has written"
    if not zipfile.is_zipfile(path):
        raise ModelFileError(refusal)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        metadata = json.loads(str(arrays.pop("metadata", "{}")))
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelFileError(f"the model {str(path)!r} is damaged ({error}); run again") from error
    if not isinstance(metadata, dict) or metadata.get("format") != _FORMAT:
        raise ModelFileError(refusal)
    return arrays, metadata


def _with_prefix(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): a for key, a in arrays.items() if key.startswith(prefix)}
