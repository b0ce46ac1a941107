"""Views rendered as HTML: the templates, and what every page has around its content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from cutplane.app.team.people import Person

#: Every template that can be rendered, whole pages first; the view that it takes.
TEMPLATES = {
    "page": "PageView",
    "answers": "AnswersView",
    "grid": "GridView",
    "team": "TeamView",
    "downloads": "DownloadsView",
    "enter": "EnterView",
    "invitation": "InvitationView",
    "error": "ErrorView",
    "why_page": "WhyView",
    "suggestion_page": "SuggestionView",
    # fragments
    "labeller": "PageView",
    "question": "QuestionView",
    "figures": "FiguresView",
    "why": "WhyView",
    "suggestion": "SuggestionView",
    "notice": "ErrorView",
}


@dataclass(frozen=True)
class Frame:
    """What is around the content of a page.

    Attributes
    ----------
    who : Person or None
        Nobody on the pages before the door.
    csrf : str
        Goes into every form.
    title : str
        Of the project, such as ``"reviews: sentiment"``.
    nav : {"label", "answers", "grid", "team", "downloads", ""}
        Which entry of the navigation is here; none is shown where it is empty.
    version : str
    """

    who: Person | None
    csrf: str
    title: str
    nav: str = ""
    version: str = version("cutplane")


def render(name: str, view: object, frame: Frame) -> str:
    """HTML of a template of ``TEMPLATES``, filled with its view."""
    return _environment().get_template(f"{name}.html").render(view=view, frame=frame)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cutplane.app.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # files of the package stay as they are
    )
    environment.filters["sentence"] = sentence
    return environment


def sentence(text: str) -> str:
    """An error as a sentence: a capital at its beginning, a point at its end."""
    bare = text.strip()
    return bare[:1].upper() + bare[1:] + ("" if bare.endswith((".", "!", "?", "…")) else ".")
