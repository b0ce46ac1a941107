"""Models of packages that may not be on this machine: LightGBM, and TabICL with its weights.

A method whose model is missing is left out, and the reason is said. Nothing is downloaded.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

#: A transformer over the whole pool at every question: they play where they are named.
BY_NAME = ("TabICL, margin", "TabICL, greedy")


def light_trees(kind: str, seed: int) -> Any:
    """LightGBM's `kind` of model, with settings for a few dozen rows.

    By default a leaf has twenty rows, so that nothing is learnt from fewer than forty. These
    were the best of eleven settings on validation rows.
    """
    model = getattr(importlib.import_module("lightgbm"), kind)
    sampled = {"colsample_bytree": 0.5, "subsample": 0.8, "subsample_freq": 1}
    return model(min_child_samples=3, random_state=seed, n_jobs=1, verbose=-1, **sampled)


def in_context(kind: str, seed: int) -> Any:
    """TabICL's `kind` of model as it comes, with the weights that are here."""
    model = getattr(importlib.import_module("tabicl"), kind)
    return model(allow_auto_download=False, random_state=seed, n_jobs=1)


def missing(method: str, task: str) -> str:
    """Why a method cannot play a task here, in one sentence; empty where it can."""
    name, _, _ = method.partition(",")
    if name == "LightGBM" and find_spec("lightgbm") is None:
        return "lightgbm is not installed; pip install 'cutplane[bench]'"
    if name == "TabICL":
        return _missing_weights("TabICLRegressor" if task == "regression" else "TabICLClassifier")
    return ""


def _missing_weights(kind: str) -> str:
    if find_spec("tabicl") is None:
        return "tabicl is not installed; pip install tabicl"
    file = in_context(kind, 0).checkpoint_version
    hub = importlib.import_module("huggingface_hub")  # comes with it
    if isinstance(hub.try_to_load_from_cache("jingang/TabICL", file), str):
        return ""
    return f"its weights are not here; hf download jingang/TabICL {file}"
