"""The server as a process: its address, and the browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable
from threading import Thread

from cutplane.app.setup.project import Project
from cutplane.app.web.listening import listening, server_of
from cutplane.app.web.security import Security
from cutplane.app.web.server import application


def serve(
    project: Project,
    host: str = "127.0.0.1",
    port: int | None = None,
    open_browser: bool = True,
    *,
    say: Callable[[str], None],
    public: str | None = None,
) -> None:
    """Serve a project until Ctrl-C, or until the process is asked to end.

    Parameters
    ----------
    project : Project
    host : str, default="127.0.0.1"
        Name or address to listen on; others than this machine reach the default one never.
    port : int, optional
        8765 by default, or where that is taken any that is free.
    open_browser : bool, default=True
        Whether to open the page where there is a screen.
    say : callable
        Is told the address, with the token that lets the owner in, once it is listened to.
    public : str, optional
        Address that browsers use, where a proxy before this server has another one.

    Raises
    ------
    InvalidInputError
        Nothing can listen there.
    """
    with listening(host, port) as listener:
        security = Security.serving(host, listener.getsockname()[1], public=public)
        address = f"{security.address}/enter?token={project.token}"
        say(address)
        if open_browser and _has_screen():
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        app = application(project, security)
        server_of(app, behind_proxy=public is not None).run(sockets=[listener])


def _has_screen() -> bool:
    """Whether a browser would open a window, and not take over the terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
