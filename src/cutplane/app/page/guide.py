"""Guidelines in Markdown as HTML that can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from cutplane.app.page.cells import visible

#: Headings of the guide stand below those of the page.
_DEEPER = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}


@lru_cache(maxsize=8)
def guide_html(text: str) -> Markup:
    """Markdown as HTML.

    No HTML of its own passes, pictures are their text, links open aside, know nothing of the page
    they came from and lead to the web or by mail only; headings begin two levels deeper.
    """
    markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    tokens = markdown.parse(visible(text))
    for token in tokens:
        token.tag = _DEEPER.get(token.tag, token.tag)
        if token.type in ("th_open", "td_open"):
            token.attrs.pop("style", None)  # the page allows none
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


class _Renderer(RendererHTML):
    """Links and pictures without trust."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A picture is what it is called; nothing is fetched."""
        return str(escape(f"[{tokens[idx].content or 'picture'}]"))

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """A link to the web or a mail address; any other leads nowhere."""
        target = str(tokens[idx].attrGet("href") or "")
        if not target.startswith(("https://", "http://", "mailto:")):
            return "<a>"
        return f'<a href="{escape(target)}" rel="noopener noreferrer" target="_blank">'
