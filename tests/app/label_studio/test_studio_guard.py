"""Who may speak to the backend: each line here attacks it."""

import base64

import pytest

from cutplane.app.label_studio import Access
from cutplane.errors import InvalidInputError


def basic(user, password):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example", "[::2]:9090"]
)
def test_a_name_that_leads_here_from_elsewhere_is_refused(site, host):
    reply = site().client.get("/health", headers={"host": host})
    assert reply.status_code == 400
    assert "--allow-host" in reply.json()["error"]


@pytest.mark.parametrize("host", ["localhost:9090", "LOCALHOST", "127.0.0.1:1", "[::1]:9090"])
def test_names_of_this_machine_are_let_in(site, host):
    assert site().client.get("/health", headers={"host": host}).status_code == 200


def test_pages_in_a_browser_are_refused(site, payloads):
    own = site()
    headers = {"origin": "http://localhost:9090"}
    assert own.client.post("/setup", json=payloads.setup(), headers=headers).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_forms_that_a_page_may_send_unasked_are_refused(site, kind):
    reply = site().client.post("/setup", content="{}", headers={"content-type": kind})
    assert reply.status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {}, basic("cutplane", "wrong"), basic("other", "secret"), basic("", ""),
        {"authorization": "Basic !!!"}, {"authorization": "Bearer secret"},
        {"authorization": "Basic c2VjcmV0"}, {"authorization": "Basic"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/health", "/setup", "/predict", "/webhook", "/other"])
def test_without_the_password_nothing_is_answered(site, payloads, headers, path):
    own = site(access=Access(password="secret"))
    method = "GET" if path == "/health" else "POST"
    body = None if path == "/health" else payloads.setup()
    reply = own.client.request(method, path, json=body, headers=headers)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"].startswith("Basic")


def test_the_password_in_the_address_lets_in(site):
    own = site(access=Access(password="se:cret ü"))
    assert own.client.get("/health", headers=basic("cutplane", "se:cret ü")).status_code == 200
    written = base64.b64encode("cutplane:se:cret ü".encode("latin-1")).decode()
    headers = {"authorization": f"Basic {written}"}
    assert own.client.get("/health", headers=headers).status_code == 200


def test_a_password_beyond_latin_letters_is_not_written_as_question_marks(site):
    own = site(access=Access(password="пароль"))
    assert own.client.get("/health", headers=basic("cutplane", "??????")).status_code == 401
    assert own.client.get("/health", headers=basic("cutplane", "пароль")).status_code == 200


def test_bodies_have_a_limit_that_no_header_lifts(site):
    own = site(largest=1000)
    json_type = {"content-type": "application/json"}
    chunks = (b"[" * 100 for _ in range(100))
    for content in (b"[" * 2000, chunks):
        assert own.client.post("/predict", content=content, headers=json_type).status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_and_addresses_are_none(site, method):
    own = site()
    for path in ("/setup", "/webhook", "/../models", "/docs"):
        reply = own.client.request(method, path)
        assert reply.status_code in (404, 405)
        assert "none of this backend's addresses" in reply.json()["error"]


def test_other_machines_need_a_password(tmp_path):
    from cutplane.app.label_studio.serving import StudioOptions

    for host in ("0.0.0.0", "::", "192.168.0.7", "example.org", ""):
        with pytest.raises(InvalidInputError, match="CUTPLANE_PASSWORD"):
            _ = StudioOptions(tmp_path, host=host).access
    assert StudioOptions(tmp_path, host="127.0.0.2").access.password == ""
    access = StudioOptions(tmp_path, host="::", password="x", allowed=("Cut.example",)).access
    assert {"localhost", "::1", "cut.example"} <= set(access.hosts)
