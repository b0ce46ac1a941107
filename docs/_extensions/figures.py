"""Every picture opens in full, and one of panels side by side scrolls where a page is narrow."""

import re
from pathlib import Path
from typing import Any

from PIL import Image
from sphinx.application import Sphinx

PICTURE = re.compile(
    r"<a [^>]*image-reference[^>]*>\s*(?P<linked><img [^>]*>)\s*</a>|(?P<alone><img [^>]*>)"
)
SOURCE = re.compile(r'src="([^"]*_images/([^"]+))"')
#: Width over height from which a picture has several panels.
PANELS = 1.7


def _is_wide(app: Sphinx, name: str) -> bool:
    """Whether a picture of the site, by its file name, is much wider than high."""
    sources = {copy: Path(app.srcdir, source) for source, copy in app.builder.images.items()}
    source = sources.get(name, Path(app.srcdir, "auto_examples", "images", name))
    width, height = Image.open(source).size
    return width > PANELS * height


def frame_pictures(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put every picture of a page, thumbnails left out, into a link to its file."""

    def framed(match: re.Match[str]) -> str:
        image = match["linked"] or match["alone"]
        source = SOURCE.search(image)
        if source is None or "_thumb." in source[2]:
            return match[0]
        kind = "picture wide" if _is_wide(app, source[2]) else "picture"
        return f'<a class="{kind}" href="{source[1]}">{image}</a>'

    if "body" in context:
        context["body"] = PICTURE.sub(framed, context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", frame_pictures)
    return {"parallel_read_safe": True}
