"""A JupyterLab of its own on loopback, all its files in one folder, and a notebook open in it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat

import cutplane

TOKEN = "a-token-of-the-tests"


def write_notebook(path, *cells):
    """A notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


@contextlib.contextmanager
def jupyterlab(folder):
    """Its address; the server and its kernels are ended afterwards.

    It asks for no news, and ``jupyterapp`` in the page runs commands.
    """
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "RUNTIME")}
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": 0,
        "ServerApp.root_dir": str(folder),
        "ServerApp.terminals_enabled": False,
        "IdentityProvider.token": TOKEN,
        "LabApp.user_settings_dir": str(folder / "settings"),
        "LabApp.workspaces_dir": str(folder / "workspaces"),
        "LabApp.expose_app_in_browser": True,
        "LabApp.extension_manager": "readonly",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    here = str(Path(cutplane.__file__).parents[1])  # kernels import what is tested
    environment = {**os.environ, **own, "PYTHONPATH": here, "OMP_NUM_THREADS": "1"}
    with open(folder / "lab.log", "wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield _address(server, folder)
    finally:
        server.send_signal(signal.SIGTERM)  # ends its kernels
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _address(server, folder):
    """Where it listens, once it answers."""
    until = time.monotonic() + 40
    while time.monotonic() < until and server.poll() is None:
        for file in (folder / "runtime").glob("jpserver-*.json"):
            with contextlib.suppress(OSError, ValueError):
                url = json.loads(file.read_text())["url"]
                urllib.request.urlopen(f"{url}api?token={TOKEN}", timeout=5).close()
                return url
        time.sleep(0.2)
    raise RuntimeError((folder / "lab.log").read_text())


class Lab:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page):
        self.page, self.problems = page, []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._said)

    def _said(self, message):
        if message.type == "error":
            self.problems.append(message.text)

    def open(self, url, name):
        self.page.goto(f"{url}lab/tree/{name}?token={TOKEN}")
        self.page.get_by_text("| Idle").wait_for(timeout=60_000)
        return self

    def run(self, cell):
        """Run a cell; its output."""
        self.page.locator(".jp-Notebook .cm-content").nth(cell).click()
        self.page.keyboard.press("Control+Enter")
        output = self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output")
        output.first.wait_for(timeout=60_000)
        return output.first

    def question(self, row=None, at=0):
        """The question of a labeler, once it is another one than that about a row."""
        other = f':not(:has(input[name=row][value="{row}"]))' if row is not None else ""
        question = self.page.locator(".cutplane").nth(at).locator(f"[data-question]{other}")
        question.wait_for(timeout=30_000)
        return question

    def row(self, question):
        return int(question.locator("input[name=row]").input_value())

    def press(self, key, row):
        """A key that leads to another question; its row."""
        self.page.wait_for_timeout(200)  # answers within 150 ms are meant for the row before
        self.page.keyboard.press(key)
        return self.row(self.question(row))

    def color(self, selector, name):
        return self.page.locator(selector).first.evaluate(f"one => getComputedStyle(one)['{name}']")

    def command(self, name, **arguments):
        """A command of JupyterLab, begun."""
        run = "([name, given]) => void jupyterapp.commands.execute(name, given)"
        self.page.evaluate(run, [name, arguments])

    def restart_kernel(self):
        """A new kernel, and no output of the last one."""
        self.command("notebook:restart-kernel")
        self.page.locator("dialog button, .jp-Dialog button").filter(has_text="Restart").click()
        self.command("notebook:clear-all-cell-outputs")
        self.page.locator(".cutplane").first.wait_for(state="detached")
        self.page.get_by_text("| Idle").wait_for(timeout=60_000)

    def choose_theme(self, name):
        """A theme of JupyterLab, once it is loaded."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name}")
        is_light = "true" if name == "Light" else "false"
        body = self.page.locator(f"body[data-jp-theme-light={is_light}]")
        body.wait_for(state="attached", timeout=20_000)
