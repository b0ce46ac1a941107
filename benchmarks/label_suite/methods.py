"""Who plays: ours, and models with the scikit-activeml strategy that suits them.

A method is a function of the pool and the seed that gives a learner. Settings are fixed in
advance and alike for all data sets; nobody is tuned on the suite's test rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from skactiveml.classifier import SklearnClassifier
from skactiveml.regressor import SklearnRegressor
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVR

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from label_suite import strategies
from label_suite.installed import in_context, light_trees
from label_suite.learners import Learner, OurLearner, RivalLearner
from label_suite.models import Committee, LinkedSVC, TorchPerceptron

Method = Callable[[np.ndarray, int], Learner]

TREES = 50


def ours(query: str | None = None, **options: Any) -> Callable[[type], Method]:
    """A cutting-plane estimator as it comes, but for the options named."""

    def of(kind: type) -> Method:
        def build(X_pool: np.ndarray, seed: int) -> Learner:
            model = kind(random_state=seed, **options)
            return OurLearner(ActiveLearner(model, X_pool, query=query, random_state=seed))

        return build

    return of


OURS = {
    "ours relu": ours(activation="relu"),
    "ours gated": ours(activation="gated_relu"),
    "ours gated, 2 layers": ours(activation="gated_relu", hidden=(200, 200)),
    "ours gated, random": ours("random", activation="gated_relu"),
}
#: The question of each task before the variance reduction became the default.
SIMPLER = {"classification": "margin", "regression": "spread"}


def _ours(kind: type, task: str) -> dict[str, Method]:
    simpler = SIMPLER[task]
    return {name: of(kind) for name, of in OURS.items()} | {
        f"ours gated, {simpler}": ours(simpler, activation="gated_relu")(kind)
    }


def rival(
    model: Callable[[np.ndarray, int], Any], strategy: Callable, *, is_probable: bool = True
) -> Method:
    """A model built for the pool's width, and a strategy; whether it gives probabilities."""
    return lambda X_pool, seed: RivalLearner(
        model(X_pool, seed), strategy(seed), X_pool, is_probable=is_probable
    )


def _margin(seed: int) -> strategies.Strategy:
    return strategies.uncertainty("margin_sampling", seed)


def _wrapped(build: Callable[[np.ndarray, int], Any]) -> Callable[[np.ndarray, int], Any]:
    return lambda X, seed: SklearnClassifier(build(X, seed), random_state=seed)


def _values(build: Callable[[np.ndarray, int], Any]) -> Callable[[np.ndarray, int], Any]:
    return lambda X, seed: SklearnRegressor(build(X, seed), random_state=seed)


@_wrapped
def _logistic(X: np.ndarray, seed: int) -> Any:
    return LogisticRegression(max_iter=500)


@_wrapped
def _balanced(X: np.ndarray, seed: int) -> Any:
    return LogisticRegression(max_iter=500, class_weight="balanced")


@_wrapped
def _svm(X: np.ndarray, seed: int) -> Any:
    return LinkedSVC(C=10.0, gamma="scale")


@_wrapped
def _forest(X: np.ndarray, seed: int) -> Any:
    return RandomForestClassifier(n_estimators=TREES, random_state=seed)


@_wrapped
def _boosting(X: np.ndarray, seed: int) -> Any:
    return GradientBoostingClassifier(n_estimators=30, max_features="sqrt", random_state=seed)


@_wrapped
def _light(X: np.ndarray, seed: int) -> Any:
    return light_trees("LGBMClassifier", seed)


@_wrapped
def _in_context(X: np.ndarray, seed: int) -> Any:
    return in_context("TabICLClassifier", seed)


@_wrapped
def _process(X: np.ndarray, seed: int) -> Any:
    # The length scale suits standardised columns; the other settings are scikit-learn's.
    kernel = ConstantKernel(4.0, "fixed") * RBF(np.sqrt(X.shape[1]), (1e-1, 1e3))
    return GaussianProcessClassifier(kernel, max_iter_predict=20, random_state=seed)


@_wrapped
def _perceptron(X: np.ndarray, seed: int) -> Any:
    return TorchPerceptron(random_state=seed)


def _committee(X: np.ndarray, seed: int) -> Any:
    def members() -> list[Any]:
        models = [
            LogisticRegression(max_iter=500),
            LinkedSVC(C=10.0, gamma="scale"),
            RandomForestClassifier(n_estimators=20, random_state=seed),
            GaussianNB(var_smoothing=1e-2),
        ]
        return [SklearnClassifier(model, random_state=seed) for model in models]

    return Committee(members)


CLASSIFIERS: dict[str, Method] = {
    **_ours(CuttingPlaneClassifier, "classification"),
    "logistic, margin": rival(_logistic, _margin),
    "logistic, random": rival(_logistic, strategies.random),
    "balanced logistic, margin": rival(_balanced, _margin),
    "SVM, margin": rival(_svm, _margin, is_probable=False),
    "SVM, random": rival(_svm, strategies.random, is_probable=False),
    "SVM, TypiClust": rival(_svm, strategies.typical_clusters, is_probable=False),
    "perceptron, margin": rival(_perceptron, _margin),
    "Gaussian process, margin": rival(_process, _margin),
    "boosting, margin": rival(_boosting, _margin),
    "LightGBM, margin": rival(_light, _margin),
    "forest, margin": rival(_forest, _margin),
    "forest, random": rival(_forest, strategies.random),
    "committee, divergence": rival(_committee, strategies.committee),
    "TabICL, margin": rival(_in_context, _margin),
}


@_values
def _process_values(X: np.ndarray, seed: int) -> Any:
    width = np.sqrt(X.shape[1])
    kernel = ConstantKernel(1.0) * RBF(width, (width / 30, width * 30)) + WhiteKernel(0.1)
    return GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)


@_values
def _ridge(X: np.ndarray, seed: int) -> Any:
    return RidgeCV(alphas=np.logspace(-2, 3, 11))


@_values
def _svr(X: np.ndarray, seed: int) -> Any:
    return SVR(C=10.0, gamma="scale")


@_values
def _forest_values(X: np.ndarray, seed: int) -> Any:
    return RandomForestRegressor(n_estimators=TREES, random_state=seed)


@_values
def _boosting_values(X: np.ndarray, seed: int) -> Any:
    return GradientBoostingRegressor(random_state=seed)


@_values
def _light_values(X: np.ndarray, seed: int) -> Any:
    return light_trees("LGBMRegressor", seed)


@_values
def _in_context_values(X: np.ndarray, seed: int) -> Any:
    return in_context("TabICLRegressor", seed)


def _committee_values(X: np.ndarray, seed: int) -> Any:
    def members() -> list[Any]:
        models = [
            ExtraTreesRegressor(n_estimators=10, random_state=100 * seed + i) for i in range(5)
        ]
        return [SklearnRegressor(model, random_state=seed) for model in models]

    return Committee(members)


REGRESSORS: dict[str, Method] = {
    **_ours(CuttingPlaneRegressor, "regression"),
    "ridge, random": rival(_ridge, strategies.random),
    "ridge, greedy inputs": rival(_ridge, strategies.greedy_inputs),
    "Gaussian process, deviation": rival(_process_values, strategies.deviation),
    "Gaussian process, greedy": rival(_process_values, strategies.greedy_targets),
    "SVR, greedy": rival(_svr, strategies.greedy_targets),
    "boosting, random": rival(_boosting_values, strategies.random),
    "LightGBM, greedy": rival(_light_values, strategies.greedy_targets),
    "forest, random": rival(_forest_values, strategies.random),
    "committee, variance": rival(_committee_values, strategies.committee),
    "TabICL, greedy": rival(_in_context_values, strategies.greedy_targets),
}


def methods_of(task: str) -> dict[str, Method]:
    """Methods that can play a task, cheap ones first."""
    return REGRESSORS if task == "regression" else CLASSIFIERS
