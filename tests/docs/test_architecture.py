"""The page on the architecture lists the folders that there are, in the order of imports."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "cutplane"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def order(name="ORDER"):
    """A list that the test of imports pins, from the ground floor up."""
    tree = ast.parse((ROOT / "tests" / "test_imports.py").read_text(encoding="utf-8"))
    (value,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == name
    )
    return ast.literal_eval(value)


def test_folders_are_in_the_order_of_imports():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
    assert listed == [name for name in reversed(order()) if name in folders]
    assert set(listed) == folders


def test_rooms_of_the_labelling_side_are_in_the_order_of_imports():
    rooms = {path.parent.name for path in (PACKAGE / "app").glob("*/__init__.py")}
    listed = re.findall(r"^\| `app/(\w+)` \|", PAGE, re.M)
    assert listed == list(reversed(order("APP_ORDER")))
    assert set(listed) == rooms


def test_the_ground_floor_is_complete():
    (row,) = re.findall(r"^\| ground floor \| (.+) \|$", PAGE, re.M)
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert set(re.findall(r"`(\w+)`", row)) == modules
