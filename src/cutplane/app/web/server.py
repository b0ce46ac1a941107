"""The application: every route with who may use it, and the way of a request to its handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from cutplane.app.setup.project import Project
from cutplane.app.web import administering, answering, entering, reviewing, taking_home
from cutplane.app.web.failures import FAILURES, sentence_of
from cutplane.app.web.forms import Form
from cutplane.app.web.guard import Guard, address_of
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.security import Security
from cutplane.app.web.sessions import is_form_token
from cutplane.app.web.visit import Handler, Site, Visit
from cutplane.errors import InvalidInputError

#: The role of a route that needs none: what is there before the door.
EVERYBODY = ""
#: Fields of a form, and of one that answers many rows.
FIELDS, MANY_FIELDS = 100, 20_000


@dataclass(frozen=True)
class Way:
    """A route.

    Attributes
    ----------
    method : {"GET", "POST"}
    path : str
    handler : callable (visit) -> Response
    role : str
        The least that one needs: "label", "review", "admin", or EVERYBODY.
    is_many : bool, default=False
        Whether its form answers many rows.
    is_long : bool, default=False
        Whether it takes seconds; such requests wait for each other, and nobody for them.
    """

    method: str
    path: str
    handler: Handler
    role: str
    is_many: bool = False
    is_long: bool = False


WAYS = (
    Way("GET", "/health", entering.health, EVERYBODY),
    Way("GET", "/enter", entering.enter, EVERYBODY),
    Way("GET", "/invitation", entering.invitation, EVERYBODY),
    Way("POST", "/invitation", entering.accept, EVERYBODY),
    Way("GET", "/static/{file}", taking_home.static, EVERYBODY),
    Way("POST", "/leave", entering.leave, "label"),
    Way("GET", "/", answering.page, "label"),
    Way("GET", "/question", answering.question, "label"),
    Way("POST", "/answer", answering.answer, "label"),
    Way("POST", "/skip", answering.skip, "label"),
    Way("POST", "/unknown", answering.unknown, "label"),
    Way("POST", "/undo", answering.undo, "label"),
    Way("POST", "/comment", answering.comment, "label"),
    Way("GET", "/figures", answering.figures, "label"),
    Way("GET", "/why/{row}", answering.why, "label"),
    Way("POST", "/suggestion/{row}", answering.suggestion, "label"),
    Way("GET", "/image/{row}", taking_home.image, "label"),
    Way("GET", "/answers", reviewing.answers, "label"),
    Way("POST", "/answers/{row}/correct", reviewing.correct, "label"),
    Way("POST", "/answers/{row}/withdraw", reviewing.withdraw, "label"),
    Way("POST", "/answers/{row}/decide", reviewing.decide, "review"),
    Way("GET", "/grid", reviewing.grid, "label"),
    Way("POST", "/grid", reviewing.answer_many, "label", is_many=True),
    Way("GET", "/downloads", taking_home.downloads, "review"),
    Way("GET", "/downloads/{file}", taking_home.download, "review", is_long=True),
    Way("GET", "/team", administering.team, "review"),
    Way("POST", "/team/invite", administering.invite, "admin"),
    Way("POST", "/team/role", administering.set_role, "admin"),
    Way("POST", "/team/revoke", administering.revoke, "admin"),
)


def application(project: Project, security: Security) -> Starlette:
    """The pages of a project.

    Parameters
    ----------
    project : Project
        Open as long as the application answers.
    security : Security
        What it is reached by.
    """
    site, threads = Site.of(project, security), CapacityLimiter(1)
    paths: dict[str, dict[str, Way]] = {}
    for way in WAYS:
        paths.setdefault(way.path, {})[way.method] = way
    app = Starlette(
        routes=[
            Route(path, _endpoint(site, ways, threads), methods=list(ways))
            for path, ways in paths.items()
        ],
        middleware=[Middleware(Guard, security=security, title=site.title)],
        exception_handlers={HTTPException: _no_such_page},
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(
    site: Site, ways: Mapping[str, Way], threads: CapacityLimiter
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        way, limits = ways.get(request.method) or ways["GET"], site.security.limits
        most = limits.grid_bytes if way.is_many else limits.form_bytes
        body = await _body(request, most, limits.body_seconds) if way.method == "POST" else b""
        limiter = threads if way.is_long else None
        return await run_sync(_answered, site, way, request, body, limiter=limiter)

    return endpoint


async def _body(request: Request, most: int, seconds: float) -> bytes:
    """A form, of no more bytes than it may have, and no later."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("", "application/x-www-form-urlencoded"):
        raise Refusal(415, "a form is sent as application/x-www-form-urlencoded")
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise Refusal(413, f"more than {most // 1024} KB arrived; send less at once")
    except TimeoutError as error:
        raise Refusal(408, f"the form did not come within {seconds:g} s; send it again") from error
    except ClientDisconnect as error:
        raise Refusal(400, "the connection broke off") from error
    return bytes(body)


def _answered(site: Site, way: Way, request: Request, body: bytes) -> Response:
    """Let a request in, or not, and have its handler answer; in a thread, as it may write."""
    visit = _arrived(site, request)
    try:
        token = request.cookies.get(site.security.cookie, "")
        person = site.project.people.of_token(token) if token else None
        visit = replace(visit, token=token, person=person)
        if way.role != EVERYBODY and person is None:
            if token:
                site.guesses.take(visit.address)
            return entering.door(visit)
        form = Form.of(body, most=MANY_FIELDS if way.is_many else FIELDS)
        visit = replace(visit, query=Form.of(request.scope["query_string"], most=FIELDS), form=form)
        _check(visit, way, request)
        return way.handler(visit)
    except Refusal as refusal:
        reply = visit.refused(refusal.status, refusal.sentence)
        reply.headers.update(refusal.headers)
        return reply
    except InvalidInputError as error:
        return visit.refused(422, str(error))
    except FAILURES as error:
        return visit.refused(503, sentence_of(error))


def _arrived(site: Site, request: Request) -> Visit:
    """A visit of nobody yet."""
    return Visit(
        site,
        host=request.headers["host"],
        address=address_of(request.scope),
        target=_target(request) if request.method == "GET" else "",
        path=request.path_params,
        is_fragment=request.headers.get("x-fragment") == "1",
        is_elsewhere=request.headers.get("sec-fetch-site") in ("cross-site", "same-site"),
        if_none_match=request.headers.get("if-none-match", ""),
    )


def _target(request: Request) -> str:
    """Path and query as they were sent."""
    query = request.scope["query_string"]
    sent: bytes = request.scope["raw_path"] + (b"?" + query if query else b"")
    return sent.decode("ascii", "ignore")


def _check(visit: Visit, way: Way, request: Request) -> None:
    """Refuse who asks too often, has not the role, or did not send the form from the page."""
    if visit.person is not None:
        visit.site.people.take(visit.person.name)
    if way.role != EVERYBODY and not visit.who.may(way.role):
        raise Refusal(403, f"this needs the role {way.role}, and yours is {visit.who.role}")
    if way.method != "POST":
        return
    headers = request.headers
    visit.site.security.check_origin(
        headers.get("origin"), headers.get("sec-fetch-site"), visit.host
    )
    if way.role != EVERYBODY and not is_form_token(visit.form.text("csrf", ""), visit.token):
        raise Refusal(403, "the form is of another session; load the page again and send it anew")


async def _no_such_page(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: an address that there is not, or another method."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:
        raise Refusal(405, f"{request.method} is not answered here", error.headers)
    raise Refusal(error.status_code, "there is no such page; go back to the question")
