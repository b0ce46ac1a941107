"""A PostgreSQL server for tests: on loopback, in a temporary folder, stopped at the end."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import closing, contextmanager, suppress
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


#: Waits until nobody holds the other end of its input, whatever became of them, and cleans up.
WATCH = 'read -r end; "$1" -D "$2/data" -m immediate stop; rm -rf "$2"'


@contextmanager
def watched(folder):
    """Stop the server of a folder and remove it at the end, also where the process is killed."""
    command = ["sh", "-c", WATCH, "sh", BINARIES[-1] / "pg_ctl", folder]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, cwd="/", start_new_session=True, **quiet, **USER
    ):
        yield


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
    with watched(folder):
        server.control("-o", subprocess.list2cmdline([*options, secret]), "init")
        server.start()
        yield server


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


class Proxy:
    """A way to the server that ends when COMMIT passes: before it, or before its answer."""

    def __init__(self, port):
        self.ends, self.port, self.n_cut = "", port, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            own = threading.Thread(target=self.carry, args=(client,), daemon=True)
            self.threads.append(own)
            own.start()

    def carry(self, client):
        with client, socket.create_connection(("127.0.0.1", self.port)) as server:
            back = threading.Thread(target=self.answer, args=(client, server), daemon=True)
            back.start()
            while data := self.received(client):
                is_cut = bool(self.ends) and b"COMMIT\0" in data
                if is_cut and self.ends == "before":
                    break
                if is_cut:
                    self.n_cut += 1
                server.sendall(data)
            for end in (client, server):
                with closing(end):
                    self.shut(end)
            back.join()

    def answer(self, client, server):
        while data := self.received(server):
            if self.n_cut:
                self.n_cut = 0
                self.shut(client)
                return
            client.sendall(data)

    @staticmethod
    def received(end):
        try:
            return end.recv(65536)
        except OSError:
            return b""

    @staticmethod
    def shut(end):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

    def through(self, address):
        """The address of the server, by this way."""
        return address.replace(f":{self.port}", f":{self.server.getsockname()[1]}")

    def refuse(self):
        """Let nobody in any more."""
        self.shut(self.server)
        self.server.close()

    def close(self):
        self.refuse()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def proxy(postgres):
    with closing(Proxy(postgres.port)) as own:
        yield own


@pytest.fixture(params=["file", "postgres"])
def where(request, tmp_path):
    """The path of a journal that is not there yet, or the address of an empty schema."""
    if request.param == "file":
        return tmp_path / "labels.journal"
    return request.getfixturevalue("team")
