"""The two places of a team: a file for one machine, and a PostgreSQL database."""

import pytest

pytest.importorskip("sqlalchemy", reason="needs the extra team")


@pytest.fixture(params=["file", "postgres"])
def where(request, tmp_path):
    """The path of a journal that is not there yet, or the address of an empty schema."""
    if request.param == "file":
        return tmp_path / "labels.journal"
    return request.getfixturevalue("team")


@pytest.fixture
def database(where):
    """A new team's database beside that journal."""
    from cutplane.app.database import Database

    with Database.beside(where) as made:
        yield made
