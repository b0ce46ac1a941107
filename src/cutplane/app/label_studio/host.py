"""The one Label Studio that files are fetched from: no other address is ever asked."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import IO
from urllib.parse import urljoin, urlsplit

from cutplane._types import Metadata
from cutplane.errors import InvalidInputError

_SECONDS = 10.0
_LARGEST = 50_000_000
_FORBIDDEN = (401, 403)
_SCHEMES = {"http": 80, "https": 443}


class Host:
    """A Label Studio, and the token that its files are read with.

    Parameters
    ----------
    url : str
        Such as http://localhost:8080.
    token : str, optional
        A token of its account page, legacy or personal.

    Raises
    ------
    InvalidInputError
        The url is none.
    """

    def __init__(self, url: str, token: str = ""):
        if (origin := _origin(url)) is None:
            raise InvalidInputError(
                f"the address of Label Studio is {url!r}; give one such as http://localhost:8080"
            )
        self.url, self._origin, self._token = url.rstrip("/") + "/", origin, token

    def offer(self, url: str, token: str) -> None:
        """Take over the token that a Label Studio hands out, if it is this one and none is known.

        Whoever can reach the backend can say so of any address: another one is not believed.
        """
        if not self._token and _origin(url) == self._origin:
            self._token = token

    def fetch(self, path: str) -> bytes:
        """A file by its path, or by an address on this host.

        Raises
        ------
        InvalidInputError
            The address is elsewhere, there is no token, or nothing can be read there.
        """
        url = urljoin(self.url, path)
        if _origin(url) != self._origin:
            raise InvalidInputError(
                f"{path[:80]!r} is not on {self.url}, and no other address is asked; upload the "
                "file to Label Studio"
            )
        if not self._token:
            raise InvalidInputError(
                f"{path[:80]!r} needs a token of {self.url}; set LABEL_STUDIO_API_KEY"
            )
        return self._read(urllib.request.Request(url, headers=self._authorization()))

    def call(
        self, method: str, path: str, body: Metadata | None = None, seconds: float = _SECONDS
    ) -> object:
        """What a call of the API answers; None where that is nothing.

        Raises
        ------
        InvalidInputError
            There is no token, or Label Studio refuses.
        """
        if not self._token:
            raise InvalidInputError(f"{self.url} gave no token; set LABEL_STUDIO_API_KEY")
        content = None if body is None else json.dumps(body).encode()
        headers = {**self._authorization(), "Content-Type": "application/json"}
        url = urljoin(self.url, path)
        reply = self._read(urllib.request.Request(url, content, headers, method=method), seconds)
        try:
            return json.loads(reply) if reply else None
        except ValueError as error:
            raise InvalidInputError(f"{url} answered no JSON ({error})") from error

    def _authorization(self) -> dict[str, str]:
        """Personal tokens, which have three parts, are exchanged for one of some minutes."""
        if self._token.count(".") != 2:
            return {"Authorization": f"Token {self._token}"}
        body = json.dumps({"refresh": self._token}).encode()
        request = urllib.request.Request(
            urljoin(self.url, "api/token/refresh"), body, {"Content-Type": "application/json"}
        )
        try:
            return {"Authorization": f"Bearer {json.loads(self._read(request))['access']}"}
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, InvalidInputError):
                raise
            raise InvalidInputError(f"{self.url} gave no access for the token") from error

    def _read(self, request: urllib.request.Request, seconds: float = _SECONDS) -> bytes:
        try:
            with _OPENER.open(request, timeout=seconds) as reply:
                return _limited(reply, request.full_url)
        except urllib.error.HTTPError as error:
            error.close()
            hint = "; set LABEL_STUDIO_API_KEY to a token of an account there"
            raise InvalidInputError(
                f"{request.full_url} cannot be read ({error.code} {error.reason})"
                f"{hint if error.code in _FORBIDDEN else ''}"
            ) from error
        except (urllib.error.URLError, OSError) as error:
            raise InvalidInputError(f"{request.full_url} cannot be read ({error})") from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def _limited(reply: IO[bytes], url: str) -> bytes:
    content = reply.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise InvalidInputError(f"{url} holds more than {_LARGEST} bytes")
    return content


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, name and port; None of what has none."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port or _SCHEMES[parts.scheme]
    except (ValueError, KeyError):
        return None
    return None if name is None else (parts.scheme, name, port)
