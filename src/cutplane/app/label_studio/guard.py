"""Who may speak to the backend: the right host name, credentials, JSON of a bounded size."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from functools import cached_property

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cutplane._types import Metadata
from cutplane.errors import InvalidInputError

#: Names of this machine, for itself.
LOOPBACK = ("localhost", "127.0.0.1", "::1")
LARGEST = 256_000_000


@dataclass(frozen=True)
class Access:
    """Who may speak to the backend.

    Attributes
    ----------
    hosts : tuple of str
        Names under which it is asked, without ports.
    user, password : str
        Of basic authentication; none is asked for where the password is "".
    """

    hosts: tuple[str, ...] = LOOPBACK
    user: str = "cutplane"
    password: str = ""

    def problem(self, headers: Headers) -> tuple[int, str] | None:
        """A status and a sentence where a request is refused."""
        if _name(headers.get("host", "")) not in self.hosts:
            return 400, (
                f"The request is for {headers.get('host', '')[:80]!r}, expected one of "
                f"{', '.join(self.hosts)}; add a name with --allow-host."
            )
        if "origin" in headers:
            return (
                403,
                "The request comes from a browser's page, not from Label Studio's server.",
            )
        if self.password and not self._knows(headers.get("authorization", "")):
            return 401, (
                "User or password are missing or wrong; write them into the address: "
                "http://USER:PASSWORD@HOST:PORT, which reaches the webhooks too."
            )
        return None

    def _knows(self, header: str) -> bool:
        kind, _, encoded = header.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True) if kind.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            return False
        return any(hmac.compare_digest(given, written) for written in self._written)

    @cached_property
    def _written(self) -> list[bytes]:
        """User and password; clients differ in how they write what is not ASCII."""
        pair = f"{self.user}:{self.password}"
        is_latin = max(pair) <= "\xff"
        return [pair.encode(), *([pair.encode("latin-1")] if is_latin else [])]


class Guard:
    """Refuses what :class:`Access` does not let in, before anything of it is read."""

    def __init__(self, app: ASGIApp, access: Access):
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a sentence."""
        problem = self._access.problem(Headers(scope=scope)) if scope["type"] == "http" else None
        if problem is None:
            await self._app(scope, receive, send)
            return
        status, sentence = problem
        reply = JSONResponse({"error": sentence}, status)
        if status == 401:
            reply.headers["WWW-Authenticate"] = 'Basic realm="cutplane"'
        await reply(scope, receive, send)


class TooLarge(Exception):
    """A body has more bytes than are read."""


async def read_json(request: Request, largest: int = LARGEST) -> Metadata:
    """The JSON object that a request brings.

    Raises
    ------
    InvalidInputError
        It brings something else.
    TooLarge
        It has more bytes than are read.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise InvalidInputError(f"the body is {kind[:40]!r}; application/json was expected")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge(f"the body has more than {largest} bytes")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"the body is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise InvalidInputError(f"the body is {type(found).__name__}; an object was expected")
    return found


def _name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
