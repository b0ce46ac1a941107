"""The team: agreement and people, invitations, roles."""

from __future__ import annotations

from starlette.responses import Response

from cutplane.app.page.views import team_view
from cutplane.app.page.views.message import Message
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.visit import Visit
from cutplane.errors import InvalidInputError


def team(visit: Visit) -> Response:
    """GET /team."""
    return visit.show("team", team_view(visit.project, visit.who), nav="team")


def invite(visit: Visit) -> Response:
    """POST /team/invite with role: an address for somebody new, shown once."""
    role = visit.form.text("role")
    try:
        token = visit.project.people.invite(role, by=visit.who.name)
    except InvalidInputError as error:
        return _team(visit, str(error), is_done=False)
    link = f"{visit.site.security.scheme}://{visit.host}/invitation?token={token}"
    return _team(visit, f"The invitation to {role} is made; give the address to one person.", link)


def set_role(visit: Visit) -> Response:
    """POST /team/role with name and role."""
    name, role = visit.form.text("name"), visit.form.text("role")
    try:
        visit.project.people.set_role(name, role)
    except InvalidInputError as error:
        return _team(visit, str(error), is_done=False)
    return _team(visit, f"{name} may {role} from now on.")


def revoke(visit: Visit) -> Response:
    """POST /team/revoke with name: out at once, and others get the row that is held."""
    name = visit.form.text("name")
    try:
        visit.project.people.revoke(name)
    except InvalidInputError as error:
        return _team(visit, str(error), is_done=False)
    visit.project.leases.release(name)
    return _team(visit, f"{name} is out; the answers stay.")


def _team(visit: Visit, sentence: str, link: str = "", *, is_done: bool = True) -> Response:
    """The page again; without rights any more, who took them from themselves learns it next."""
    person = visit.project.people.of_token(visit.token)
    if person is None:
        raise Refusal(401, f"{sentence} That was you; you are out.")
    message = Message(sentence, "done" if is_done else "problem")
    view = team_view(visit.project, person, message, link=link)
    return visit.show("team", view, nav="team", status=200 if is_done else 422)
