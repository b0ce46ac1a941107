"""`cutplane team`: who may label with others, and in which role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options, say
from cutplane.errors import InvalidInputError
from cutplane.extras import require

if TYPE_CHECKING:
    from cutplane._types import Metadata
    from cutplane.app.team.people import People

JOURNAL = "--journal postgresql://localhost/patients"
INVITE_EXAMPLE = f"Example: cutplane team invite {JOURNAL} --url https://label.example.org"
ADD_EXAMPLE = f"Example: cutplane team add ada --role review {JOURNAL}"
LIST_EXAMPLE = f"Example: cutplane team list {JOURNAL}"
ROLE_EXAMPLE = f"Example: cutplane team role ada admin {JOURNAL}"
RENEW_EXAMPLE = f"Example: cutplane team renew ada {JOURNAL}"
REVOKE_EXAMPLE = f"Example: cutplane team revoke ada {JOURNAL}"

app = typer.Typer(help="Say who may label a table: people, their roles, invitations.")

JournalOption = Annotated[
    str,
    typer.Option("--journal", metavar="FILE|URL", help="The journal of `cutplane label`."),
]
RoleOption = Annotated[
    str, typer.Option(help="label, review (others' answers too) or admin (people too).")
]
Name = Annotated[str, typer.Argument(help="Of a person, 1 to 64 characters.")]
Address = Annotated[
    str, typer.Option("--url", help="Where the page is, such as https://label.example.org.")
]


@app.command(epilog=INVITE_EXAMPLE)
def invite(
    journal: JournalOption,
    role: RoleOption = "label",
    days: Annotated[float, typer.Option(help="How long it may be accepted.")] = 7.0,
    by: Annotated[
        str | None, typer.Option(help="Who invites; the name of the login by default.")
    ] = None,
    url: Address = "",
    as_json: options.AsJson = False,
) -> None:
    """Make an invitation: an address for one person, who chooses a name; shown once."""
    with _people(journal) as people:
        from cutplane.app.setup.joining import name_of_login

        token = people.invite(role, by=by or name_of_login(), days=days)
    address = f"{url.rstrip('/')}/invitation?token={token}"
    if as_json:
        say.as_json({"role": role, "days": days, "address": address, "token": token})
    else:
        say.line(address)


@app.command(epilog=ADD_EXAMPLE)
def add(
    name: Name,
    journal: JournalOption,
    role: RoleOption = "label",
    url: Address = "",
    as_json: options.AsJson = False,
) -> None:
    """Add a person, and print the address that lets them in; shown once."""
    with _people(journal) as people:
        token = people.add(name, role)
    _say_entrance({"name": name, "role": role}, token, url, as_json)


@app.command(epilog=RENEW_EXAMPLE)
def renew(
    name: Name, journal: JournalOption, url: Address = "", as_json: options.AsJson = False
) -> None:
    """Print a new address that lets a person in, on another device too; the old one ends."""
    with _people(journal) as people:
        token = people.renew(name)
    _say_entrance({"name": name}, token, url, as_json)


@app.command(name="list", epilog=LIST_EXAMPLE)
def list_(journal: JournalOption, as_json: options.AsJson = False) -> None:
    """Print people and their roles, and invitations that nobody has accepted yet."""
    with _people(journal) as people:
        persons, invited = people.all(), people.invitations()
    now = datetime.now(UTC)
    waiting = [one for one in invited if one.used_by is None and one.until > now]
    if as_json:
        listed = [{"name": one.name, "role": one.role} for one in persons]
        kept = [{"role": i.role, "by": i.by, "until": i.until.isoformat()} for i in waiting]
        say.as_json({"people": listed, "invitations": kept})
        return
    for person in persons:
        say.line(f"{person.name}  {person.role}")
    for one in waiting:
        say.line(f"(an invitation to {one.role} by {one.by}, until {one.until:%Y-%m-%d %H:%M} UTC)")
    if not persons:
        say.remark("Nobody may label yet: start `cutplane label`, or add somebody.")


@app.command(epilog=ROLE_EXAMPLE)
def role(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="ROLE", help="label, review or admin.")],
    journal: JournalOption,
    as_json: options.AsJson = False,
) -> None:
    """Give a person another role."""
    with _people(journal) as people:
        people.set_role(name, new)
    if as_json:
        say.as_json({"name": name, "role": new})
    else:
        say.line(f"{name} may {new} from now on.")


@app.command(epilog=REVOKE_EXAMPLE)
def revoke(name: Name, journal: JournalOption, as_json: options.AsJson = False) -> None:
    """Let a person in no more; the answers stay."""
    with _people(journal) as people:
        people.revoke(name)
    if as_json:
        say.as_json({"name": name, "role": None})
    else:
        say.line(f"{name} is out; the answers stay.")


def _say_entrance(who: Metadata, token: str, url: str, as_json: bool) -> None:
    """The address that lets somebody in."""
    address = f"{url.rstrip('/')}/enter?token={token}"
    if as_json:
        say.as_json({**who, "address": address, "token": token})
    else:
        say.line(address)


@contextmanager
def _people(journal: str) -> Iterator[People]:
    """The people beside a journal that is there."""
    from cutplane.active.address import address_in, name_of

    require("sqlalchemy", "app" if address_in(journal) is None else "team", "a team")
    from cutplane.active.journal_file import recorded
    from cutplane.app.team.database import Database
    from cutplane.app.team.people import People

    if recorded(journal) is None:
        raise InvalidInputError(
            f"there is no journal {name_of(journal)!r}; begin it with `cutplane label`, or check "
            "its name"
        )
    with Database.beside(journal) as database:
        yield People(database)
