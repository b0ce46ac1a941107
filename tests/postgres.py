"""A PostgreSQL server for tests: on loopback, in a temporary folder, stopped at the end."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PASSWORD = "p/a:s@s %"  # every character that an address has a meaning for
#: The server refuses to run as root.
USER = {"user": "postgres", "group": "postgres", "extra_groups": []} if not os.geteuid() else {}


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes
    ----------
    folder : Path
    port : int
    """

    folder: Path
    port: int

    def address(self, database="postgres", *, schema="", user="postgres", password=PASSWORD):
        """An address of the server, for libpq."""
        options = f"?options=-csearch_path%3D{quote(schema)}" if schema else ""
        secret = quote(password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}{options}"

    def execute(self, *statements, database="postgres"):
        """Run statements, each for itself; the rows of the last one."""
        import psycopg

        with psycopg.connect(self.address(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def control(self, *arguments):
        """Call pg_ctl and wait until it has done what it should."""
        command = [BINARIES[-1] / "pg_ctl", "-D", self.folder / "data", "-w", *arguments]
        subprocess.run(
            command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **USER
        )

    def start(self):
        """Start it, on loopback only."""
        places = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self.control("-l", self.folder / "log", "-o", f"-p {self.port} {places}", "start")

    def stop(self, how="fast"):
        """Stop it; "immediate" is as a crash."""
        self.control("-m", how, "stop")


@contextmanager
def running():
    """A new server with user postgres and PASSWORD; the folder is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cutplane-pg-"))
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    if USER:
        for path in (folder, secret):
            shutil.chown(path, USER["user"], USER["group"])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(folder, port)
    options = ["-A", "scram-sha-256", "-U", "postgres", "-E", "UTF8", "--locale=C", "--pwfile"]
    try:
        server.control("-o", subprocess.list2cmdline([*options, secret]), "init")
        server.start()
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres():
    """A running server, the same for all tests of this process."""
    pytest.importorskip("psycopg", reason="needs the extra team")
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed in /usr/lib/postgresql")
    with running() as server:
        yield server


@pytest.fixture
def team(postgres, request):
    """The address of an empty schema that only this test uses."""
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    postgres.execute(f"CREATE SCHEMA {name}")
    yield postgres.address(schema=name)
    postgres.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["file", "postgres"])
def where(request, tmp_path):
    """The path of a journal that is not there yet, or the address of an empty schema."""
    if request.param == "file":
        return tmp_path / "labels.journal"
    return request.getfixturevalue("team")
