"""Tokens stay out of addresses and logs; who is out is out at once."""

import logging

import pytest

from cutplane.app.web.limits import Limits, Rate
from cutplane.app.web.server import WAYS
from label_server import running, site_of


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(tmp_path_factory.mktemp("sessions")) as site:
        yield site


def test_the_token_moves_from_the_address_into_a_cookie(site):
    reply = site.visitor("").get(f"/enter?token={site.project.token}")
    assert reply.status == 303
    assert reply.headers["Location"] == "/"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cache-Control"] == "no-store"
    name, *attributes = reply.headers["Set-Cookie"].split("; ")
    assert name == f"cutplane-{site.security.port}={site.project.token}"
    assert {text.lower() for text in attributes} >= {"httponly", "samesite=strict", "path=/"}
    assert "domain" not in reply.headers["Set-Cookie"].lower()
    assert site.project.token not in reply.text


def test_under_https_the_cookie_is_for_https_alone(site):
    from starlette.responses import Response

    from cutplane.app.web.sessions import forget, remember

    for act in (remember, forget):
        reply = Response()
        token = ("secret",) if act is remember else ()
        act(reply, "__Host-cutplane-443", *token, is_secure=True)
        assert "; Secure" in reply.headers["Set-Cookie"]
        assert "HttpOnly" in reply.headers["Set-Cookie"]
        assert "SameSite=strict" in reply.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "query", ["", "token=", "token=wrong", "token=%00", "token=a&token=b", "token=%FF"]
)
def test_wrong_tokens_let_nobody_in(site, query):
    reply = site.visitor("").get(f"/enter?{query}")
    assert reply.status in (400, 401)
    assert "Set-Cookie" not in reply.headers


def test_a_cookie_that_is_none(site):
    for cookie in (
        "",
        "x",
        "é",
        '"',
        "a" * 4000,
        f"{site.project.token}x",
        site.project.token[:-1],
    ):
        headers = {"Cookie": f"cutplane-{site.security.port}={cookie}".encode("latin-1")}
        assert site.visitor("").get("/", headers).status == 401
    other = site.visitor(cookie=f"cutplane-{site.security.port + 1}")
    assert other.get("/").status == 401


def test_a_stranger_is_told_how_to_get_in_and_nothing_else(site):
    for way in WAYS:
        if way.method == "GET" and way.role:
            reply = site.visitor("").get(way.path.format(row="0", file="labels.csv"))
            assert reply.status == 401
            assert "note 1" not in reply.text
            assert "csrf" not in reply.text


def test_who_is_revoked_is_out_at_once(site):
    bob = site.person("Bob", "label")
    assert bob.get("/question").status == 200
    assert site.visitor().post("/team/revoke", {"name": "Bob"}, fragment=False).status == 200
    assert bob.get("/question").status == 401
    n_events = site.project.log.n_recorded
    assert bob.post("/answer", {"row": "0", "label": "ant"}).status == 401
    assert site.project.log.n_recorded == n_events


def test_a_role_that_is_taken_away_is_gone_at_once(site):
    eve = site.person("Eve", "review")
    assert eve.get("/team").status == 200
    site.visitor().post("/team/role", {"name": "Eve", "role": "label"}, fragment=False)
    assert eve.get("/team").status == 403


def test_a_renewed_token_ends_the_sessions_of_the_old_one(site):
    kim = site.person("Kim", "label")
    renewed = site.project.people.renew("Kim")
    assert kim.get("/question").status == 401
    assert site.visitor(renewed).get("/question").status == 200


def test_the_form_token_of_another_is_refused(site):
    lee, max_ = site.person("Lee", "label"), site.person("Max", "label")
    n_events = site.project.log.n_recorded
    reply = lee.post("/answer", {"row": "0", "label": "ant", "csrf": max_.csrf})
    assert reply.status == 403
    assert site.project.log.n_recorded == n_events


def test_a_link_in_a_mail_leads_in_by_a_page_of_our_own(site):
    headers = {"Sec-Fetch-Site": "cross-site"}
    reply = site.visitor("").get(f"/enter?token={site.project.token}", headers)
    assert reply.status == 200
    assert reply.headers["Refresh"] == "0; url=/"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" in reply.headers


def test_a_link_to_a_page_leads_on_once(site):
    """The cookie is not sent with it, and is with what the page itself asks for."""
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    reply = site.visitor("").get("/answers?text=a%0Ab&page=2", elsewhere)
    assert reply.status == 401
    assert reply.headers["Refresh"] == "0; url=/answers?text=a%0Ab&page=2"
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert "Refresh" not in site.visitor("").get("/answers", headers).headers
    assert "Refresh" not in site.visitor("wrong").get("/answers", elsewhere).headers
    assert "Refresh" not in site.visitor("").post("/answer", headers=elsewhere).headers
    assert "Refresh" not in site.visitor("").get("//evil.example", elsewhere).headers
    assert "Refresh" not in site.visitor("").get("/enter", elsewhere).headers


def test_a_link_of_another_site_does_not_change_who_one_is(site):
    """Somebody who has an account must not have others answer in its name."""
    noa = site.project.people.add("Noa", "label")
    for where in ("cross-site", "same-site"):
        reply = site.visitor().get(f"/enter?token={noa}", {"Sec-Fetch-Site": where})
        assert reply.status == 409
        assert "Set-Cookie" not in reply.headers
    own = site.visitor().get(f"/enter?token={site.project.token}", {"Sec-Fetch-Site": "cross-site"})
    assert own.status == 200


def test_who_leaves_has_no_cookie(site):
    reply = site.visitor().post("/leave", fragment=False)
    assert reply.status == 303
    assert "Max-Age=0" in reply.headers["Set-Cookie"]


def test_an_invitation_lets_one_person_in(site):
    page = site.visitor().post("/team/invite", {"role": "label"}, fragment=False)
    (invited,) = {part.split('"')[0].split("<")[0] for part in page.text.split("?token=")[1:]}
    stranger = site.visitor("")
    assert invited in stranger.get(f"/invitation?token={invited}").text
    fields = {"token": invited, "name": "Ola"}
    reply = stranger.post("/invitation", fields, fragment=False)
    assert reply.status == 303
    token = reply.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    assert site.project.people.of_token(token).name == "Ola"
    again = stranger.post("/invitation", {"token": invited, "name": "Pia"}, fragment=False)
    assert again.status == 422
    assert "Set-Cookie" not in again.headers


def test_no_token_is_logged_or_shown(site, caplog):
    for logger in ("", "uvicorn.access", "uvicorn.error"):
        caplog.set_level(logging.DEBUG, logger or None)
    secret = site.project.people.add("Quentin", "admin")
    visitor = site.visitor(secret)
    replies = [visitor.get(way.path.format(row="0", file="labels.csv")) for way in WAYS]
    replies += [visitor.get(f"/enter?token={secret}"), visitor.get(f"/nowhere?token={secret}")]
    assert not any(secret in reply.text for reply in replies if reply.status != 415)
    assert caplog.records
    assert secret not in caplog.text


def test_log_lines_have_no_control_characters(site, caplog):
    caplog.set_level(logging.INFO)
    visitor = site.visitor()
    visitor.get("/%0A%1B%5B2Jforged%20line%E2%80%AE")
    visitor.get("/health")  # by now the line of the first is written
    lines = [record.getMessage() for record in caplog.records]
    assert any("forged" in line for line in lines)
    assert all(line.isprintable() for line in lines)


def test_guessing_is_slow(site):
    limits = Limits(guesses=Rate(0.1, 3.0))
    with running(site.project, limits) as own:
        stranger = own.visitor("")
        statuses = [stranger.get(f"/enter?token=guess{n}").status for n in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        refused = stranger.get(f"/enter?token={site.project.token}")
        assert refused.status == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert own.visitor().get("/question").status == 200
        fields = {"token": "guess", "name": "X"}
        assert stranger.post("/invitation", fields, fragment=False).status == 429


def test_nobody_asks_without_end(site):
    with running(site.project, Limits(person=Rate(0.1, 3.0))) as own:
        statuses = [own.visitor().get("/figures").status for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        sam = own.visitor(site.project.people.add("Sam", "label"))
        assert sam.get("/figures").status == 200
    with running(site.project, Limits(address=Rate(0.1, 3.0))) as own:
        replies = [own.visitor("").get("/health") for _ in range(5)]
        assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
        assert int(replies[-1].headers["Retry-After"]) > 0


def test_guessing_by_cookies_is_slow_too(site):
    with running(site.project, Limits(guesses=Rate(0.1, 3.0))) as own:
        statuses = [own.visitor(f"guess{n}").get("/question").status for n in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        assert own.visitor().get("/question").status == 200
        assert own.visitor("").get("/question").status == 401  # no guess


def test_nobody_is_another_address_by_a_header(site):
    with running(site.project, Limits(address=Rate(0.1, 3.0))) as own:
        visitor, statuses = own.visitor(""), []
        for n in range(5):
            headers = {"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=10.0.0.{n}"}
            statuses.append(visitor.get("/health", headers).status)
        assert statuses == [200, 200, 200, 429, 429]


def test_behind_a_proxy_the_address_is_what_it_says(site):
    limits = Limits(address=Rate(0.1, 3.0))
    with running(site.project, limits, behind_proxy=True) as own:
        visitor = own.visitor("")

        def status(address):
            return visitor.get("/health", {"X-Forwarded-For": f"6.6.6.6, {address}"}).status

        assert [status("10.0.0.1") for _ in range(4)] == [200, 200, 200, 429]
        assert status("10.0.0.2") == 200
