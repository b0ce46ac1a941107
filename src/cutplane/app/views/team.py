"""Who answers, how far people agree, and how somebody joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutplane.app.views.message import Message

if TYPE_CHECKING:
    from cutplane.app.people import Person
    from cutplane.app.project import Project


@dataclass(frozen=True)
class Member:
    """A person with what they did.

    Attributes
    ----------
    name, role : str
    n_answers : int
    flip : str
        Share of wrong answers by evidence, with its interval; empty where there is none.
    accepted : str
        How often the suggestion was answered when it was shown, and when not.
    is_me : bool
    """

    name: str
    role: str
    n_answers: int
    flip: str
    accepted: str
    is_me: bool


@dataclass(frozen=True)
class TeamView:
    """People and their agreement.

    Attributes
    ----------
    members : tuple of Member
    agreement : str
        A sentence about Krippendorff's alpha.
    n_disputed : int
        Rows of which people say different things.
    invitations : tuple of str
        Sentences about those that are open.
    link : str
        Address of the invitation just made; it is shown once.
    roles : tuple of str
    may_administer : bool
    message : Message or None
    """

    members: tuple[Member, ...]
    agreement: str
    n_disputed: int
    invitations: tuple[str, ...]
    link: str
    roles: tuple[str, ...]
    may_administer: bool
    message: Message | None


def team_view(
    project: Project, who: Person, message: Message | None = None, *, link: str = ""
) -> TeamView:
    """For the page ``team``; its forms POST csrf with

    ``/team/invite``: role; ``/team/role``: name, role; ``/team/revoke``: name.
    """
    raise NotImplementedError
