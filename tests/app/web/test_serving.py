"""The server finds a port, says its address once, and ends when it is told to."""

import asyncio
import os
import re
import signal
import socket
import threading
import time
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from cutplane.app.web import listening as listening_module
from cutplane.app.web.listening import listening
from cutplane.app.web.security import Security
from cutplane.app.web.serving import serve
from cutplane.errors import InvalidInputError

PROJECT = SimpleNamespace(table=SimpleNamespace(name="things"), target="kind", token="T0KEN")


@pytest.fixture
def opened(monkeypatch):
    """Addresses that a browser is sent to."""
    addresses = []
    monkeypatch.setattr("webbrowser.open", addresses.append)
    return addresses


@pytest.fixture(autouse=True)
def _no_loop_yet():
    """As in a process of its own: a browser that others keep open has a loop in this thread."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


def served(number, **options):
    """The seconds until it has ended after a signal, which is sent as soon as it listens to it."""
    sent, before = [], signal.getsignal(number)

    def send():
        while signal.getsignal(number) == before:
            time.sleep(0.01)
        time.sleep(0.2)
        sent.append(time.monotonic())
        os.kill(os.getpid(), number)

    sender = threading.Thread(target=send)
    sender.start()
    serve(PROJECT, port=0, **{"say": print} | options)
    seconds = time.monotonic() - sent[0]
    sender.join()
    return seconds


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_line_and_an_end(number, opened, capfd, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    before = signal.getsignal(number)
    assert served(number) < 3
    printed = capfd.readouterr()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/enter\?token=T0KEN\n", printed.out)
    assert printed.err == ""
    assert signal.getsignal(number) == before
    assert opened == []  # there is no screen


def test_slow_clients_do_not_hold_it(opened, capfd):
    """Half a request, and a connection that stays: it ends all the same."""
    held = []

    def connect(address):
        port = int(re.search(r":(\d+)/", address)[1])
        for data in (b"", b"POST /answer HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"):
            held.append(socket.create_connection(("127.0.0.1", port)))
            held[-1].sendall(data)

    try:
        assert served(signal.SIGINT, say=connect, open_browser=False) < 3
        assert capfd.readouterr() == ("", "")
    finally:
        for connection in held:
            connection.close()


def test_the_browser_is_opened_where_there_is_a_screen(opened, monkeypatch, capfd):
    monkeypatch.setenv("DISPLAY", ":0")
    served(signal.SIGINT)
    assert opened == [capfd.readouterr().out.strip()]
    served(signal.SIGINT, open_browser=False)
    assert len(opened) == 1


def test_the_usual_port_or_else_any(monkeypatch):
    with listening("127.0.0.1", 0) as taken:
        monkeypatch.setattr(listening_module, "USUAL_PORT", taken.getsockname()[1])
        with listening("127.0.0.1", None) as other:
            assert other.getsockname()[1] != taken.getsockname()[1]
        with pytest.raises(InvalidInputError, match="is taken"):
            listening("127.0.0.1", taken.getsockname()[1]).__enter__()


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_hosts_that_are_not_here(host):
    with pytest.raises(InvalidInputError, match="nothing can listen"):
        listening(host, 0).__enter__()


def test_by_default_others_reach_nothing():
    with listening("127.0.0.1", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_version_six_of_addresses():
    with ExitStack() as held:
        try:
            listener = held.enter_context(listening("::1", 0))
        except InvalidInputError:
            pytest.skip("this machine has no IPv6")
        host, port = listener.getsockname()[:2]
        security = Security.serving("::1", port)
    assert host == "::1"
    assert security.address == f"http://[::1]:{port}"
    security.check_host([f"[::1]:{port}"])
