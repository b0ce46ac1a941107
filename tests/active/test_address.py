"""Addresses of databases are told apart from paths, and their passwords are never shown."""

import traceback
from pathlib import Path

import pytest

from cutplane.active.address import Address, address_in, name_of
from cutplane.active.event_log import open_log
from cutplane.active.journal_file import read_journal
from cutplane.errors import InvalidInputError

pytest.importorskip("psycopg", reason="needs the extra team")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgresql://ada:secret@host:5433/db", "postgresql://ada@host:5433/db"),
        ("postgres://ada:s%40cret@host/db?sslmode=require", "postgresql://ada@host/db"),
        ("postgresql://host/db?user=ada&password=secret", "postgresql://ada@host/db"),
        ("postgresql://[::1]:1/db?sslpassword=secret", "postgresql://[::1]:1/db"),
        ("postgresql://a,b:2/db?passfile=secret", "postgresql://a,b:2/db"),
        ("postgresql://u%40t:secret@h:1/d%20b", "postgresql://u%40t@h:1/d%20b"),
        (
            "postgresql://u:secret@h/db?options=-csearch_path%3Dname%20-c%20a.b%3Dsecret",
            "postgresql://u@h/db?options=-csearch_path%3Dname",
        ),
        ("postgresql:///db?host=/run/secret", "postgresql://%2Frun%2Fsecret/db"),
        ("postgresql://", "postgresql:///"),
    ],
)
def test_a_name_is_the_address_without_what_is_secret(address, name):
    own = Address.of(address)
    assert own.name == name_of(address) == name
    assert "secret" not in repr(own).replace("%2Frun%2Fsecret", "")
    assert Address.of(name).name == name


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:sec@ret@host/db",
        "postgresql://ada:sec/ret@host/db",
        "postgresql://ada:12/ret@host/db",
        "postgresql://ada:ret/db",
        "postgresql://ada:sec ret@host/db",
        "postgresql://ada:ret%@host/db",
        "postgresql://ada:ret%zz@host/db",
        "postgresql://ada:ret@host/db?nonsense=ret",
        "postgresql://ada:ret@host:port/db",
        "postgresql://ada:ret@host/db@ret",
    ],
)
def test_an_address_that_cannot_be_read_is_not_shown(address):
    for act in (open_log, read_journal, name_of):
        with pytest.raises(InvalidInputError, match=r"in the password\s+write / as %2F") as caught:
            act(address)
        seen = "".join(traceback.format_exception(caught.value, chain=True))
        shown = [line for line in seen.splitlines() if not line.startswith(" ")]
        assert "ret" not in "\n".join(shown)


@pytest.mark.parametrize(
    "address",
    [
        *("mysql://ada:secret@h/db", "postgresql+psycopg://ada:secret@h/db", "https://secret/x"),
        *("POSTGRESQL://ada:secret@h/db", "postgresql:/ada:secret@h/db", "sqlite:///secret"),
    ],
)
def test_other_addresses_are_refused_without_showing_them(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for act in (open_log, read_journal, name_of):
        with pytest.raises(InvalidInputError, match="give the path of a file") as caught:
            act(address)
        assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_address_as_a_path_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match="arrived as a Path") as caught:
        open_log(Path("postgresql://ada:secret@h/db"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["a.journal", "a:b", "C:/x/y", "./postgresql", "x/postgres.db"])
def test_paths_are_paths(path):
    assert address_in(path) is None
    assert address_in(Path(path)) is None
    assert name_of(path) == path


def test_options_of_the_environment_and_of_the_address_stay(monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-csearch_path=mine")
    assert Address.of("postgresql://h/d").parameters["options"].startswith("-csearch_path=mine ")
    own = Address.of("postgresql://h/d?options=-csearch_path%3Dother&connect_timeout=3").parameters
    assert own["options"].startswith("-csearch_path=other -c synchronous_commit=on")
    assert own["connect_timeout"] == "3"
