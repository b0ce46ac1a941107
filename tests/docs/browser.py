"""Look at pages in a real browser: headless Chromium, at a given width, without a network."""

import contextlib
import json
import queue
import subprocess
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from chromium import CHROMIUM
from chromium import OPTIONS as ALWAYS

OPTIONS = (
    "--headless",
    *ALWAYS,
    "--window-size=1400,1000",
    "--remote-debugging-port=0",  # keeps a headless browser open
)

#: Written into every page, before its own scripts.
HOOK = b"""<script>
window.problems = [];
console.error = (...words) => problems.push('console: ' + words.join(' '));
addEventListener('error', event => problems.push(
  event.message || 'not loaded: ' + (event.target.src || event.target.href)), true);
addEventListener('unhandledrejection', event => problems.push('rejected: ' + event.reason));
</script>"""

#: Opens every page in a frame, and reports what is wrong with it at every width.
LOOKER = """<!doctype html><body><script>
async function look(page) {
  const frame = document.createElement('iframe');
  frame.style.cssText = `width: ${WIDTHS[0]}px; height: 900px; border: 0`;
  document.body.append(frame);
  await new Promise(loaded => { frame.onload = loaded; frame.src = page; });
  const inside = frame.contentWindow, pictures = [...frame.contentDocument.images];
  pictures.forEach(picture => picture.loading = 'eager');
  await Promise.all(pictures.map(picture => picture.decode().catch(() => null)));
  if (inside.MathJax?.startup?.promise) await inside.MathJax.startup.promise;
  const found = [];
  for (const width of WIDTHS) {
    frame.style.width = `${width}px`;
    await new Promise(later => setTimeout(later, 20));
    const until = Date.now() + 3000;  // another width may have another source
    while (Date.now() < until && pictures.some(own => !own.complete || !own.naturalWidth))
      await new Promise(later => setTimeout(later, 20));
    const problems = [...inside.problems];
    for (const picture of pictures)
      if (!picture.naturalWidth) problems.push('broken picture: ' + picture.getAttribute('src'));
    for (const link of frame.contentDocument.querySelectorAll('a.picture'))
      if (link.scrollWidth > link.clientWidth + 1)
        problems.push('picture scrolls: ' + link.getAttribute('href').split('/').pop());
    const heading = frame.contentDocument.querySelector('h1') || frame.contentDocument.body;
    let around = heading;
    while (around && around.scrollWidth <= around.clientWidth + 1) around = around.parentElement;
    if (around) problems.push(`${around.scrollWidth} pixels of content in ${around.tagName}`);
    found.push(...problems.map(problem => [page, width, problem]));
  }
  frame.remove();
  return found;
}
(async () => {
  const found = [];
  for (const page of PAGES) found.push(...await look(page));
  await fetch('/found', { method: 'POST', body: JSON.stringify(found) });
})();
</script></body>"""


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder of pages, each with the hook, and the looker; takes its report."""

    def __init__(self, *args, looker, found, **options):
        self.looker, self.found = looker, found
        super().__init__(*args, **options)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/look":
            self._answer(self.looker.encode())
        elif path.endswith(".html"):
            page = Path(self.translate_path(path)).read_bytes()
            self._answer(page.replace(b"<head>", b"<head>" + HOOK, 1))
        else:
            super().do_GET()

    def do_POST(self):
        self.found.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(b"")

    def log_message(self, *args):
        pass

    def _answer(self, content):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def _browser(address):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def problems(folder, pages, widths, timeout=500):
    """What a browser finds wrong with pages of a folder: [page, width in pixels, problem].

    A problem is content wider than the page, or than anything that holds its heading, a
    picture that cannot be shown or is wider than its place, a file that cannot be loaded (other
    hosts cannot be reached), or an error of a script.
    """
    looker = LOOKER.replace("PAGES", json.dumps(pages)).replace("WIDTHS", json.dumps(widths))
    found = queue.Queue()
    handler = partial(_Handler, directory=str(folder), looker=looker, found=found)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with _browser(f"http://127.0.0.1:{server.server_port}/look"):
                return found.get(timeout=timeout)
        finally:
            server.shutdown()
