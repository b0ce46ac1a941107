"""The curves that the authors of CPAL published with their code.

``published.csv`` holds mean and standard deviation over their seeds (five; four for BALD dropout
on the spiral) of the test scores in the first commits of https://github.com/pilancilab/cpal,
against *counted* queries: CPAL's labels that agreed with the model were read and not counted.
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd


def published_curves(experiment: str) -> pd.DataFrame:
    """Published curves of an experiment.

    Parameters
    ----------
    experiment : {"spiral", "quadratic"}
        Others have none.

    Returns
    -------
    DataFrame
        Columns strategy, n_counted, mean, sd, n_seeds.
    """
    source = files("cutplane.experiments") / "published.csv"
    with source.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream)
    return table[table.experiment == experiment].drop(columns="experiment").reset_index(drop=True)
