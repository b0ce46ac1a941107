"""Who answers, how far people agree, and how somebody joins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cutplane.app.answers.agreement import acceptance, alpha, flips
from cutplane.app.page.cells import visible
from cutplane.app.page.views.message import Message
from cutplane.app.team.person import ROLES

if TYPE_CHECKING:
    from cutplane.app.answers.agreement import Agreement, Flip
    from cutplane.app.setup.project import Project
    from cutplane.app.team.people import Invitation, Person


@dataclass(frozen=True)
class Member:
    """A person with what they did.

    Attributes
    ----------
    name, role : str
        No role for somebody who is gone, and whose answers stay.
    n_answers : int
    flip : str
        Share of wrong answers by evidence, with its interval; empty where there is none.
    is_me : bool
    """

    name: str
    role: str
    n_answers: int
    flip: str
    is_me: bool


@dataclass(frozen=True)
class TeamView:
    """People and their agreement.

    Attributes
    ----------
    members : tuple of Member
    agreement : str
        A sentence about Krippendorff's alpha.
    accepted : str
        How often answers are what the model suggests, where it was seen and where not; empty
        where suggestions are off, and of values.
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
    accepted: str
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
    is_admin = who.may("admin")
    invitations = project.people.invitations() if is_admin else ()
    return TeamView(
        members=_members(project, who),
        agreement=_agreement(alpha(project.desk)),
        accepted=_accepted(project),
        n_disputed=len(project.desk.disagreements()) if who.may("review") else 0,
        invitations=tuple(_invitation(one) for one in invitations),
        link=link,
        roles=ROLES,
        may_administer=is_admin,
        message=message,
    )


def _members(project: Project, who: Person) -> tuple[Member, ...]:
    """Everybody who is in, and then those who are gone and whose answers stay."""
    given = Counter(one.who for one in project.desk.all_given() if one.who)
    roles = {person.name: person.role for person in project.people.all()}
    found = _flips(project, project.desk.n_given) if len(given) > 1 else {}
    gone = sorted(given.keys() - roles.keys())
    return tuple(
        Member(
            name=visible(name),
            role=roles.get(name, ""),
            n_answers=given[name],
            flip=_flip(found[name]) if name in found else "",
            is_me=name == who.name,
        )
        for name in (*roles, *gone)
    )


@lru_cache(maxsize=1)
def _flips(project: Project, n_given: int) -> Mapping[str, Flip]:
    """Seconds of work, done again when there are more answers."""
    return flips(project.trainer.ledger, project.desk) or {}


def _flip(flip: Flip) -> str:
    return f"{flip.share:.0%} ({flip.low:.0%} to {flip.high:.0%})"


def _agreement(found: Agreement) -> str:
    if found.alpha is None:
        return found.why_none
    return (
        f"Krippendorff's alpha is {found.alpha:.2f}, from {found.n_rows:,} "
        f"{'row' if found.n_rows == 1 else 'rows'} that {found.n_people} people answered; "
        "1 is full agreement, 0 that of chance."
    )


def _accepted(project: Project) -> str:
    if project.rules.suggest == "off":
        return ""
    found = acceptance(project.desk)
    if found is None:
        return ""
    parts = [
        f"{share:.0%} of {n:,} {where}"
        for share, n, where in (
            (found.shown, found.n_shown, "given after seeing it"),
            (found.unseen, found.n_unseen, "given without"),
        )
        if share is not None
    ]
    said = " and ".join(parts)
    return f"Answers equal the suggestion in {said}." if said else "No suggestions were made yet."


def _invitation(one: Invitation) -> str:
    if one.used_by is not None:
        return f"{one.role}: accepted by {visible(one.used_by)}, invited by {visible(one.by)}."
    return f"{one.role}: by {visible(one.by)}, open until {one.until:%Y-%m-%d %H:%M} UTC."
