"""A visit: one request of one person, as the handlers see it, and the replies they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, RedirectResponse, Response

from cutplane.app.page.pages import Frame, render
from cutplane.app.page.views import ErrorView
from cutplane.app.setup.project import Project
from cutplane.app.team.people import Person
from cutplane.app.web.forms import Form, row_of_path
from cutplane.app.web.limits import Buckets
from cutplane.app.web.security import Security
from cutplane.app.web.sessions import form_token


@dataclass(frozen=True)
class Site:
    """What all visits share.

    Attributes
    ----------
    project : Project
    security : Security
    people, guesses : Buckets
        Requests of each person, and wrong tokens of each address, in its query or its cookie.
    """

    project: Project
    security: Security
    people: Buckets
    guesses: Buckets

    @classmethod
    def of(cls, project: Project, security: Security) -> Site:
        """A site that nobody has visited yet."""
        limits = security.limits
        return cls(project, security, Buckets(limits.person), Buckets(limits.guesses))

    @property
    def title(self) -> str:
        """Of every page."""
        return f"{self.project.table.name}: {self.project.target}"


@dataclass(frozen=True)
class Visit:
    """A request that was let in.

    Attributes
    ----------
    site : Site
    host : str
        As the browser wrote it; one that is served.
    address : str
        Where it comes from.
    target : str
        The address that was asked for by GET, without scheme and host; "" for a form.
    path : mapping of str to str
        Parts of the address that vary.
    query, form : Form
    is_fragment : bool
        Whether the page's script asks, which wants a part of the page.
    is_elsewhere : bool
        Whether a link on another site led here.
    token : str
        Of the cookie, "" for none.
    person : Person or None
        Whose token it is.
    if_none_match : str
        Which version of a file the browser has.
    """

    site: Site
    host: str = ""
    address: str = ""
    target: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Form = field(default_factory=Form)
    form: Form = field(default_factory=Form)
    is_fragment: bool = False
    is_elsewhere: bool = False
    token: str = ""
    person: Person | None = None
    if_none_match: str = ""

    @property
    def project(self) -> Project:
        """What is labelled."""
        return self.site.project

    @property
    def who(self) -> Person:
        """The person; handlers that everybody may visit look at ``person``."""
        if self.person is None:
            raise TypeError("nobody is here")
        return self.person

    @property
    def row(self) -> int:
        """The row in the address; Refusal with 404 where there is none."""
        return row_of_path(self.path["row"], len(self.project.table.features))

    def frame(self, nav: str = "") -> Frame:
        """What is around a page for this person."""
        csrf = form_token(self.token) if self.person is not None else ""
        return Frame(self.person, csrf, self.site.title, nav)

    def show(self, name: str, view: object, *, nav: str = "", status: int = 200) -> Response:
        """A rendered page or fragment."""
        return HTMLResponse(render(name, view, self.frame(nav)), status)

    def refused(self, status: int, sentence: str) -> Response:
        """What went wrong: a page, or a notice for the script."""
        name = "notice" if self.is_fragment else "error"
        return self.show(name, ErrorView(status, sentence), status=status)


Handler = Callable[[Visit], Response]


def go_to(path: str) -> Response:
    """Have the browser ask for another page of this site."""
    return RedirectResponse(path, 303)
