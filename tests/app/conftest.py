"""What tests of a team build."""

import pytest


@pytest.fixture
def database(where):
    """A new team's database beside that journal."""
    from cutplane.app.database import Database

    with Database.beside(where) as made:
        yield made
