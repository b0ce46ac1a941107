"""The wheel holds what the page needs beside its modules."""

import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "src" / "cutplane" / "app" / "page"


def test_templates_script_and_style_are_in_the_wheel(tmp_path):
    wheel = pytest.importorskip("hatchling.builders.wheel")
    built = next(
        wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    )
    names = zipfile.ZipFile(built).namelist()
    beside = [path for kind in ("templates", "static") for path in (PAGE / kind).iterdir()]
    assert {path.suffix for path in beside} >= {".html", ".js", ".css"}
    missing = {f"cutplane/app/page/{path.parent.name}/{path.name}" for path in beside} - set(names)
    assert not missing
    assert "cutplane/py.typed" in names
    assert not [name for name in names if name.startswith("tests/") or "node_modules" in name]
