"""Requests of any size and shape are answered with a sentence, and never with a traceback."""

import http.client
import re
import socket
import time
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.app.web.limits import Limits
from cutplane.app.web.security import CONTENT_POLICY, HEADERS
from cutplane.app.web.server import WAYS
from label_server import running, site_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(tmp_path_factory.mktemp("requests"), suggest="key", blind=0.0) as site:
        yield site


@pytest.fixture
def ada(site):
    return site.visitor()


def raw(site, data, seconds=10):
    """All that comes back for some bytes."""
    with socket.create_connection(("127.0.0.1", site.security.port), seconds) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def is_fine(reply, *statuses):
    """Whether a reply is a sentence of our own with all headers."""
    assert reply.status in statuses, (reply.status, reply.text)
    assert "Traceback" not in reply.text
    assert "Error(" not in reply.text
    for name, value in HEADERS.items():
        assert name in reply.headers
        if name not in ("Cache-Control", "Content-Security-Policy", "Referrer-Policy"):
            assert reply.headers[name] == value
    return True


def test_every_reply_has_the_headers(site, ada):
    for way in WAYS:
        path = way.path.format(row="0", file="labels.csv")
        for visitor in (ada, site.visitor("")):
            reply = visitor.get(path) if way.method == "GET" else visitor.post(path)
            is_fine(reply, 200, 303, 400, 401, 403, 404, 422)
            if reply.headers.get_content_type() == "text/html":
                assert reply.headers["Content-Security-Policy"] == CONTENT_POLICY
            assert not any(name.lower().startswith("access-control") for name in reply.headers)
            assert "Server" not in reply.headers


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/answer/",
        "/question/",
        "//evil.example/",
        "/%00",
        "/%ff",
        "/why/-1",
        "/why/1.5",
        "/why/99999999999999999999",
        "/why/" + "9" * 5000,
        "/why/%D9%A1",
        "/why/40",
        "/image/40",
        "/image/..%2f..%2fetc%2fpasswd",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/static/../server.py",
        "/static/.",
        "/static/label.js%00",
        "/static/label.js/",
        "/downloads/labels.exe",
        "/downloads/..%2fthings.csv",
        "/health?x",
    ],
)
def test_addresses_that_lead_nowhere(ada, path):
    is_fine(ada.get(path), 200 if path == "/health?x" else 404)


@pytest.mark.parametrize(
    "query", ["%ff", "page=1&page=2", "text=%00", "only=everything", "&".join(["a=1"] * 200)]
)
def test_queries_that_are_none(ada, query):
    is_fine(ada.get(f"/answers?{query}"), 400)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"row": ""},
        {"row": "-1"},
        {"row": "1.0"},
        {"row": "9" * 15},
        {"row": "9" * 4000},
        {"row": "x"},
        {"row": ["0", "1"]},
        {"row": "0", "label": ["ant", "bee"]},
        {"row": "0", "label": ""},
        {"row": "0", "label": "wasp"},
        {"row": "0", "label": "ant\0"},
        {"row": "0", "label": "x" * 10_000},
        {"row": "0", "label": "ant", "seconds": "nan"},
        {"row": "0", "label": "ant", "seconds": "-1"},
        {"row": "0", "label": "ant", "comment": "x" * 10_001},
        {"row": "0", "label": "ant", "comment": "\x1b[2J"},
    ],
)
@pytest.mark.parametrize("fragment", [True, False])
def test_answers_that_are_none_leave_no_trace(site, ada, fields, fragment):
    n_labels = site.project.desk.n_given
    is_fine(ada.post("/answer", fields, fragment=fragment), 400, 422)
    assert site.project.desk.n_given == n_labels


@given(body=st.binary(max_size=200), way=st.sampled_from([w for w in WAYS if w.method == "POST"]))
def test_any_bytes_as_a_form(site, body, way):
    ada = site.visitor()
    begin = urlencode({"csrf": ada.csrf, "row": "x"}).encode() + b"&"
    if way.path == "/undo":
        return
    headers = FORM | {"Origin": f"http://127.0.0.1:{site.security.port}"}
    reply = ada.ask("POST", way.path.format(row="x"), begin + body, headers)
    ada.close()
    is_fine(reply, 303 if way.path == "/leave" else 422, 400, 401, 403, 404, 422)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "application/json", "text/xml"]
)
def test_other_kinds_of_bodies(ada, kind):
    is_fine(ada.post("/answer", {"row": "0"}, headers={"Content-Type": kind}), 415)


@pytest.mark.parametrize(("path", "most"), [("/answer", 64 * 1024), ("/grid", 1024 * 1024)])
def test_bodies_have_a_size(site, path, most):
    for encode_chunked in (False, True):
        ada = site.visitor()
        parts = [b"comment=", *[b"x" * 1024] * (most // 1024), b"x"]
        body = iter(parts) if encode_chunked else b"".join(parts)
        try:
            reply = ada.ask("POST", path, body, FORM, encode_chunked=encode_chunked)
        except (BrokenPipeError, ConnectionResetError):
            continue  # it was closed before all was sent
        is_fine(reply, 413)


def test_a_length_that_is_a_lie_is_not_waited_for_long(site):
    begin = time.monotonic()
    with running(site.project, Limits(body_seconds=0.3)) as own:
        head = "\r\n".join(
            [
                "POST /answer HTTP/1.1",
                f"Host: 127.0.0.1:{own.security.port}",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Length: 1000",
                "Connection: close",
            ]
        )
        assert b" 408 " in raw(own, f"{head}\r\n\r\nrow=1".encode())
    assert time.monotonic() - begin < 5


def test_too_many_fields(ada):
    is_fine(ada.post("/answer", {f"f{n}": "1" for n in range(200)}), 400)


@pytest.mark.parametrize("pause", [None, 0.05])
@pytest.mark.parametrize("line", ["X: " + "x" * 20_000, "\r\n".join(["X: xxxxxxxx"] * 2000), ""])
def test_headers_have_a_size(site, line, pause):
    """In one piece, and in two."""
    path = "/" if line else "/" + "x" * 20_000
    close = "Connection: close\r\n"
    host = f"Host: 127.0.0.1:{site.security.port}\r\n{close}"
    data = f"GET {path} HTTP/1.1\r\n{host}{line}\r\n\r\n".encode()
    if not line:
        data = data.removesuffix(b"\r\n")
    with socket.create_connection(("127.0.0.1", site.security.port), 10) as connection:
        try:
            first = len(data) if pause is None else len(data) - 10
            connection.sendall(data[:first])
            time.sleep(pause or 0.0)
            connection.sendall(data[first:])
            reply = connection.makefile("rb").read()
        except (BrokenPipeError, ConnectionResetError):
            return  # it was closed before all was read
        assert re.match(rb"HTTP/1.1 4(31|00) ", reply)


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"POST /answer HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /answer HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(site, data):
    closed = data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
    with socket.create_connection(("127.0.0.1", site.security.port), 10) as connection:
        connection.sendall(closed)
        connection.shutdown(socket.SHUT_WR)
        reply = connection.makefile("rb").read()
    assert reply == b"" or reply.startswith(b"HTTP/1.1 4")
    assert b"Traceback" not in reply


def test_a_request_hidden_in_another_is_none(site):
    """A length and chunks at once: no proxy and we may see two different requests."""
    data = (
        f"POST /health HTTP/1.1\r\nHost: 127.0.0.1:{site.security.port}\r\nContent-Length: 40\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", site.security.port), 10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        assert b" 200 " not in connection.makefile("rb").read()


def test_other_hosts_are_refused(site, ada):
    for host in ("evil.example", f"evil.example:{site.security.port}", "127.0.0.1"):
        reply = ada.get("/", {"Host": host})
        is_fine(reply, 421)
    assert ada.get("/", {"Host": f"LocalHost:{site.security.port}"}).status == 200


def test_a_web_socket_is_refused(site):
    head = (
        f"GET /question HTTP/1.1\r\nHost: 127.0.0.1:{site.security.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade, close\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert b" 101 " not in raw(site, head.encode())


def test_head_has_no_body(ada):
    reply = ada.ask("HEAD", "/health")
    assert reply.status == 200
    assert reply.body == b""


def test_get_changes_nothing(site, ada):
    """But that a question is handed out, which is recorded."""
    ada.get("/")
    before = site.project.log.n_recorded, site.project.people.all()
    for way in WAYS:
        if way.method == "GET":
            for query in ("", "?row=0&label=ant&name=Ada&role=label&token=x"):
                ada.get(way.path.format(row="0", file="labels.csv") + query)
    assert (site.project.log.n_recorded, site.project.people.all()) == before


def test_a_failure_inside_is_no_traceback(site, ada, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("cutplane.app.web.answering.figures_view", broken)
    reply = ada.get("/figures")
    is_fine(reply, 500)
    assert "secret" not in reply.text
    assert "the secret of the house" in caplog.text


@pytest.mark.parametrize("name", ["label.js", "style.css"])
def test_static_files(site, name):
    stranger = site.visitor("")
    reply = stranger.get(f"/static/{name}")
    assert reply.status == 200
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    again = stranger.get(f"/static/{name}", {"If-None-Match": reply.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_pictures_are_sent_so_that_nothing_in_them_runs(ada):
    reply = ada.get("/image/0")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "image/png"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_downloads_are_saved_and_not_shown(ada):
    reply = ada.get("/downloads/labels.csv")
    assert reply.status == 200
    assert reply.headers["Content-Disposition"] == 'attachment; filename="labels.csv"'
    assert "sandbox" in reply.headers["Content-Security-Policy"]


def test_an_address_with_a_target_of_its_own_is_read_as_a_path(site):
    connection = http.client.HTTPConnection("127.0.0.1", site.security.port, timeout=10)
    connection.putrequest("GET", "http://evil.example/health", skip_host=True)
    connection.putheader("Host", f"127.0.0.1:{site.security.port}")
    connection.endheaders()
    assert connection.getresponse().status in (400, 404, 421)
    connection.close()
