"""`cutplane label` and `cutplane team` as commands: what they refuse, print, and how they end."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time

import pytest
from labelling_projects import table_of
from typer.testing import CliRunner

from cutplane.active.journal_file import read_journal
from cutplane.cli.asking import parse_names
from cutplane.cli.label import PageOptions
from cutplane.cli.main import app
from cutplane.errors import InvalidInputError

FAST = ("--hidden", "10")
COMMAND = (sys.executable, "-m", "cutplane", "label", "parts.csv", "--target", "grade", *FAST)


@pytest.fixture(autouse=True)
def _beside_a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    table_of(tmp_path)


def invoke(*arguments, typed=""):
    return CliRunner().invoke(app, [str(one) for one in arguments], input=typed)


def label(*arguments, typed=""):
    return invoke("label", "parts.csv", "--target", "grade", *FAST, *arguments, typed=typed)


def test_answers_come_through_a_pipe():
    result = label("--terminal", "--annotator", "ada", typed="good\nbad\nc odd\ngood\n")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("ada labels parts: grade.")
    *_, last = result.stderr.splitlines()
    assert last.startswith("Labels: 3, answers: 3; kept in ")
    assert "There is no column 'grade'" in result.stderr
    again = label("--terminal", "--annotator", "ada", typed="u\nq\n")
    assert "answers: 3, labels: 3" in again.stdout
    assert "Labels: 2, answers: 3; kept in " in again.stderr
    asked = invoke("query", "parts.csv", "--target", "grade", "--journal", "parts.journal", *FAST)
    assert asked.exit_code == 0, asked.output
    fitted = invoke("fit", "parts.csv", "--target", "grade", "--journal", "parts.journal", *FAST)
    assert fitted.exit_code == 0, fitted.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--budget", "0"], "a budget of 0 answers"),
        (["--classes", "a,a"], "look alike"),
        (["--classes", "a"], "the only class"),
        (["--classes", "a,,b"], "--classes is 'a,,b'"),
        (["--low", "2", "--high", "1", "--task", "regression"], "the limits are 2 and 1"),
        (["--low", "1"], "labels are classes"),
        (["--columns", "wieght"], "it has 'weight'"),
        (["--image", "weight"], "holds no text"),
        (["--suggest", "always"], "choose one of off, after, key"),
        (["--blind", "2"], "blind is 2.0"),
        (["--guide", "none.md"], "the guide 'none.md' cannot be read"),
        (["--query", "tell me"], "tell me"),
        (["--hidden", "x"], "--hidden"),
        (["--annotator", "\x1b[1m"], "characters"),
        (["--keep", "nope"], "nope"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
@pytest.mark.parametrize("where", [["--terminal"], ["--no-browser"]], ids=["terminal", "page"])
def test_wrong_input_ends_in_a_sentence(arguments, message, where, tmp_path):
    result = label(*arguments, *where)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    *_, last = result.stderr.splitlines()
    assert last.startswith("Error: ")
    assert message in last
    assert [one.name for one in tmp_path.iterdir()] == ["parts.csv"]


@pytest.mark.parametrize("target", ["color", "colour"])
def test_a_target_that_cannot_be_asked_about_is_refused(target):
    result = invoke("label", "parts.csv", "--target", target, "--terminal")
    assert result.exit_code == 2
    assert "color" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "address",
    [("--port", "9000"), ("--host", "0.0.0.0"), ("--host", "::"), ("--public", "https://a.org")],
)
def test_a_terminal_has_no_address(address):
    result = label("--terminal", *address)
    assert result.exit_code == 2
    assert "leave out --host, --port and --public, or --terminal" in result.stderr


def test_a_terminal_prints_no_json():
    result = label("--terminal", "--json")
    assert result.exit_code == 2
    assert "--json arrived with --terminal" in result.stderr


@pytest.mark.parametrize("as_json", [True, False])
def test_the_address_is_printed_at_once(as_json):
    command = [*COMMAND, "--no-browser", *(["--json"] if as_json else [])]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == ""
    said = json.loads(line) if as_json else {"url": line.strip()}
    assert said["url"].startswith("http://127.0.0.1:")
    assert "/enter?token=" in said["url"]
    if as_json:
        assert (said["target"], said["task"]) == ("grade", "classification")
        assert said["n_labels"] == 0 < said["n_rows"]
        assert said["journal"].endswith("parts.journal")
        assert said["report"]["remarks"]


def test_a_terminal_has_no_keys_of_the_page():
    result = label("--terminal", "--classes", "a,b", "--keys", "a=x")
    assert result.exit_code == 2
    assert "leave one of them out" in result.stderr


@pytest.mark.parametrize(
    ("host", "is_private"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.0.5", "example.org")),
    ],
)
def test_who_can_reach_an_address(host, is_private):
    assert PageOptions(host=host).is_private == is_private


def test_an_empty_host_is_not_all_of_them():
    result = label("--no-browser", "--host", "")
    assert result.exit_code == 2
    assert "--host is empty" in result.stderr


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = label("--no-browser", "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert (str(taken.getsockname) and "taken" in result.stderr) or "use" in result.stderr


@pytest.mark.parametrize(
    ("package", "where"), [("sqlalchemy", "--terminal"), ("starlette", "--no-browser")]
)
def test_a_missing_extra_is_named(package, where, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    result = label(where)
    assert result.exit_code == 2
    assert "pip install 'cutplane[app]', or answer with `cutplane query --journal`" in result.stderr


def test_names_are_split_at_commas():
    assert parse_names("classes", None) == ()
    assert parse_names("classes", "a, b,c") == ("a", "b", "c")
    assert parse_names("columns", '"a,b",c') == ("a,b", "c")
    for text in ("", "a,", '"a'):
        with pytest.raises(InvalidInputError, match="--classes is"):
            parse_names("classes", text)


def test_a_team_is_made_and_changed():
    assert label("--terminal", "--annotator", "ada").exit_code == 0
    team = ("--journal", "parts.journal")
    added = invoke("team", "add", "Bea", "--role", "review", *team, "--url", "https://x.org/")
    assert added.stdout.startswith("https://x.org/enter?token=")
    renewed = json.loads(invoke("team", "renew", "bea", *team, "--json").stdout)
    assert renewed["address"] == f"/enter?token={renewed['token']}" != added.stdout.strip()
    invited = json.loads(invoke("team", "invite", *team, "--by", "ada", "--json").stdout)
    assert invited["address"] == f"/invitation?token={invited['token']}"
    listed = invoke("team", "list", *team).stdout
    assert "ada  admin\n" in listed
    assert "Bea  review\n" in listed
    assert "(an invitation to label by ada, until " in listed
    assert invoke("team", "role", "bea", "label", *team).exit_code == 0
    people = json.loads(invoke("team", "list", *team, "--json").stdout)["people"]
    assert {one["name"]: one["role"] for one in people} == {"ada": "admin", "Bea": "label"}
    assert invoke("team", "revoke", "Bea", *team, "--json").exit_code == 0
    people = json.loads(invoke("team", "list", *team, "--json").stdout)["people"]
    assert [one["name"] for one in people] == ["ada"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "Bea", "--journal", "none.journal"], "there is no journal 'none.journal'"),
        (["add", "", "--journal", "parts.journal"], "characters"),
        (["add", "Bea", "--role", "boss", "--journal", "parts.journal"], "boss"),
        (["role", "ada", "label", "--journal", "parts.journal"], "admin"),
        (["revoke", "ada", "--journal", "parts.journal"], "admin"),
        (["revoke", "Nemo", "--journal", "parts.journal"], "Nemo"),
        (["list", "--journal", "parts.csv"], "parts.csv"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else None,
)
def test_what_a_team_cannot_do_is_said(arguments, message):
    assert label("--terminal", "--annotator", "ada").exit_code == 0
    result = invoke("team", *arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr.splitlines()[-1]


def in_terminal(work):
    """What a child in a pseudo terminal printed, and its exit code."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(COMMAND[0], [*COMMAND, "--terminal", "--annotator", "ada"])
    try:
        return work(child, terminal), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(terminal)


def read_until(terminal, mark, seconds=60):
    """What a terminal shows up to a mark, or until it ends."""
    text, end = "", time.monotonic() + seconds
    while mark not in text:
        assert time.monotonic() < end, text
        try:
            text += os.read(terminal, 4096).decode()
        except OSError:
            break
    return text


@pytest.mark.slow
@pytest.mark.parametrize("ending", [b"\x04", b"\x03"], ids=["Ctrl-D", "Ctrl-C"])
def test_a_terminal_ends_with_a_summary(ending):
    def work(child, terminal):
        text = read_until(terminal, "> ")
        os.write(terminal, b"good\n")
        text += read_until(terminal, "\n> ")
        os.write(terminal, ending)
        return text + read_until(terminal, "never")

    text, code = in_terminal(work)
    assert code == 0, text
    assert "Labels: 1, answers: 1; kept in " in text
    assert text.count("good") == 3  # typed once, said to be new, and offered
    assert "Traceback" not in text


@pytest.mark.slow
def test_bytes_that_are_no_text_are_no_class():
    command = [*COMMAND, "--terminal", "--annotator", "ada"]
    done = subprocess.run(
        command, input=b"caf\xe9\nc \xff\ngood\n", capture_output=True, check=True
    )
    assert b"cannot be the name of a class" in done.stdout
    assert b"which no file can hold" in done.stdout
    assert done.stderr.splitlines()[-1].startswith(b"Labels: 1, answers: 1; kept in ")


def test_a_closed_input_is_said(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InvalidInputError, match="one of which is closed"):
        PageOptions(terminal=True).check(as_json=False)


@pytest.mark.slow
def test_a_killed_terminal_loses_nothing():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([*COMMAND, "--terminal"], **pipes) as process:
        process.stdin.write("good\nbad\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("answers: 2"):
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdin.close()
    events = read_journal("parts.journal").events
    assert sorted(one.labels[0] for one in events if one.kind == "labelled") == ["bad", "good"]
    result = label("--terminal", "--annotator", "ada", typed="q\n")
    assert "answers: 2, labels: 2" in result.stdout
