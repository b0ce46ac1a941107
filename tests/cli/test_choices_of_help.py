"""The names in help texts are those of the library."""

from cutplane.active.query import STRATEGIES
from cutplane.cli import choices
from cutplane.embedding import EMBEDDING_DTYPES, POOLINGS
from cutplane.estimators.leave_one_out import METRICS
from cutplane.experiments.registry import EXPERIMENTS
from cutplane.runs.simulation import STOPPING_RULES
from cutplane.space.arrangement import UNITS
from cutplane.tables.datasets import DATASET_NAMES


def test_help_names_what_there_is():
    assert tuple(STRATEGIES) == choices.QUERIES
    assert choices.UNITS == UNITS
    assert choices.METRICS == METRICS
    assert choices.DATA_SETS == DATASET_NAMES
    assert choices.STOPPING_RULES == STOPPING_RULES
    assert (choices.POOLINGS, choices.EMBEDDING_DTYPES) == (POOLINGS, EMBEDDING_DTYPES)
    assert tuple(EXPERIMENTS) == choices.EXPERIMENTS
