"""From raw columns to the matrix a network reads, and to plain JSON and back."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from cutplane._types import Array, Metadata
from cutplane.errors import InvalidInputError

MISSING_LEVEL = "(missing)"
# The square of a larger number no longer fits a float, and the scaler needs the variance.
_LARGEST = 1e150
# Text with more levels is a name, a number of a record or a sentence, not a category.
_MAX_LEVELS = 200


class Preprocessing:
    """Numeric columns imputed (median) and standardised, the others one-hot encoded.

    The work is done by scikit-learn's ColumnTransformer, SimpleImputer, StandardScaler and
    OneHotEncoder. A missing category is a category of its own; a category never seen in ``fit``
    encodes as zeros.

    Attributes
    ----------
    numeric, categorical : list of str
        The columns read, in the order they are encoded.
    dropped : dict of str to str
        Columns that carry nothing, and why.
    """

    _transformer: ColumnTransformer

    def __init__(self, numeric: list[str], categorical: list[str], dropped: dict[str, str]):
        self.numeric = numeric
        self.categorical = categorical
        self.dropped = dropped

    @classmethod
    def fit(cls, features: pd.DataFrame) -> Preprocessing:
        """Choose the columns and fit the transformers.

        Parameters
        ----------
        features : DataFrame of shape (n, n_columns)
            The pool's rows, without the target.

        Raises
        ------
        InvalidInputError
            A cell is infinite, or no column is usable.
        """
        numeric: list[str] = []
        categorical: list[str] = []
        dropped: dict[str, str] = {}
        for name in features.columns:
            column = features[name]
            is_numeric = pd.api.types.is_numeric_dtype(column)
            values = _numbers(column) if is_numeric else _levels(column)
            reason = _why_unusable(values, is_numeric)
            if reason:
                dropped[name] = reason
            else:
                (numeric if is_numeric else categorical).append(name)
        if not numeric and not categorical:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in list(dropped.items())[:5])
            raise InvalidInputError(
                f"no usable feature column ({reasons or 'the table has none beside the target'}); "
                "at least one column with two different values is needed"
            )
        self = cls(numeric, categorical, dropped)
        self._transformer = self._build(categories="auto").fit(self._clean(features))
        return self

    def transform(self, features: pd.DataFrame) -> Array:
        """Encode rows; columns that ``fit`` did not use are ignored.

        Returns
        -------
        ndarray of shape (n, d)

        Raises
        ------
        InvalidInputError
            A column is missing, or a numeric one holds text or an infinite cell.
        """
        missing = [name for name in self.numeric + self.categorical if name not in features]
        if missing:
            shown = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
            raise InvalidInputError(
                f"the table lacks {len(missing)} of the columns the model was fitted on ({shown}); "
                "pass the same columns"
            )
        return np.asarray(self._transformer.transform(self._clean(features)), dtype=float)

    def inverse_transform(self, X: Array) -> pd.DataFrame:
        """Numbers that encode as X of shape (n, d); for numeric columns alone."""
        scaler = self._transformer.named_transformers_["numeric"][-1]
        return pd.DataFrame(scaler.inverse_transform(X), columns=self.numeric)

    def to_dict(self) -> Metadata:
        """Everything ``from_dict`` needs, in types that JSON knows."""
        state: Metadata = {
            "numeric": self.numeric,
            "categorical": self.categorical,
            "dropped": self.dropped,
        }
        fitted = self._transformer.named_transformers_
        if self.numeric:
            imputer, scaler = fitted["numeric"]
            state["fill"] = imputer.statistics_.tolist()
            state["mean"] = scaler.mean_.tolist()
            state["scale"] = scaler.scale_.tolist()
        if self.categorical:
            _, encoder = fitted["categorical"]
            state["levels"] = [[str(level) for level in levels] for levels in encoder.categories_]
        return state

    @classmethod
    def from_dict(cls, state: Metadata) -> Preprocessing:
        """Rebuild what ``to_dict`` described.

        The transformers are fitted to one row, the saved fill values and first levels, so that
        scikit-learn sets up its own state; then the scaler is given the saved mean and scale.
        """
        self = cls(list(state["numeric"]), list(state["categorical"]), dict(state["dropped"]))
        levels = [np.array(column, dtype=object) for column in state.get("levels", [])]
        row = dict(zip(self.numeric, state.get("fill", []), strict=True))
        row |= {name: level[0] for name, level in zip(self.categorical, levels, strict=True)}
        one_row = self._clean(pd.DataFrame([row]))
        self._transformer = self._build(categories=levels or "auto").fit(one_row)
        if self.numeric:
            scaler = self._transformer.named_transformers_["numeric"][-1]
            scaler.mean_ = np.array(state["mean"])
            scaler.scale_ = np.array(state["scale"])
            scaler.var_ = scaler.scale_**2
        return self

    def _build(self, categories: str | list[NDArray]) -> ColumnTransformer:
        numeric = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        categorical = make_pipeline(
            SimpleImputer(strategy="constant", fill_value=MISSING_LEVEL),
            OneHotEncoder(categories=categories, handle_unknown="ignore", sparse_output=False),
        )
        blocks = [
            ("numeric", numeric, self.numeric),
            ("categorical", categorical, self.categorical),
        ]
        return ColumnTransformer([block for block in blocks if block[2]], sparse_threshold=0)

    def _clean(self, features: pd.DataFrame) -> pd.DataFrame:
        columns = {name: _numbers(features[name]) for name in self.numeric}
        columns |= {name: _levels(features[name]) for name in self.categorical}
        return pd.DataFrame(columns)


def _numbers(column: pd.Series) -> pd.Series:
    values = pd.to_numeric(column, errors="coerce").astype(float)
    text = column[values.isna() & column.notna()]
    if len(text):
        raise InvalidInputError(
            f"column {column.name!r} holds {text.iloc[0]!r}; the model was fitted on numbers there"
        )
    extreme = column[values.abs() > _LARGEST]
    if len(extreme):
        raise InvalidInputError(
            f"column {column.name!r} holds {len(extreme)} infinite or huge cells (row "
            f"{extreme.index[0]} says {extreme.iloc[0]}); replace them or leave them empty"
        )
    return values


def _levels(column: pd.Series) -> pd.Series:
    return column.astype(str).astype(object).where(column.notna(), np.nan)


def _why_unusable(values: pd.Series, is_numeric: bool) -> str | None:
    n_levels = values.nunique()
    if n_levels == 0:
        return "every cell is empty"
    if n_levels == 1 and (is_numeric or values.notna().all()):
        return "a single value"
    if not is_numeric and (n_levels > _MAX_LEVELS or n_levels > max(20, len(values) / 2)):
        return f"{n_levels} different texts"
    return None
