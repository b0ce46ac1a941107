"""Getting in: by a token in the address, by an invitation; getting out; and whether all is well."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from cutplane.app.page.views import EnterView, InvitationView
from cutplane.app.page.views.message import Message
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.sessions import forget, remember
from cutplane.app.web.visit import Visit, go_to
from cutplane.errors import InvalidInputError


def health(visit: Visit) -> Response:
    """GET /health: says that the server runs, and nothing else."""
    return PlainTextResponse("ok\n")


def enter(visit: Visit) -> Response:
    """GET /enter?token=: take the token out of the address, into a cookie."""
    token = visit.query.text("token", "")
    if not token:
        return door(visit, "no token came with this address")
    visit.site.guesses.check(visit.address)
    person = visit.project.people.of_token(token)
    if person is None:
        visit.site.guesses.take(visit.address)
        return door(visit, "this address lets nobody in any more; ask for a new one")
    if visit.is_elsewhere and visit.person is not None and visit.person != person:
        raise Refusal(
            409,
            f"a link on another site leads to the account of {person.name}, and you are here as "
            f"{visit.person.name}; leave first, then open it again",
        )
    return _entered(visit, token)


def leave(visit: Visit) -> Response:
    """POST /leave: drop the cookie."""
    security = visit.site.security
    reply = go_to("/")
    forget(reply, security.cookie, is_secure=security.is_secure)
    return reply


def invitation(visit: Visit) -> Response:
    """GET /invitation?token=: a form that asks for a name."""
    return visit.show("invitation", InvitationView(visit.query.text("token", "")))


def accept(visit: Visit) -> Response:
    """POST /invitation with token and name: a new person, who is let in."""
    invited, name = visit.form.text("token"), visit.form.text("name")
    visit.site.guesses.check(visit.address)
    try:
        token = visit.project.people.accept(invited, name)
    except InvalidInputError as error:
        visit.site.guesses.take(visit.address)
        view = InvitationView(invited, name, Message(str(error), "problem"))
        return visit.show("invitation", view, status=422)
    return _entered(visit, token)


def door(visit: Visit, sentence: str = "") -> Response:
    """The page that says how to get in; for the script a notice."""
    if visit.is_fragment:
        how = sentence or "you are not known here any more"
        return visit.refused(401, f"{how}; open the address that you were given, then go on here")
    message = Message(sentence, "problem") if sentence else None
    reply = visit.show("enter", EnterView(message), status=401)
    if visit.is_elsewhere and visit.target and not (visit.token or sentence):
        _lead_on(reply, visit.target)  # there may be a cookie that was not sent
    return reply


def _lead_on(reply: Response, target: str) -> None:
    """Have the browser ask once more, of its own.

    It sends a strict cookie only where no other site led to the page, redirections included: not
    to who followed a link in a mail on the web.
    """
    reply.headers["Refresh"] = f"0; url={target}"


def _entered(visit: Visit, token: str) -> Response:
    """To the first page, with the cookie."""
    security = visit.site.security
    reply: Response = go_to("/")
    if visit.is_elsewhere:
        reply = PlainTextResponse("You are in; the page opens by itself.\n")
        _lead_on(reply, "/")
    remember(reply, security.cookie, token, is_secure=security.is_secure)
    reply.headers["Referrer-Policy"] = "no-referrer"
    return reply
