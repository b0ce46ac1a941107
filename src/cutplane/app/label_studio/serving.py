"""The backend as a process: what it is started with, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from starlette.applications import Starlette

from cutplane.app.label_studio.application import application
from cutplane.app.label_studio.backend import Backend
from cutplane.app.label_studio.guard import LOOPBACK, Access
from cutplane.app.label_studio.host import Host
from cutplane.app.label_studio.images import Images, model_encoder
from cutplane.app.label_studio.project import StudioProject
from cutplane.app.label_studio.queue import follow
from cutplane.app.label_studio.reading import Reader
from cutplane.app.label_studio.texts import Texts, cached_encoder
from cutplane.app.web.listening import listening, server_of
from cutplane.atomic import explained
from cutplane.errors import InvalidInputError
from cutplane.locks import Taken, holding


@dataclass(frozen=True)
class StudioOptions:
    """How a backend is started.

    Attributes
    ----------
    folder : Path
        Where projects are kept; created when it does not exist.
    host : str
        Address to listen on.
    port : int
    label_studio : str
        Address of Label Studio, the only one that files are fetched from.
    token : str
        That its files are read with; by default what it hands out itself.
    user, password : str
        Of basic authentication; no password lets in whoever reaches the address.
    allowed : tuple of str
        More names under which the backend is asked.
    images : Path or None
        Document root of Label Studio's local files.
    text_model, image_model : str or None
        Encoders; by default all-MiniLM-L6-v2, and 16 x 16 pixels.
    follows : bool
        Whether Label Studio's queue is brought to every new model.
    seed : int
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 9090
    label_studio: str = "http://localhost:8080"
    token: str = ""
    user: str = "cutplane"
    password: str = ""
    allowed: tuple[str, ...] = ()
    images: Path | None = None
    text_model: str | None = None
    image_model: str | None = None
    follows: bool = False
    seed: int = 0

    @property
    def access(self) -> Access:
        """Who may speak to the backend.

        Raises
        ------
        InvalidInputError
            It listens to other machines and asks for no password.
        """
        if not self.password and not _is_loopback(self.host):
            raise InvalidInputError(
                f"--host {self.host} lets other machines in; set a password in the environment "
                "variable CUTPLANE_PASSWORD"
            )
        names = (*LOOPBACK, self.host, *self.allowed)
        return Access(tuple(dict.fromkeys(map(str.lower, names))), self.user, self.password)


def serve(
    options: StudioOptions, say: Callable[[str], None], listens: Callable[[str], None]
) -> None:
    """Serve until Ctrl-C, or until the process is asked to end.

    Parameters
    ----------
    options : StudioOptions
    say : callable
        Is told what was learnt.
    listens : callable
        Is told the address that Label Studio connects, once it is listened to.

    Raises
    ------
    InvalidInputError
        An option cannot be used, or nothing can listen there.
    JournalError
        A file of the folder is damaged, or another process has the folder.
    """
    access = options.access
    with (
        listening(options.host, options.port) as listener,
        opened(options, access, say) as app,
    ):
        port, name = listener.getsockname()[1], options.host
        shown = f"[{name}]" if ":" in name else name
        who = f"{options.user}:PASSWORD@" if options.password else ""
        listens(f"http://{who}{shown}:{port}")
        server_of(app).run(sockets=[listener])


@contextmanager
def opened(
    options: StudioOptions, access: Access, say: Callable[[str], None] = lambda _: None
) -> Iterator[Starlette]:
    """The application, over the projects of the folder, which one process has at a time."""
    host = Host(options.label_studio, options.token)
    encode = None if options.image_model is None else model_encoder(options.image_model)
    vectors = options.folder / "texts.vectors"
    reader = Reader(
        Texts(lambda: cached_encoder(vectors, options.text_model)),
        Images(host, options.images, encode),
    )

    def learnt(project: StudioProject) -> None:
        said = list(project.said)
        try:
            if options.follows:
                follow(host, project.name, project.version)
        except InvalidInputError as error:
            said.append(f"The queue stays as it was: {error}.")
        say(f"Project {project.name}: {project.version}. {' '.join(said)}".rstrip())

    with (
        _alone(options.folder),
        Backend(options.folder, reader, host, options.seed, learnt) as backend,
    ):
        yield application(backend, access)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with ExitStack() as held:
        try:
            with explained(folder):
                folder.mkdir(parents=True, exist_ok=True)
                held.enter_context(holding(folder / "backend.lock"))
        except Taken as taken:
            raise InvalidInputError(
                f"{str(folder)!r} is served by another process (number {taken.pid}); end that "
                "one, or give another folder"
            ) from taken
        yield


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
