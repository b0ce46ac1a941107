"""Only requests for this server, and forms from its own pages, get through."""

import pytest

from cutplane.app.web.refusals import Refusal
from cutplane.app.web.security import CONTENT_POLICY, Security
from cutplane.errors import InvalidInputError

HERE = Security.serving("127.0.0.1", 8765)


def passes(status, check, *given):
    """Whether a check lets something pass, which it refuses with one status only."""
    try:
        check(*given)
    except Refusal as refusal:
        if refusal.status != status:
            raise
        return False
    return True


def is_served(security, *hosts):
    return passes(421, security.check_host, list(hosts))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"]
)
def test_names_of_this_machine(host):
    assert is_served(HERE, host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8765",
        "127.0.0.1.evil.example:8765",
        "localhost.:8765",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:87650",
        "127.0.0.1:8765:8765",
        "127.0.0.1:+8765",
        "127.0.0.1:",
        "[::1",
        "::1:8765",
        "[::2]:8765",
        "user@localhost:8765",
        "localhost:8765/",
        "localhost:8765, evil.example",
        "192.168.0.1:8765",
        "2130706433:8765",
        "0x7f.1:8765",
        "",
        " localhost:8765",
        "lOCALHOST\u212a:8765",
        "localhost:٨٧٦٥",
    ],
)
def test_other_names_and_ports(host):
    assert not is_served(HERE, host)


def test_one_host_is_named():
    assert not is_served(HERE)
    assert not is_served(HERE, "localhost:8765", "localhost:8765")


def test_the_usual_port_need_not_be_named():
    assert is_served(Security.serving("127.0.0.1", 80), "localhost")
    assert is_served(Security.serving("127.0.0.1", 80), "localhost:80")


def test_a_server_of_one_address_has_that():
    there = Security.serving("192.168.7.7", 8765)
    assert is_served(there, "192.168.7.7:8765")
    assert not is_served(there, "localhost:8765")
    assert not is_served(there, "evil.example:8765")
    assert is_served(Security.serving("FE80::1", 1), "[fe80::1]:1")


def test_a_server_of_all_addresses_has_those_and_no_name_of_others(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Desk-7")
    for host in ("0.0.0.0", "::", ""):
        everywhere = Security.serving(host, 8765)
        for name in ("192.168.7.7", "[fe80::1]", "desk-7", "localhost"):
            assert is_served(everywhere, f"{name}:8765")
        for name in ("evil.example", "2130706433", "0x7f.1", "1.2.3", "[evil]"):
            assert not is_served(everywhere, f"{name}:8765")


def test_behind_a_proxy_the_public_name_alone_counts():
    public = Security.serving("127.0.0.1", 8765, public="https://Label.example.org")
    assert is_served(public, "label.example.org")
    assert is_served(public, "label.example.org:443")
    assert not is_served(public, "127.0.0.1:8765")
    assert public.is_secure
    assert public.cookie == "__Host-cutplane-443"
    assert "Strict-Transport-Security" in public.headers


@pytest.mark.parametrize(
    "public",
    ["label.example.org", "ftp://a.b", "https://a.b/path", "https://u:p@a.b", "https://a.b:x", ""],
)
def test_a_public_address_that_is_none(public):
    with pytest.raises(InvalidInputError, match="public address"):
        Security.serving("127.0.0.1", 8765, public=public)


def may_post(security, origin, site, host="localhost:8765"):
    return passes(403, security.check_origin, origin, site, host)


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("http://localhost:8765", "same-origin"),
        ("http://localhost:8765", None),
        (None, "same-origin"),
        ("HTTP://LOCALHOST:8765", "same-origin"),
    ],
)
def test_forms_of_the_own_page(origin, site):
    assert may_post(HERE, origin, site)


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        (None, None),
        ("null", None),
        ("null", "same-origin"),
        ("", None),
        ("http://localhost:8765", "cross-site"),
        ("http://localhost:8765", "same-site"),
        ("http://localhost:8765", "none"),
        (None, "cross-site"),
        (None, "same-site"),
        ("http://localhost:8766", None),
        ("http://localhost", None),
        ("https://localhost:8765", None),
        ("http://127.0.0.1:8765", None),
        ("http://evil.example", None),
        ("http://localhost:8765.evil.example", None),
        ("http://localhost:8765@evil.example", None),
        ("http://localhost:8765/", None),
        ("//localhost:8765", None),
        ("file://", None),
    ],
)
def test_forms_of_others(origin, site):
    assert not may_post(HERE, origin, site)


def test_forms_of_a_public_page_come_by_https():
    public = Security.serving("127.0.0.1", 8765, public="https://label.example.org")
    assert may_post(public, "https://label.example.org", None, "label.example.org")
    assert may_post(public, "https://label.example.org:443", None, "label.example.org")
    assert not may_post(public, "http://label.example.org", None, "label.example.org")


def test_the_content_policy_allows_nothing_inline():
    assert CONTENT_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert "unsafe" not in CONTENT_POLICY


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8765"),
        ("localhost", "http://localhost:8765"),
        ("::1", "http://[::1]:8765"),
        ("0.0.0.0", "http://localhost:8765"),
        ("192.168.7.7", "http://192.168.7.7:8765"),
        ("fe80::1", "http://[fe80::1]:8765"),
    ],
)
def test_the_address_that_is_printed(host, address):
    assert Security.serving(host, 8765).address == address
