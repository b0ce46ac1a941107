"""Connections of clients that are slow on purpose: none is held for long."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Until a request has come as a whole.
REQUEST_SECONDS = 20.0
#: Until a client that reads nothing is let go.
REPLY_SECONDS = 30.0


class TimedConnection(H11Protocol):
    """A connection with clocks: for a request to come, and for a reply to be read.

    Uvicorn has one for the time between two requests only. Nor does it log addresses, in which
    there may be tokens, to whoever listens to all loggers.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self.access_log = False
        self._request, self._reply = _Clock(transport), _Clock(transport)
        self._request.start(REQUEST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        super().connection_lost(exc)
        self._request.stop()
        self._reply.stop()

    def data_received(self, data: bytes) -> None:
        """Have the clock run from the first byte of a request to its last."""
        if not self._request.runs:
            self._request.start(REQUEST_SECONDS)
        super().data_received(data)
        has_begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if not has_begun and self.conn.their_state is not h11.SEND_BODY:
            self._request.stop()

    def pause_writing(self) -> None:
        """The client has not read what was sent."""
        super().pause_writing()
        self._reply.start(REPLY_SECONDS)

    def resume_writing(self) -> None:
        """It has."""
        super().resume_writing()
        self._reply.stop()

    def timeout_keep_alive_handler(self) -> None:
        """Close; a client that never reads the rest is let go later."""
        super().timeout_keep_alive_handler()
        self._reply.start(REPLY_SECONDS)


class _Clock:
    """Breaks a connection off after a while, unless it is stopped."""

    def __init__(self, transport: asyncio.Transport):
        self._transport = transport
        self._handle: asyncio.TimerHandle | None = None

    @property
    def runs(self) -> bool:
        return self._handle is not None

    def start(self, seconds: float) -> None:
        self.stop()
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(seconds, self._transport.abort)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
