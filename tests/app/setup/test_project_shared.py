"""Two machines of a team: two projects of one table, with one journal in PostgreSQL."""

import pytest
from labelling_projects import opened, table_of, truth
from typer.testing import CliRunner

from cutplane.cli.main import app
from cutplane.errors import InvalidInputError


def test_two_machines_share_questions_answers_and_people(tmp_path, team):
    path, said = table_of(tmp_path), []
    options = {"journal": team, "classes": ("good", "bad")}
    with (
        opened(path, **options) as one,
        opened(path, said.append, annotator="Bea", **options) as two,
    ):
        asked = []
        for _ in range(6):
            for project in (one, two):
                question = project.assignments.next(project.owner)
                asked.append(question.row)
            for project, row in zip((one, two), asked[-2:], strict=True):
                project.desk.answer(row, truth(project, row), project.owner)
        assert len(set(asked)) == 12
        two.desk.follow()
        assert dict(two.desk.standing) == {row: truth(one, row) for row in asked}
        assert [person.name for person in one.people.all()] == ["ada", "Bea"]
        assert {one.where, two.where} == {team}
    with opened(path, **options) as again:
        assert again.desk.n_labels == 12
    secret = team.partition("@")[0]
    assert not any(secret in sentence for sentence in said)


def test_a_database_of_another_table_is_refused(tmp_path, team):
    with opened(table_of(tmp_path), journal=team) as project:
        project.desk.answer(0, "good", "ada")
    other = table_of(tmp_path, "others.csv", extra=[i % 7 for i in range(40)])
    with (
        pytest.raises(InvalidInputError, match="the journal 'postgres"),
        opened(other, journal=team),
    ):
        pass


def test_commands_take_the_address_of_a_team(tmp_path, team):
    path = str(table_of(tmp_path))
    given = ["label", path, "--target", "grade", "--hidden", "10", "--terminal", "--journal", team]
    result = CliRunner().invoke(app, [*given, "--annotator", "ada"], input="good\nbad\n")
    assert result.exit_code == 0, result.output
    assert "Labels: 2, answers: 2; kept in postgresql://" in result.stderr
    listed = CliRunner().invoke(app, ["team", "list", "--journal", team])
    assert listed.stdout == "ada  admin\n"
    out = str(tmp_path / "fitted")
    fit = ["fit", path, "--target", "grade", "--journal", team, "--hidden", "10", "--out", out]
    assert CliRunner().invoke(app, fit).exit_code == 0
