"""A table being labelled, its server on loopback, and visitors who send what they want."""

from __future__ import annotations

import http.client
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from urllib.parse import urlencode

from cutplane.app.setup.options import LabelOptions
from cutplane.app.setup.project import open_project
from cutplane.app.web.limits import Limits, Rate
from cutplane.app.web.listening import listening, server_of
from cutplane.app.web.security import Security
from cutplane.app.web.server import application
from cutplane.app.web.sessions import form_token

#: Tests ask as quickly as they can.
PATIENT = Limits(person=Rate(1e6, 1e6), address=Rate(1e6, 1e6), guesses=Rate(1e6, 1e6))


def write_table(folder, n=40):
    """A table without labels: two numbers, a text, and a picture of each row."""
    lines = ["height,weight,note,photo"]
    lines += [f"{i % 7}.5,{i % 11},note {i},photo.png" for i in range(n)]
    (folder / "things.csv").write_text("\n".join(lines) + "\n")
    (folder / "photo.png").write_bytes(picture())
    return folder / "things.csv"


def picture():
    """One grey pixel as PNG."""

    def chunk(kind, data):
        rest = kind + data
        return struct.pack(">I", len(data)) + rest + struct.pack(">I", zlib.crc32(rest))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def options_of(table, **more):
    """What somebody would say about it."""
    said = {"target": "kind", "classes": ("ant", "bee"), "annotator": "Ada", "image": "photo"}
    return LabelOptions(table, **(said | more))


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode(errors="replace")


@dataclass
class Visitor:
    """Sends requests over one connection, with a cookie where there is a token."""

    port: int
    token: str = ""
    cookie: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.cookie = self.cookie or f"cutplane-{self.port}"

    @property
    def csrf(self):
        return form_token(self.token)

    def ask(self, method, path, body=None, headers=None, **more):
        """Any request; headers that are None are left out."""
        sent = {"Cookie": f"{self.cookie}={self.token}"} if self.token else {}
        sent |= headers or {}
        sent = {name: value for name, value in sent.items() if value is not None}
        self.connection.request(method, path, body, sent, **more)
        reply = self.connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())

    def get(self, path, headers=None):
        return self.ask("GET", path, headers=headers)

    def post(self, path, fields=None, *, headers=None, fragment=True):
        """A form as the page sends it."""
        fields = {"csrf": self.csrf} | (fields or {})
        body = urlencode([item for item in fields.items() if item[1] is not None], doseq=True)
        usual = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        if fragment:
            usual["X-Fragment"] = "1"
        return self.ask("POST", path, body, usual | (headers or {}))

    def close(self):
        self.connection.close()


@dataclass
class Site:
    """A server that runs, with visitors who are closed with it."""

    project: object
    security: Security
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, token=None, **more):
        """Somebody; the owner by default, "" for a stranger."""
        token = self.project.token if token is None else token
        self.visitors.append(Visitor(self.security.port, token, **more))
        return self.visitors[-1]

    def person(self, name, role):
        """Somebody new."""
        return self.visitor(self.project.people.add(name, role))


@contextmanager
def running(project, limits=PATIENT, *, behind_proxy=False):
    """Serve a project on a free port of loopback, in a thread."""
    with listening("127.0.0.1", 0) as listener:
        security = Security.serving("127.0.0.1", listener.getsockname()[1], limits=limits)
        server = server_of(application(project, security), behind_proxy=behind_proxy)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        site = Site(project, security)
        try:
            yield site
        finally:
            for visitor in site.visitors:
                visitor.close()
            server.should_exit = True
            thread.join()


@contextmanager
def site_of(folder, limits=PATIENT, **options):
    """A server of a small table in a folder."""
    said = options_of(write_table(folder), **options)
    with open_project(said) as project, running(project, limits) as site:
        yield site
