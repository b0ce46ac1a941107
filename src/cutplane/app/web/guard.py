"""The outermost layer: what every request has to pass, and what every reply carries."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cutplane.app.page.pages import Frame, render
from cutplane.app.page.views import ErrorView
from cutplane.app.web.limits import Buckets
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.security import Security
from cutplane.plain_text import printable

_log = logging.getLogger(__name__)


class Guard:
    """Host, rate of the address, headers of the reply, and a sentence where something fails.

    Parameters
    ----------
    app : ASGI application
    security : Security
    title : str
        Of pages that say what went wrong.
    """

    def __init__(self, app: ASGIApp, security: Security, title: str):
        self._app, self._security, self._title = app, security, title
        self._addresses = Buckets(security.limits.address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a web socket is refused, as there are none."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reply = _Reply(send, self._security.headers)
        try:
            self._addresses.take(address_of(scope))
            self._check_head(scope)
            self._security.check_host(Headers(scope=scope).getlist("host"))
            await self._app(scope, receive, reply)
        except Refusal as refusal:
            await self._refuse(refusal, scope, receive, reply)
        except Exception:
            _log.exception("%s %s failed", scope["method"], printable(scope["path"]))
            failed = Refusal(500, "this failed on the server, which has written down why; go back")
            await self._refuse(failed, scope, receive, reply)
        _log.info("%s %s %s", scope["method"], printable(scope["path"]), reply.status)

    def _check_head(self, scope: Scope) -> None:
        """Refuse long headers; what reads them stops only those that come in parts."""
        most = self._security.limits.head_bytes
        n_bytes = len(scope["raw_path"]) + len(scope["query_string"])
        n_bytes += sum(len(name) + len(value) for name, value in scope["headers"])
        if n_bytes > most:
            raise Refusal(431, f"the address and headers are longer than {most // 1024} KB")

    async def _refuse(
        self, refusal: Refusal, scope: Scope, receive: Receive, reply: _Reply
    ) -> None:
        if reply.status:
            raise ConnectionError("the reply broke off") from refusal
        is_fragment = Headers(scope=scope).get("x-fragment") == "1"
        await refused(refusal, self._title, is_fragment=is_fragment)(scope, receive, reply)


class _Reply:
    """Sends with the headers that every reply has."""

    def __init__(self, send: Send, headers: Mapping[str, str]):
        self._send, self._headers = send, headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            message = {**message, "headers": headers.raw}
        await self._send(message)


def refused(refusal: Refusal, title: str, *, is_fragment: bool) -> Response:
    """What went wrong, for somebody whom nobody knows yet."""
    name = "notice" if is_fragment else "error"
    html = render(name, ErrorView(refusal.status, refusal.sentence), Frame(None, "", title))
    return HTMLResponse(html, refusal.status, refusal.headers)


def address_of(scope: Scope) -> str:
    """Whom requests are counted for: an address, or the network of one that has many (IPv6)."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4 or address.is_loopback:
        return host
    return str(ipaddress.ip_network((int(address), 64), strict=False))
