"""The deep baseline's model: a ReLU network trained through skorch.

Needs the extra ``bench``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from skorch import NeuralNet
from skorch.dataset import Dataset

from cutplane._types import Array

#: Callbacks of skorch that measure or print; in fits this small they cost more than Adam.
_SILENT = {
    f"callbacks__{name}": None
    for name in ("epoch_timer", "train_loss", "valid_loss", "valid_acc", "print_log")
}


@dataclass(frozen=True)
class Training:
    """How a network is trained.

    Attributes
    ----------
    optimizer : type
        Of torch.optim.
    options : dict
        Its options beside the learning rate.
    batch_size : int
        Rows of a step, drawn anew in every epoch; -1 for all rows.
    dropout : float
        Share of hidden units dropped while training.
    """

    optimizer: type
    options: dict[str, float]
    batch_size: int = -1
    dropout: float = 0.0


#: "adam" is the protocol of the paper's text; "sgd" is what the spiral notebook published with it
#: does.
RECIPES = {
    "adam": Training(torch.optim.Adam, {"fused": True}),
    "sgd": Training(torch.optim.SGD, {"momentum": 0.9, "weight_decay": 3e-3}, 16, 0.5),
}


class Batches:
    """Iterator over a data set that is converted to tensors once."""

    def __init__(self, dataset: Dataset, batch_size: int, **_: object):
        self._rows, self._target = torch.as_tensor(dataset.X), torch.as_tensor(dataset.y)
        self._batch_size = batch_size

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self._batch_size >= len(self._rows):
            yield self._rows, self._target
            return
        for batch in torch.randperm(len(self._rows)).split(self._batch_size):
            yield self._rows[batch], self._target[batch]


class _DeepNetwork(BaseEstimator):
    """Two-layer ReLU network, trained from scratch at every fit."""

    def __init__(
        self,
        width: int = 200,
        epochs: int = 2000,
        learning_rate: float = 1e-3,
        training: str = "adam",
        dropout: float | None = None,
        seed: int = 0,
    ):
        self.width = width
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.training = training
        self.dropout = dropout
        self.seed = seed

    def _train(self, X: ArrayLike, target: NDArray, n_outputs: int, criterion: type) -> None:
        rows = np.asarray(X, dtype=np.float32)
        how = RECIPES[self.training]
        with _alone(self.seed):
            module = torch.nn.Sequential(
                torch.nn.Linear(rows.shape[1], self.width),
                torch.nn.ReLU(),
                torch.nn.Dropout(how.dropout if self.dropout is None else self.dropout),
                torch.nn.Linear(self.width, n_outputs),
            )
            self.net_ = NeuralNet(
                module,
                criterion=criterion,
                optimizer=how.optimizer,
                lr=self.learning_rate,
                batch_size=how.batch_size,
                max_epochs=self.epochs,
                train_split=None,
                iterator_train=Batches,
                verbose=0,
                **{f"optimizer__{name}": value for name, value in how.options.items()},
                **_SILENT,
            ).fit(rows, target)

    def _outputs(self, X: ArrayLike) -> Array:
        """Outputs of the network, dropout off; (n, n_outputs)."""
        with _alone(self.seed):
            outputs = self.net_.forward(np.asarray(X, dtype=np.float32))
        return outputs.numpy().astype(float)

    def _dropout_outputs(self, X: ArrayLike, n_samples: int) -> Array:
        """Outputs of ``n_samples`` networks drawn by dropout; (n_samples, n, n_outputs)."""
        rows = torch.as_tensor(np.asarray(X, dtype=np.float32))
        module = self.net_.module_.train()
        with _alone(self.seed), torch.no_grad():
            drawn = torch.stack([module(rows) for _ in range(n_samples)])
        return drawn.numpy().astype(float)


class DeepClassifier(ClassifierMixin, _DeepNetwork):
    """Classifier with cross-entropy loss.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        Sorted; also those without a label yet.
    width : int, default=200
        Hidden units.
    epochs : int, default=2000
        Passes over the rows.
    learning_rate : float, default=0.001
    training : {"adam", "sgd"}, default="adam"
        One of ``RECIPES``.
    dropout : float, optional
        Share of hidden units dropped in training and by :meth:`sample_proba`; the training's
        own by default.
    seed : int, default=0
        Of the initial weights and the dropout.
    """

    def __init__(
        self,
        classes: ArrayLike = (0, 1),
        width: int = 200,
        epochs: int = 2000,
        learning_rate: float = 1e-3,
        training: str = "adam",
        dropout: float | None = None,
        seed: int = 0,
    ):
        super().__init__(width, epochs, learning_rate, training, dropout, seed)
        self.classes = classes

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train from scratch; X (n, d), y (n,)."""
        self.classes_ = np.asarray(self.classes)
        target = np.searchsorted(self.classes_, y)
        self._train(X, target, len(self.classes_), torch.nn.CrossEntropyLoss)
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Softmax of the outputs; (n, n_classes)."""
        return _softmax(self._outputs(X))

    def predict(self, X: ArrayLike) -> NDArray:
        """Most probable class; (n,)."""
        return self.classes_[self._outputs(X).argmax(axis=1)]

    def sample_proba(self, X: ArrayLike, n_samples: int = 10) -> Array:
        """Probabilities under dropout; (n_samples, n, n_classes)."""
        return _softmax(self._dropout_outputs(X, n_samples))


class DeepRegressor(RegressorMixin, _DeepNetwork):
    """Regressor with squared loss; parameters as for :class:`DeepClassifier`."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train from scratch; X (n, d), y (n,)."""
        self._train(X, np.asarray(y, dtype=np.float32)[:, None], 1, torch.nn.MSELoss)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Predictions; (n,)."""
        return self._outputs(X)[:, 0]

    def sample_y(self, X: ArrayLike, n_samples: int = 10) -> Array:
        """Predictions under dropout; (n, n_samples), as scikit-learn's Gaussian process."""
        return self._dropout_outputs(X, n_samples)[:, :, 0].T


def _softmax(outputs: Array) -> Array:
    shifted = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


@contextmanager
def _alone(seed: int) -> Iterator[None]:
    """One thread and random numbers of our own; torch's global ones come back unchanged."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(n_threads)
