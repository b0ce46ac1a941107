"""Imports inside the package run one way, in the order of the module map."""

import ast
from importlib.util import find_spec
from pathlib import Path

# Found without importing it, so that a cycle is named here and not met as an ImportError.
ROOT = Path(find_spec("cutplane").origin).parent

# From the ground floor up. A folder may import from those before it, and from itself; modules
# of the ground floor stand alone or in this order.
ORDER = (
    "errors",
    "extras",
    "_types",
    "plain_text",
    "spreadsheet",
    "progress",
    "blas",
    "packed",
    "arrays",
    "encoding",
    "fields",
    "locks",
    "atomic",
    "folders",
    "npz",
    "archive",
    "drawing",
    "space",
    "export",
    "network",
    "newton",
    "samplers",
    "final",
    "uncertainty",
    "scanning",
    "certificate",
    "centers",
    "estimators",
    "active",
    "tables",
    "embedding",
    "integrations",
    "runs",
    "experiments",
    "app",
    "notebook",
    "cli",
)
# The folders of the labelling side, likewise.
APP_ORDER = (
    "team",
    "learning",
    "answers",
    "setup",
    "take_home",
    "console",
    "page",
    "web",
    "label_studio",
)
ENTRY_POINTS = ("__init__", "__main__")


def unit(path):
    """The folder of a module below cutplane, or its own name on the ground floor."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imported_units(path):
    """First component below cutplane of everything the file imports, at any depth of nesting."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module]
            if node.module == "cutplane":
                names = [f"cutplane.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first == "cutplane":
                yield rest[0] if rest else "__init__"


def test_every_module_has_a_place():
    units = {unit(path) for path in ROOT.rglob("*.py")}
    assert units - set(ORDER) <= set(ENTRY_POINTS)


def test_imports_run_one_way():
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        importer = unit(path)
        if importer in ENTRY_POINTS:
            continue
        allowed = set(ORDER[: ORDER.index(importer)])
        if path.parent != ROOT:
            allowed.add(path.relative_to(ROOT).parts[0])
        wrong += [
            f"{importer} imports {name}" for name in imported_units(path) if name not in allowed
        ]
    assert not wrong


def test_imports_of_the_labelling_side_run_one_way():
    wrong = []
    for path in sorted((ROOT / "app").glob("*/**/*.py")):
        importer = path.relative_to(ROOT / "app").parts[0]
        allowed = APP_ORDER[: APP_ORDER.index(importer) + 1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("cutplane.app."):
                name = node.module.split(".")[2]
                wrong += [f"{importer} imports {name}"] * (name not in allowed)
    assert not wrong
