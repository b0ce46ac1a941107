"""The application of a project on a thread, on loopback, as a browser finds it."""

import contextlib
import threading

from cutplane.app.web.listening import listening, server_of
from cutplane.app.web.security import Security
from cutplane.app.web.server import application


@contextlib.contextmanager
def served(project):
    """Address of the site."""
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server = server_of(application(project, Security.serving("127.0.0.1", port)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
