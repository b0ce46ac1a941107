"""Clients that are slow on purpose are let go."""

import http.client
import socket
import time
from contextlib import contextmanager
from threading import Thread

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from cutplane.app.web import connections
from cutplane.app.web.listening import listening, server_of


async def large(request):
    return Response(bytes(50_000_000))


async def small(request):
    await request.body()
    return Response(b"ok")


APP = Starlette(routes=[Route("/large", large), Route("/small", small, methods=["GET", "POST"])])


@contextmanager
def serving(app):
    """A server on a thread; its port."""
    with listening("127.0.0.1", 0) as listener:
        server = server_of(app)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def port(monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.6)
    monkeypatch.setattr(connections, "REPLY_SECONDS", 0.3)
    with serving(APP) as port:
        yield port


def seconds_until_closed(connection, trickle=None):
    """Until the other side has closed, while a byte is sent now and then."""
    begin = time.monotonic()
    connection.settimeout(0.05)
    while time.monotonic() - begin < 5:
        try:
            if trickle:
                connection.sendall(trickle)
            if connection.recv(65536) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begin


@pytest.mark.parametrize(
    ("begin", "trickle"),
    [
        (b"", None),
        (b"GET /small HTTP/1.1\r\nHost: x\r\n", None),
        (b"GET /small HTTP/1.1\r\n", b"X: a\r\n"),
        (b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"GET /small HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"x"),
    ],
)
def test_a_request_that_does_not_come(port, begin, trickle):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(begin)
        assert seconds_until_closed(connection, trickle) < 2


def test_a_second_request_that_does_not_come(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /small HTTP/1.1\r\nHost: x\r\n\r\nGET /sm")
        time.sleep(0.1)
        assert b"200 OK" in connection.recv(65536)
        connection.sendall(b"a")
        assert seconds_until_closed(connection, b"l") < 2


def test_a_reply_that_is_not_read(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1.5)
        n_bytes = 0
        try:
            while part := connection.recv(2**20):
                n_bytes += len(part)
        except ConnectionResetError:
            pass
        assert n_bytes < 50_000_000


def test_who_is_not_slow_is_kept(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.connect()
    address = connection.sock.getsockname()
    for _ in range(4):
        connection.request("GET", "/small")
        assert connection.getresponse().read() == b"ok"
        assert connection.sock.getsockname() == address
        time.sleep(0.3)
    connection.close()
