"""Sites that are open in the same browser reach nothing, although it has the cookie."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from label_server import site_of

pytestmark = pytest.mark.slow
#: The name of another site, and of this one at another port.
ELSEWHERE = ("localhost", "127.0.0.1")


@contextmanager
def hosting(pages):
    """A site of somebody else: its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(tmp_path_factory.mktemp("attacked")) as site:
        yield site


@pytest.fixture
def ada(browser, site):
    """A page of somebody who is in, and the address of the site."""
    context = browser.new_context()
    page = context.new_page()
    address = site.security.address
    page.goto(f"{address}/enter?token={site.project.token}")
    assert page.url == f"{address}/"
    yield page
    context.close()


def test_no_script_reads_the_cookie_and_none_is_run_from_text(ada):
    assert ada.context.cookies()[0]["httpOnly"]
    assert ada.evaluate("document.cookie") == ""
    ada.evaluate(
        """() => {
            const script = document.createElement("script");
            script.text = "window.ran = true";
            document.body.append(script);
            const image = "<img src=x onerror='window.ran = true'>";
            document.body.insertAdjacentHTML("beforeend", image);
            const far = document.createElement("img");
            far.src = "http://localhost:1/x.png";
            document.body.append(far);
        }"""
    )
    ada.wait_for_timeout(200)
    assert ada.evaluate("window.ran") is None


@pytest.mark.parametrize("host", ELSEWHERE)
def test_other_sites_send_no_form_frame_no_page_and_see_no_picture(ada, site, host):
    address = site.security.address
    fields = "".join(
        f'<input name="{name}" value="{value}">'
        for name, value in {"row": 0, "label": "ant", "csrf": site.visitor().csrf}.items()
    )
    pages = {
        "/form": f'<form id="f" method="post" action="{address}/answer">{fields}</form>',
        "/frame": f'<iframe src="{address}/"></iframe><img id="i" src="{address}/image/0">',
    }
    with hosting(pages) as port:
        evil = f"http://{host}:{port}"
        ada.goto(f"{evil}/form")
        with ada.expect_navigation():
            ada.evaluate("document.getElementById('f').submit()")
        assert site.project.desk.n_given == 0
        ada.goto(f"{evil}/frame")
        ada.wait_for_timeout(200)
        assert ada.evaluate("document.getElementById('i').naturalWidth") == 0
        assert 'name="row"' not in ada.frames[1].content()
        read = f"""async () => {{
            const options = {{ credentials: "include" }};
            try {{ return (await fetch("{address}/question", options)).text(); }}
            catch {{ return "refused"; }}
        }}"""
        assert ada.evaluate(read) == "refused"
        send = f"""() => fetch("{address}/answer", {{
            method: "POST", mode: "no-cors", credentials: "include",
            body: new URLSearchParams("row=0&label=ant&csrf={site.visitor().csrf}"),
        }}).catch(() => "refused")"""
        ada.evaluate(send)
    assert site.project.desk.n_given == 0


def test_who_follows_a_link_in_a_mail_on_the_web_gets_in(browser, site):
    """A strict cookie is not sent on the way from another site; the page in between helps."""
    address = site.security.address
    mail = f'<a id="in" href="{address}/enter?token={site.project.token}">come in</a>'
    mail += f'<a id="list" href="{address}/answers?text=note">look</a>'
    with hosting({"/mail": mail}) as port:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://localhost:{port}/mail")
        page.click("#in")
        page.wait_for_url(f"{address}/")
        assert page.locator("[name=row]").count() > 0
        assert site.project.token not in page.evaluate("document.referrer")
        page.goto(f"http://localhost:{port}/mail")
        page.click("#list")
        page.locator("form[action='/answers']").wait_for()
        assert page.url == f"{address}/answers?text=note"
        context.close()
