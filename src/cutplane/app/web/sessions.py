"""Who is visiting: a token in a cookie, looked up for every request; a form's own token from it.

The cookie holds what the person was given, and the server holds its hash only (``people``). So a
session outlives a restart, is the same on every server of a team, and ends when the person is
revoked or the token renewed.
"""

from __future__ import annotations

import hashlib
import hmac

from starlette.responses import Response

#: People come back the next week; a token that leaked is renewed, which ends its sessions.
_COOKIE_SECONDS = 30 * 24 * 3600


def cookie_name(port: int, *, is_secure: bool) -> str:
    """Cookies do not know ports: two servers on one machine need names of their own.

    Parameters
    ----------
    port : int
    is_secure : bool
        Under https a prefix has the browser refuse one that another site of the domain sets.
    """
    return f"{'__Host-' if is_secure else ''}cutplane-{port}"


def remember(reply: Response, name: str, token: str, *, is_secure: bool) -> None:
    """Have the browser keep the token where no script and no other site reaches it."""
    reply.set_cookie(
        name,
        token,
        max_age=_COOKIE_SECONDS,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="strict",
    )


def forget(reply: Response, name: str, *, is_secure: bool) -> None:
    """Have the browser drop it."""
    reply.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="strict")


def form_token(token: str) -> str:
    """What every form of a session carries: nobody can make it who has not the cookie."""
    return hmac.new(token.encode(), b"cutplane form", hashlib.sha256).hexdigest()


def is_form_token(given: str, token: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), form_token(token).encode())
