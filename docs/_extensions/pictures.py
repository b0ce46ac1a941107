"""Compute the pictures of the pages: every docs/pictures/NAME.py has a ``draw()``."""

import runpy
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from cutplane.drawing import save_phone_form

FOLDER = "_generated/pictures"


def draw_pictures(app: Sphinx) -> None:
    """Write FOLDER/NAME.png for every script that is newer than its picture."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for script in sorted((Path(app.srcdir) / "pictures").glob("*.py")):
        picture = folder / f"{script.stem}.png"
        if not picture.exists() or picture.stat().st_mtime < script.stat().st_mtime:
            figure = runpy.run_path(str(script))["draw"]()
            figure.savefig(picture, dpi=150)
            save_phone_form(figure, picture)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", draw_pictures)
    return {"parallel_read_safe": True}
