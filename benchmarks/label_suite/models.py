"""Models of the rivals that scikit-learn does not have as they are, or not with these settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, ConstantKernel
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

#: What a support vector machine may choose its penalty from.
PENALTIES = [0.1, 0.3, 1, 3, 10, 30, 100]


class LinkedSVC(SVC):
    """RBF support vector machine whose probabilities are the softmax of its decisions.

    Margin sampling and the ROC AUC need the order of the decisions only, and Platt's
    cross-validation has too few rows here.
    """

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Softmax of the one-against-rest decisions; (n, n_classes)."""
        scores = self.decision_function(X)
        columns = np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
        return softmax(columns, axis=1)


def validated_svm() -> GridSearchCV:
    """The machine whose penalty five stratified folds of the labels held decide."""
    return GridSearchCV(LinkedSVC(), {"C": PENALTIES}, cv=5)


def gaussian_process(n_features: int, seed: int) -> GaussianProcessClassifier:
    """RBF Gaussian process that chooses amplitude and length by the evidence.

    Both start where standardised columns have them.
    """
    kernel = ConstantKernel(4.0, (1e-2, 1e4)) * RBF(np.sqrt(n_features), (1e-1, 1e3))
    return GaussianProcessClassifier(kernel, max_iter_predict=20, random_state=seed)


class TorchPerceptron(ClassifierMixin, BaseEstimator):
    """ReLU perceptron of one hidden layer, trained by Adam through skorch on all rows at once.

    Parameters
    ----------
    hidden, epochs : int
    learning_rate, weight_decay : float
    random_state : int
    """

    def __init__(
        self,
        hidden: int = 100,
        epochs: int = 40,
        learning_rate: float = 0.01,
        weight_decay: float = 1e-3,
        random_state: int = 0,
    ):
        self.hidden = hidden
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray) -> TorchPerceptron:
        """Train from fresh weights."""
        import torch
        from skorch import NeuralNetClassifier

        torch.set_num_threads(1)  # loaded after the suite has limited the other libraries
        torch.manual_seed(self.random_state)
        self.classes_, codes = np.unique(y, return_inverse=True)
        module = torch.nn.Sequential(
            torch.nn.Linear(X.shape[1], self.hidden),
            torch.nn.ReLU(),
            torch.nn.Linear(self.hidden, self.classes_.size),
        )
        self.net_ = NeuralNetClassifier(
            module,
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            optimizer__weight_decay=self.weight_decay,
            lr=self.learning_rate,
            max_epochs=self.epochs,
            batch_size=-1,
            train_split=None,
            callbacks=None,
            callbacks__print_log=None,
            callbacks__train_loss=None,
            callbacks__epoch_timer=None,
            callbacks__valid_acc=None,
            callbacks__valid_loss=None,
            verbose=0,
        )
        self.net_.fit(X.astype(np.float32), codes.astype(np.int64))
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Softmax of the outputs; (n, n_classes)."""
        return softmax(self.net_.forward(X.astype(np.float32)).numpy(), axis=1)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Class of each row."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class Committee(BaseEstimator):
    """Several scikit-activeml models that predict by their mean.

    Parameters
    ----------
    build : callable
        Gives the list of unfitted members.
    """

    def __init__(self, build: Callable[[], list[Any]]):
        self.build = build

    def fit(self, X: np.ndarray, y: np.ndarray) -> Committee:
        """Fit every member to all rows."""
        self.members_ = [member.fit(X, y) for member in self.build()]
        self.classes_ = getattr(self.members_[0], "classes_", None)
        return self

    def members(self) -> list[Any]:
        """The fitted members."""
        return self.members_

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Mean of the members' probabilities."""
        return np.mean([member.predict_proba(X) for member in self.members_], axis=0)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Most probable class, or the mean prediction where there are no classes."""
        if self.classes_ is None:
            return np.mean([member.predict(X) for member in self.members_], axis=0)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
