"""Every picture scrolls inside its column and opens in full, so that a phone can show it."""

import re
from typing import Any

from sphinx.application import Sphinx

PICTURE = re.compile(
    r"<a [^>]*image-reference[^>]*>\s*(?P<linked><img [^>]*>)\s*</a>|(?P<alone><img [^>]*>)"
)
SOURCE = re.compile(r'src="([^"]+)"')


def _framed(match: re.Match[str]) -> str:
    """The picture in a scrolling link to its file; thumbnails are left alone."""
    image = match["linked"] or match["alone"]
    source = SOURCE.search(image)
    if source is None or "_images/" not in source[1] or "_thumb." in source[1]:
        return match[0]
    return f'<a class="picture" href="{source[1]}">{image}</a>'


def frame_pictures(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Frame the pictures of a page's body."""
    if "body" in context:
        context["body"] = PICTURE.sub(_framed, context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", frame_pictures)
    return {"parallel_read_safe": True}
