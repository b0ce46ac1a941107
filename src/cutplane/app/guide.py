"""Guidelines in Markdown as HTML that can be trusted."""

from __future__ import annotations

from markupsafe import Markup


def guide_html(text: str) -> Markup:
    """Markdown as HTML: no HTML of its own passes, pictures are their text, links open aside."""
    raise NotImplementedError
