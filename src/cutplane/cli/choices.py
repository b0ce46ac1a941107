"""Names that help texts list, kept here because the modules that own them load scikit-learn.

A test compares each with its owner.
"""

DATA_SETS = (
    "breast-cancer",
    "diabetes",
    "digits",
    "digits-3v8",
    "digits-odd",
    "moons",
    "quadratic",
    "spiral",
    "wine",
)
UNITS = ("mixed", "thirds", "halfspaces", "balls")
QUERIES = (
    "variance_reduction",
    "halving",
    "information",
    "expected_error",
    "margin",
    "extremes",
    "random",
    "spread",
    "coverage",
    "frontier",
    "volume_split",
    "disagreement",
)
METRICS = ("accuracy", "balanced_accuracy", "f1", "matthews")
STOPPING_RULES = ("plateau", "small", "stable")
POOLINGS = ("mean", "last")
EMBEDDING_DTYPES = ("float32", "bfloat16", "float16")
EXPERIMENTS = ("spiral", "quadratic", "sentiment")
