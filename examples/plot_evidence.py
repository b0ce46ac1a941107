"""
What the labels say of their own noise
======================================

The center of gravity comes with the share of all networks that the labels leave, the evidence.
Several assumptions are made at once, and the evidence weighs them in the average that predicts:
how often a label is wrong (``flip``), how near the boundary labels get uncertain (``noise``), and
whether a network is affine between its gates (``slope`` 1) or constant (``slope`` 0). No label is
held out for it.
"""

import matplotlib.pyplot as plt
import numpy as np

from cutplane import CuttingPlaneClassifier
from cutplane.runs.evidence import evidence_figure
from cutplane.tables.datasets import load_dataset

moons = load_dataset("moons")
rng = np.random.default_rng(0)
order = rng.permutation(len(moons.X))
train, test = order[:150], order[150:]
flipped = rng.random(len(train)) < 0.2
clean = moons.y[train]
noisy = np.where(flipped, 1 - clean, clean)

# %%
# Clean labels first, then the same with one in five flipped. Discs are weights in the average.
models = {}
for name, y in (("clean labels", clean), ("one in five flipped", noisy)):
    model = CuttingPlaneClassifier(
        hidden=(100,), activation="gated_relu", center="gravity", random_state=0
    )
    models[name] = model.fit(moons.X[train], y)
    figure = plt.figure(figsize=(8.4, 4.4), layout="constrained")
    evidence_figure(model.evidence_, name, figure)
plt.show()

# %%
# The same in numbers, and the accuracy on rows whose labels are clean.
for name, model in models.items():
    best = model.evidence_.as_dicts()[0]
    print(f"{name}: test accuracy {model.score(moons.X[test], moons.y[test]):.3f}")
    print({key: round(best[key], 3) for key in ("slope", "flip", "noise", "weight")})
