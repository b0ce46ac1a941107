"""Every route has a role, and nobody below it gets through."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from starlette.responses import PlainTextResponse

from cutplane.app.team.people import ROLES, Person
from cutplane.app.web import server
from label_server import Visitor, running

#: The least that one needs. A new route is added here by somebody who has thought about it.
LEAST = {
    "GET /health": "",
    "GET /enter": "",
    "GET /invitation": "",
    "POST /invitation": "",
    "GET /static/{file}": "",
    "POST /leave": "label",
    "GET /": "label",
    "GET /question": "label",
    "POST /answer": "label",
    "POST /skip": "label",
    "POST /unknown": "label",
    "POST /undo": "label",
    "POST /comment": "label",
    "GET /figures": "label",
    "GET /why/{row}": "label",
    "POST /suggestion/{row}": "label",
    "GET /image/{row}": "label",
    "GET /answers": "label",
    "POST /answers/{row}/correct": "label",
    "POST /answers/{row}/withdraw": "label",
    "POST /answers/{row}/decide": "review",
    "GET /grid": "label",
    "POST /grid": "label",
    "GET /downloads": "review",
    "GET /downloads/{file}": "review",
    "GET /team": "review",
    "POST /team/invite": "admin",
    "POST /team/role": "admin",
    "POST /team/revoke": "admin",
}
PEOPLE = {role: Person(f"{role}er", role) for role in ROLES}


@pytest.fixture(scope="module")
def port():
    """The real routes with handlers that say that they were reached."""
    ways = [replace(way, handler=lambda visit: PlainTextResponse("reached")) for way in server.WAYS]
    project = SimpleNamespace(
        table=SimpleNamespace(name="things"),
        target="kind",
        people=SimpleNamespace(of_token=PEOPLE.get),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "WAYS", ways)
        with running(project) as site:
            yield site.security.port


def test_every_route_has_a_role():
    assert {f"{way.method} {way.path}": way.role for way in server.WAYS} == LEAST


@pytest.mark.parametrize("way", server.WAYS, ids=lambda way: f"{way.method} {way.path}")
@pytest.mark.parametrize("role", ["", "nobody", *ROLES])
def test_who_gets_through(port, way, role):
    visitor = Visitor(port, role)
    path = way.path.format(row="0", file="labels.csv")
    reply = visitor.get(path) if way.method == "GET" else visitor.post(path)
    visitor.close()
    if way.role and role not in PEOPLE:
        assert reply.status == 401
    elif way.role and not PEOPLE[role].may(way.role):
        assert reply.status == 403
    else:
        assert reply.status == 200
    assert (reply.body == b"reached") == (reply.status == 200)


@pytest.mark.parametrize("way", server.WAYS, ids=lambda way: f"{way.method} {way.path}")
def test_forms_of_other_sites_change_nothing(port, way):
    if way.method == "GET":
        return
    path = way.path.format(row="0", file="labels.csv")
    visitor = Visitor(port, "admin")
    attacks = [
        {"headers": {"Origin": "http://evil.example"}},
        {"headers": {"Origin": "null"}},
        {"headers": {"Origin": None}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Sec-Fetch-Site": "same-site"}},
    ]
    if way.role:
        attacks += [{"fields": {"csrf": text}} for text in (None, "", "x", "0" * 64, "ä")]
        attacks += [{"fields": {"csrf": [visitor.csrf, visitor.csrf]}}]
    statuses = {visitor.post(path, **attack).status for attack in attacks}
    visitor.close()
    assert statuses <= {400, 403}


@pytest.mark.parametrize("way", server.WAYS, ids=lambda way: f"{way.method} {way.path}")
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused(port, way, method):
    visitor = Visitor(port, "admin")
    reply = visitor.ask(method, way.path.format(row="0", file="labels.csv"))
    visitor.close()
    assert reply.status == 405
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert way.method in reply.headers["Allow"]
