"""What is served where, what a request may come from, and the headers of every reply."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, urlsplit

from cutplane.app.web.limits import Limits
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.sessions import cookie_name
from cutplane.errors import InvalidInputError

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: Of files that are no pages: nothing in them runs, or loads anything.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Cache-Control": "no-store",
}
_USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Security:
    """What the server is reached by; everything else is refused.

    Attributes
    ----------
    scheme : {"http", "https"}
    host : str
        What the owner's browser is sent to.
    port : int
        As browsers see it.
    names : frozenset of str
        Host names and addresses in lower case, IPv6 in brackets.
    any_address : bool
        Whether any address in digits will do: the server listens on all of the machine's. No
        name of somebody else's can lead there by DNS, which is what the check is against.
    limits : Limits
    """

    scheme: str
    host: str
    port: int
    names: frozenset[str]
    any_address: bool = False
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def serving(
        cls, host: str, port: int, *, public: str | None = None, limits: Limits | None = None
    ) -> Self:
        """Of a server that listens somewhere.

        Parameters
        ----------
        host : str
            Name or address that it is bound to.
        port : int
        public : str, optional
            Address that browsers use where a proxy stands before the server, such as
            "https://label.example.org".
        limits : Limits, optional

        Raises
        ------
        InvalidInputError
            ``public`` is no address of a site.
        """
        limits = limits or Limits()
        if public is not None:
            parts = _site(public)
            port = parts.port or _USUAL_PORTS[parts.scheme]
            name = _bracketed(parts.hostname or "")
            return cls(parts.scheme, name, port, frozenset({name}), limits=limits)
        is_any = host in ("", "0.0.0.0", "::")
        name = "localhost" if is_any else _bracketed(host)
        names = {name, socket.gethostname().lower()} if is_any else {name}
        if is_any or _is_loopback(host):
            names |= set(_LOOPBACK)
        return cls("http", name, port, frozenset(names), is_any, limits)

    @property
    def address(self) -> str:
        """Where the owner finds it, without a path."""
        port = "" if self.port == _USUAL_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by https."""
        return self.scheme == "https"

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return cookie_name(self.port, is_secure=self.is_secure)

    @property
    def headers(self) -> dict[str, str]:
        """Of every reply that does not say otherwise."""
        if not self.is_secure:
            return HEADERS
        return {**HEADERS, "Strict-Transport-Security": "max-age=31536000"}

    def check_host(self, hosts: list[str]) -> None:
        """Refuse what was sent for another host: a name that leads here by somebody else's DNS.

        Raises
        ------
        Refusal
            421.
        """
        if len(hosts) == 1 and self._is_served(hosts[0]):
            return
        raise Refusal(
            421, "this server is not reached by that name; open the address that the command said"
        )

    def check_origin(self, origin: str | None, site: str | None, host: str) -> None:
        """Refuse a form that another site sent.

        Parameters
        ----------
        origin, site : str or None
            Headers ``Origin`` and ``Sec-Fetch-Site``; browsers send one of them with every form.
        host : str
            What :meth:`check_host` let pass.

        Raises
        ------
        Refusal
            403.
        """
        ours = origin is None or self._origin(origin) == self._origin(f"{self.scheme}://{host}")
        if ours and site in (None, "same-origin") and (origin or site):
            return
        raise Refusal(403, "the form was sent by another site; send it from the page itself")

    def _is_served(self, host: str) -> bool:
        found = _HOST.fullmatch(host.lower())
        if found is None:
            return False
        name, port = found[1], int(found[2] or _USUAL_PORTS[self.scheme])
        is_ours = name in self.names or (self.any_address and _is_address(name))
        return is_ours and port == self.port

    def _origin(self, origin: str) -> tuple[str, str, int] | None:
        """Scheme, host and port; None for "null" and what is no origin."""
        scheme, separator, host = origin.lower().partition("://")
        found = _HOST.fullmatch(host)
        if not separator or found is None or scheme not in _USUAL_PORTS:
            return None
        return scheme, found[1], int(found[2] or _USUAL_PORTS[scheme])


def _site(public: str) -> SplitResult:
    """Parts of an address without a path."""
    try:
        parts = urlsplit(public)
        is_site = parts.scheme in _USUAL_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_site = False
    if not is_site or parts.path not in ("", "/") or parts.query or parts.username:
        raise InvalidInputError(
            f"the public address is {public!r}; expected one like 'https://label.example.org', "
            "without a path"
        )
    return parts


def _bracketed(host: str) -> str:
    return f"[{host.lower()}]" if ":" in host else host.lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host.lower() == "localhost" or (
        _is_address(host) and ipaddress.ip_address(host).is_loopback
    )
