"""Pages before the door: how to get in, an invitation, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from cutplane.app.page.views.message import Message


@dataclass(frozen=True)
class EnterView:
    """Says how to get in; the page of status 401."""

    message: Message | None = None


@dataclass(frozen=True)
class InvitationView:
    """A name is asked for; the form POSTs ``/invitation`` with token and name.

    Attributes
    ----------
    token : str
    name : str
        As typed before it was refused.
    message : Message or None
    """

    token: str
    name: str = ""
    message: Message | None = None


@dataclass(frozen=True)
class ErrorView:
    """What went wrong, for the page ``error`` and the fragment ``notice``.

    Attributes
    ----------
    status : int
    message : str
    """

    status: int
    message: str
