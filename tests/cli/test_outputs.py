"""`--out`: nothing is replaced unasked, and no file that is read, under whatever name."""

import os
from pathlib import Path

import pytest

from cutplane.cli.outputs import require_file, require_folder
from cutplane.errors import InvalidInputError

FAST = ("--hidden", "20", "--center", "analytic")


def test_another_file_is_replaced_when_told():
    Path("old.csv").write_text("old")
    Path("t.csv").write_text("a\n1\n")
    with pytest.raises(InvalidInputError, match=r"exists already; .* --overwrite"):
        require_file(Path("old.csv"), False, "t.csv")
    require_file(Path("old.csv"), True, "t.csv")
    require_file(Path("new.csv"), False, "t.csv", "moons", None)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize(
    "link", [None, os.link, os.symlink], ids=["itself", "hard link", "symlink"]
)
@pytest.mark.parametrize("read", ["t.csv", "run/model.npz", "run/labels.csv"])
def test_an_input_is_never_replaced(link, read):
    Path("run").mkdir()
    Path(read).write_text("precious")
    out = Path(read)
    if link is not None:
        out = Path("other.csv")
        link(os.path.abspath(read), out)
    given = "run" if read.startswith("run") else read
    with pytest.raises(InvalidInputError, match="a file that is read"):
        require_file(out, True, given)
    if link is None:
        with pytest.raises(InvalidInputError, match="a file that is read"):
            require_file(Path("run") / ".." / read, True, given)


@pytest.mark.parametrize(
    ("out", "message"),
    [("no/where.csv", "no folder 'no'"), ("", "a folder"), ("there", "a folder")],
)
def test_where_nothing_can_be_written(out, message):
    Path("there").mkdir()
    with pytest.raises(InvalidInputError, match=message):
        require_file(Path(out), True)


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no such device")
def test_a_device_may_be_there():
    require_file(Path("/dev/null"), False)


def test_a_folder_that_holds_an_input_stays():
    Path("run").mkdir()
    Path("run/t.csv").write_text("a\n1\n")
    with pytest.raises(InvalidInputError, match=r"run.t\.csv' in it is read"):
        require_folder(Path("run"), "run/t.csv")
    require_folder(Path("run"), "moons")
    require_folder(Path("run2"), "run/t.csv")


def test_commands_ask_before_they_replace(frame, invoke, one_sentence):
    frame.to_csv("t.csv", index=False)
    assert invoke("fit", "t.csv", "--target", "y", "--out", "m", *FAST).exit_code == 0
    before = Path("t.csv").read_bytes()
    for more in ((), ("--overwrite",)):
        result = invoke("predict", "m", "t.csv", "--out", "./t.csv", *more)
        assert "a file that is read" in one_sentence(result, 2)
    assert Path("t.csv").read_bytes() == before
    assert invoke("predict", "m", "t.csv", "--out", "p.csv").exit_code == 0
    result = invoke("predict", "m", "t.csv", "--out", "p.csv")
    assert "exists already" in one_sentence(result, 2)
    assert invoke("predict", "m", "t.csv", "--out", "p.csv", "--overwrite").exit_code == 0
    export = ("export", "m", "--format", "npz")
    assert invoke(*export).exit_code == 0
    assert "exists already" in one_sentence(invoke(*export), 2)
    assert invoke(*export, "--overwrite").exit_code == 0
    result = invoke(*export, "--out", "m/model.npz", "--overwrite")
    assert "a file that is read" in one_sentence(result, 2)
    assert invoke("predict", "m", "t.csv").exit_code == 0
