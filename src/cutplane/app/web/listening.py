"""A socket that listens, and uvicorn on it: with limits, and quiet."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from cutplane.app.web.connections import TimedConnection
from cutplane.errors import InvalidInputError

USUAL_PORT = 8765
#: Requests that are being answered have this long when the server is told to end.
_LAST_SECONDS = 1


@contextmanager
def listening(host: str, port: int | None) -> Iterator[socket.socket]:
    """A socket that listens, so that a browser may come before the server runs.

    Parameters
    ----------
    host : str
    port : int or None
        0 for any that is free, None for the usual one or else any.

    Raises
    ------
    InvalidInputError
        The port is taken, or the host is none of this machine.
    """
    try:
        listener = _bound(host, USUAL_PORT if port is None else port)
    except OSError as error:
        if port is not None or error.errno != errno.EADDRINUSE:
            raise _unbound(host, port, error) from error
        listener = _bound(host, 0)
    with listener:
        yield listener


def server_of(app: Starlette, *, behind_proxy: bool = False) -> uvicorn.Server:
    """Uvicorn with limits, which prints nothing and says nothing about itself.

    Parameters
    ----------
    app : Starlette
    behind_proxy : bool, default=False
        Whether a proxy on this machine says which address a request comes from.
    """
    config = uvicorn.Config(
        app,
        http=TimedConnection,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        forwarded_allow_ips=["127.0.0.1", "::1"],
        h11_max_incomplete_event_size=16 * 1024,
        limit_concurrency=256,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """Ends quietly when it is told to, so that whoever started it closes what it opened."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Have Ctrl-C and a request to end stop the server, and nothing else."""
        if current_thread() is not main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The second time, do not wait for requests."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would let two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def _unbound(host: str, port: int | None, error: OSError) -> InvalidInputError:
    where = USUAL_PORT if port is None else port
    if error.errno == errno.EADDRINUSE:
        return InvalidInputError(
            f"port {where} is taken by another program; give another one, or none for any"
        )
    if error.errno == errno.EACCES:
        return InvalidInputError(
            f"port {where} may not be listened on ({error.strerror}); give one from 1024 on"
        )
    return InvalidInputError(
        f"nothing can listen on {host!r} ({error.strerror}); give an address of this machine, such "
        "as 127.0.0.1, or 0.0.0.0 for all of them"
    )
