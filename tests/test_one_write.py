"""Files are written by ``replacing`` and folders by ``replacing_folder``; nothing writes beside."""

import ast
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(find_spec("cutplane").origin).parent

#: These make the one way: others use it.
GROUND = {"atomic.py", "folders.py", "locks.py"}
#: These append to a file whose every record says whether it is whole.
APPENDING = {"embedding/vector_file.py"}
#: Functions that write at once wherever they are told to.
NEVER = {"write_text", "write_bytes", "tofile", "to_pickle", "to_excel", "to_hdf"}
#: Functions that write into an open file, or give text where they are given none.
INTO = {
    "savefig",
    "savez",
    "savez_compressed",
    "save_array",
    "to_csv",
    "to_json",
    "to_parquet",
    "to_feather",
}
#: Names of what ``replacing`` opened.
OPEN = {"file", "stream"}
#: Functions of the system that change what is there.
SYSTEM = {"rename", "replace", "unlink", "remove", "rmtree", "truncate", "rmdir", "symlink"}


def mode(call):
    """The mode of a call of open, as far as the text says it."""
    at = 0 if isinstance(call.func, ast.Attribute) else 1
    values = [k.value for k in call.keywords if k.arg == "mode"] or call.args[at : at + 1]
    return "".join(own.value for own in values if isinstance(getattr(own, "value", 0), str))


def called(call):
    """Name of what is called, and of the module or object it belongs to."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr, getattr(call.func.value, "id", "")
    return getattr(call.func, "id", ""), ""


def writes(tree):
    """Calls that write or change a file on their own."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name, owner = called(call)
        first = getattr(call.args[0], "id", "") if call.args else "file"
        if (
            (name == "open" and set("wax+") & set(mode(call)))
            or name in NEVER
            or (name in SYSTEM and owner in ("os", "shutil", "path", "Path"))
            or (name in INTO and first not in OPEN)
        ):
            yield call.lineno, name


def test_nothing_writes_on_its_own():
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in GROUND | APPENDING:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [f"{name}:{line} {what}" for line, what in writes(tree)]
    assert not found


def test_the_search_finds_what_it_is_for():
    bad = """
open("a", "w"); path.open(mode="ab"); path.write_text("x"); np.savez(path, a=a)
frame.to_csv(path); os.replace(a, b); shutil.rmtree(a); figure.savefig(path)
"""
    good = 'open("a"); figure.savefig(file); path.open("rb"); frame.to_csv(index=False)'
    good += "; np.savez(file, a=a)"
    assert len(list(writes(ast.parse(bad)))) == 8
    assert not list(writes(ast.parse(good)))
