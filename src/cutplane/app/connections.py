"""Connections of clients that are slow on purpose: none is held for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Until a request has come as a whole.
REQUEST_SECONDS = 20.0
#: Until a client that reads nothing is let go.
REPLY_SECONDS = 30.0


class TimedConnection(H11Protocol):
    """A connection with clocks: for a request to come, and for a reply to be read.

    Uvicorn has one for the time between two requests only.
    """

    _request_clock: asyncio.TimerHandle | None = None
    _reply_clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._request_clock = self._after(REQUEST_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        super().connection_lost(exc)
        self._request_clock = _stopped(self._request_clock)
        self._reply_clock = _stopped(self._reply_clock)

    def data_received(self, data: bytes) -> None:
        """Have the clock run from the first byte of a request to its last."""
        if self._request_clock is None:
            self._request_clock = self._after(REQUEST_SECONDS, self.transport.abort)
        super().data_received(data)
        begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if not begun and self.conn.their_state is not h11.SEND_BODY:
            self._request_clock = _stopped(self._request_clock)

    def pause_writing(self) -> None:
        """The client has not read what was sent."""
        super().pause_writing()
        self._reply_clock = self._after(REPLY_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It has."""
        super().resume_writing()
        self._reply_clock = _stopped(self._reply_clock)

    def timeout_keep_alive_handler(self) -> None:
        """Close; a client that never reads the rest is let go later."""
        super().timeout_keep_alive_handler()
        self._reply_clock = _stopped(self._reply_clock)
        self._reply_clock = self._after(REPLY_SECONDS, self.transport.abort)

    def _after(self, seconds: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        return self.loop.call_later(seconds, do)


def _stopped(clock: asyncio.TimerHandle | None) -> None:
    if clock is not None:
        clock.cancel()
