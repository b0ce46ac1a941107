"""`cutplane query FOLDER --scheduler` asks what it asks without, and so does a journal."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cutplane.cli.main import app


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(3_000, 3)), columns=["a", "b", "c"])
    frame["fault"] = (frame["a"] > 0).map({True: "bad", False: "good"})
    frame["fault"] = frame["fault"].where(frame.index % 100 == 0)
    for i in range(3):
        frame[i * 1_000 : (i + 1) * 1_000].to_parquet(tmp_path / f"part-{i}.parquet", index=False)
    return tmp_path


@pytest.mark.slow
def test_a_cluster_asks_the_same_rows(folder, both_workers):
    def asked(*more):
        arguments = ["query", str(folder), "--target", "fault", "-n", "3", *more]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.stderr
        return result

    here = asked()
    address = both_workers.scheduler.address
    there = asked("--scheduler", address)
    assert there.stdout == here.stdout
    assert there.stderr == here.stderr
    journal = str(folder.parent / "run.journal")
    first = asked("--scheduler", address, "--journal", journal).stdout
    assert asked("--journal", journal).stdout == first
