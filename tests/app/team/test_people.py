"""People of a team: tokens that only their owners have, invitations that one person uses."""

import os
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import sqlalchemy as sa

from children import in_child
from cutplane.app.team.database import Database
from cutplane.app.team.people import People, Person
from cutplane.app.team.team_tables import INVITATIONS, PEOPLE
from cutplane.errors import InvalidInputError


@pytest.fixture
def people(database):
    return People(database)


@pytest.fixture
def admin(people):
    return people.add("Ada", "admin")


def test_a_token_says_who_it_is(people, admin):
    token = people.add("Bo", "label")
    assert people.of_token(token) == Person("Bo", "label")
    assert people.of_token(admin) == Person("Ada", "admin")
    assert people.all() == (Person("Ada", "admin"), Person("Bo", "label"))


def test_roles_nest():
    may = [
        [Person("x", own).may(role) for role in ("label", "review", "admin")]
        for own in ("label", "review", "admin")
    ]
    assert may == [[True, False, False], [True, True, False], [True, True, True]]


def test_other_texts_are_nobodys_token(people, admin):
    for guess in (" ", "x" * 43, "x" * 100_000, "%", "' OR 1=1 --", "\0", "\ud800", "é"):
        assert people.of_token(guess) is None
        assert people.of_token(admin + guess) is None
    for guess in ("", admin[:-1], admin.swapcase()):
        assert people.of_token(guess) is None


def test_tokens_are_not_kept(people, admin, database):
    invitation = people.invite("label", by="Ada")
    with database.reading() as connection:
        rows = [*connection.execute(PEOPLE.select()), *connection.execute(INVITATIONS.select())]
    kept = repr(rows)
    assert admin not in kept
    assert invitation not in kept
    assert people.of_token(next(row.token for row in rows)) is None, "a digest is no token"


def test_tokens_are_long_and_differ(people):
    tokens = {people.add(f"p{number}", "label") for number in range(5)}
    assert len(tokens) == 5
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in tokens)


def test_names_are_taken_whatever_their_case_and_form(people, admin):
    people.add(unicodedata.normalize("NFD", "Zoë  Müller"), "label")
    kept = people.all()
    assert kept[1] == Person(unicodedata.normalize("NFC", "Zoë Müller"), "label")
    for same in ("ZOË MÜLLER", unicodedata.normalize("NFD", "zoë müller"), " ada "):
        with pytest.raises(InvalidInputError, match="taken"):
            people.add(same, "label")
    for bad in ("A\u200bda", "", "\ud800"):
        with pytest.raises(InvalidInputError, match="characters"):
            people.add(bad, "label")
    assert people.all() == kept


def test_names_are_values_and_no_sql(people, admin):
    for name in ("'; DROP TABLE cutplane_people; --", '"', "%", "李", "a:b%s"):
        token = people.add(name, "review")
        assert people.of_token(token) == Person(name, "review")
        people.revoke(name)
        assert people.all() == (Person("Ada", "admin"),)


def test_who_was_revoked_has_no_token_and_no_name_to_give_away(people, admin):
    token = people.add("Bo", "label")
    invitation = people.invite("label", by="ada")
    people.revoke("BO")
    assert people.of_token(token) is None
    assert [person.name for person in people.all()] == ["Ada"]
    for act in (people.revoke, people.renew, lambda name: people.set_role(name, "label")):
        with pytest.raises(InvalidInputError, match="nobody here is called 'Bo'"):
            act("Bo")
    with pytest.raises(InvalidInputError, match="taken"):
        people.accept(invitation, "bo")
    back = people.add("bo", "review")
    assert people.of_token(back) == Person("Bo", "review")
    assert people.of_token(token) is None


def test_a_renewed_token_ends_the_old_one(people, admin):
    token = people.renew("ada")
    assert people.of_token(admin) is None
    assert people.of_token(token) == Person("Ada", "admin")


def test_names_that_nobody_can_have_are_sentences_everywhere(people, admin):
    for name in ("\0", "\ud800", "", "x" * 1000):
        for act in (people.revoke, people.renew, lambda n: people.set_role(n, "label")):
            with pytest.raises(InvalidInputError, match="characters"):
                act(name)
        with pytest.raises(InvalidInputError, match="characters"):
            people.invite("label", by=name)
    assert people.invitations() == ()


def test_the_last_admin_stays(people, admin):
    for act in (people.revoke, lambda name: people.set_role(name, "review")):
        with pytest.raises(InvalidInputError, match="last admin"):
            act("Ada")
    people.add("Bo", "admin")
    people.set_role("Ada", "label")
    with pytest.raises(InvalidInputError, match="last admin"):
        people.revoke("Bo")


def test_an_invitation_is_accepted_once(people, admin):
    invitation = people.invite("review", by="Ada")
    with pytest.raises(InvalidInputError, match="taken"):
        people.accept(invitation, "ada")
    token = people.accept(invitation, "Bo")
    assert people.of_token(token) == Person("Bo", "review")
    with pytest.raises(InvalidInputError, match="was used"):
        people.accept(invitation, "Cy")
    assert [(own.role, own.by, own.used_by) for own in people.invitations()] == [
        ("review", "Ada", "Bo")
    ]


def test_tokens_and_invitations_are_two_things(people, admin):
    invitation = people.invite("admin", by="Ada")
    assert people.of_token(invitation) is None
    with pytest.raises(InvalidInputError, match="is unknown"):
        people.accept(admin, "Bo")


def test_an_invitation_ends(people, admin, database):
    invitation = people.invite("label", by="Ada", days=1)
    with database.changing() as connection:
        connection.execute(INVITATIONS.update().values(until=INVITATIONS.c.until - 86_401))
    with pytest.raises(InvalidInputError, match="ended"):
        people.accept(invitation, "Bo")
    assert people.invitations()[0].until.tzinfo is not None


def test_days_that_are_none_are_refused(people, admin):
    for days in (0, -1, float("nan"), float("inf"), 1e9):
        with pytest.raises(InvalidInputError, match="days arrived"):
            people.invite("label", by="Ada", days=days)


def test_only_admins_invite_and_what_they_gave_out_ends_with_them(people, admin):
    people.add("Bo", "admin")
    people.add("Cy", "review")
    for by in ("Cy", "nobody"):
        with pytest.raises(InvalidInputError):
            people.invite("label", by=by)
    first, second = people.invite("admin", by="Bo"), people.invite("admin", by="Ada")
    people.revoke("Bo")
    with pytest.raises(InvalidInputError, match="is unknown"):
        people.accept(first, "Dee")
    people.accept(second, "Dee")


def test_roles_that_are_none_are_refused(people, admin):
    for act in (people.add, people.set_role):
        with pytest.raises(InvalidInputError, match="give one of label, review, admin"):
            act("Ada", "root")
    with pytest.raises(InvalidInputError, match="give one of"):
        people.invite("", by="Ada")


def test_threads_share_a_database(people, admin):
    with ThreadPoolExecutor(4) as threads:
        tokens = list(threads.map(lambda n: people.add(f"p{n}", "label"), range(8)))
    assert {people.of_token(token).name for token in tokens} == {f"p{n}" for n in range(8)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_of_two_processes_that_accept_at_once_one_wins(where):
    with Database.beside(where) as database:
        people = People(database)
        people.add("Ada", "admin")
        invitations = [people.invite("label", by="Ada") for _ in range(10)]

    def accepting(name):
        with Database.beside(where) as own:
            for number, invitation in enumerate(invitations):
                with suppress(InvalidInputError):
                    People(own).accept(invitation, f"{name}{number}")

    for child in [in_child(lambda name=name: accepting(name)) for name in "abcd"]:
        os.waitpid(child, 0)
    with Database.beside(where) as database:
        people = People(database)
        names = [person.name for person in people.all() if person.name != "Ada"]
        assert sorted(name[1:] for name in names) == [str(number) for number in range(10)]
        assert sorted(own.used_by for own in people.invitations()) == sorted(names)


@contextmanager
def seeing(database, statements):
    """Collect what the database is asked."""
    listening = (database._engine, "before_cursor_execute", lambda *own: statements.append(own[2]))
    sa.event.listen(*listening)
    yield
    sa.event.remove(*listening)


def test_what_is_asked_of_a_token_does_not_depend_on_it(people, admin, database):
    """One look-up by digest, whether the text is a token, nearly one, or anything else."""
    statements = []
    with seeing(database, statements):
        for text in (admin, admin[:-1], "", "x" * 1000):
            people.of_token(text)
    asked = [statement for statement in statements if "people" in statement]
    assert len(asked) == 4
    assert len(set(asked)) == 1
