"""Files are fetched from one Label Studio, with its token, and the token goes nowhere else."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cutplane.app.label_studio.host import Host
from cutplane.errors import InvalidInputError


class Files(BaseHTTPRequestHandler):
    """A file, a redirect, an exchange of tokens, and a file that never ends."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        if self.path == "/data/away":
            self._reply(302, b"", Location="http://elsewhere.invalid/")
        elif self.path == "/data/large":
            self._reply(200, b"", length=10**9)
        else:
            self._reply(200 if self.path == "/data/upload/1/a.png" else 404, b"content")

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = sent == {"refresh": "a.b.c"}
        self._reply(200, json.dumps({"access": "short"} if known else {}).encode())

    def _reply(self, status, content, length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)
        if length is not None:
            self.wfile.write(b"x" * 60_000_000)

    def log_message(self, *_):
        pass


@contextmanager
def files():
    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_file_is_fetched_with_the_token():
    with files() as (server, url):
        assert Host(url, "secret").fetch("/data/upload/1/a.png") == b"content"
        assert Host(url, "secret").fetch(f"{url}/data/upload/1/a.png") == b"content"
        assert Host(url, "a.b.c").fetch("/data/upload/1/a.png") == b"content"
        assert [token for _, token in server.asked] == ["Token secret"] * 2 + ["Bearer short"]


@pytest.mark.parametrize("path", ["/data/away", "/data/none", "/data/large"])
def test_redirects_missing_and_endless_files_are_refused(path):
    with files() as (server, url):
        with pytest.raises(InvalidInputError, match=r"cannot be read|more than"):
            Host(url, "secret").fetch(path)
        assert len(server.asked) == 1


def test_a_personal_token_that_is_refused_says_so():
    with files() as (_, url), pytest.raises(InvalidInputError, match="gave no access"):
        Host(url, "x.y.z").fetch("/data/upload/1/a.png")


def test_the_token_of_another_address_is_not_believed():
    host = Host("http://localhost:8080")
    host.offer("http://elsewhere.example", "theirs")
    with pytest.raises(InvalidInputError, match="LABEL_STUDIO_API_KEY"):
        host.fetch("/data/upload/1/a.png")
    host.offer("http://localhost:8080/", "ours")
    host.offer("http://localhost:8080/", "later")
    assert host._authorization() == {"Authorization": "Token ours"}


@pytest.mark.parametrize("url", ["", "localhost:8080", "file:///etc", "http://[", "ftp://x"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(InvalidInputError, match="give one such as"):
        Host(url)
