"""Pictures come from below the table's folder, whatever a table says."""

import os
import socket
import struct
import threading

import pytest

from cutplane.app.web.images import kind_of, read_image
from cutplane.app.web.refusals import Refusal

PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)
BITMAP = b"BM" + struct.pack("<IHHIIiiHH", 70, 0, 0, 54, 40, 1, 1, 1, 24) + bytes(16)
MOST = 1000


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.png").write_bytes(PNG)
    (tmp_path / "table" / "deep").mkdir(parents=True)
    (tmp_path / "table" / "a.png").write_bytes(PNG)
    (tmp_path / "table" / "deep" / "b c.png").write_bytes(PNG)
    return tmp_path / "table"


def status(folder, path):
    with pytest.raises(Refusal) as caught:
        read_image(folder, path, MOST)
    return caught.value.status


@pytest.mark.parametrize("path", ["a.png", "./a.png", " a.png ", "deep/b c.png", "deep\\b c.png"])
def test_pictures_of_the_folder_are_read(folder, path):
    found = read_image(folder, path, MOST)
    assert found.content == PNG
    assert found.kind == "image/png"


def test_a_whole_path_may_lead_into_the_folder(folder):
    assert read_image(folder, str(folder / "a.png"), MOST).content == PNG
    assert status(folder, str(folder / ".." / "secret.png")) == 404


@pytest.mark.parametrize(
    "path",
    [
        "../secret.png",
        "deep/../../secret.png",
        "deep/../a.png",
        "..\\secret.png",
        "/etc/passwd",
        "//etc/passwd",
        "\\\\server\\share\\a.png",
        "",
        ".",
        "deep",
        "missing.png",
        "a.png/",
        "a.png/b",
        "a.png\0.txt",
        "http://127.0.0.1/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "~/secret.png",
        "%2e%2e/secret.png",
        "a" * 5000,
        "\udcff.png",
    ],
)
def test_paths_that_lead_elsewhere(folder, path):
    if path == "a.png/":  # a file's name, with a slash that pathlib drops
        assert read_image(folder, path, MOST).kind == "image/png"
    else:
        assert status(folder, path) == 404


@pytest.mark.parametrize("target", ["../secret.png", "a.png", "/etc/passwd", "link.png"])
def test_links_are_not_followed(folder, target):
    (folder / "link.png").symlink_to(target)
    assert status(folder, "link.png") == 404


def test_links_to_folders_are_not_followed(folder):
    (folder / "out").symlink_to("..")
    assert status(folder, "out/secret.png") == 404
    (folder / "within").symlink_to("deep")
    assert status(folder, "within/b c.png") == 404


def test_the_folder_itself_may_be_reached_by_a_link(folder):
    link = folder.parent / "link"
    link.symlink_to("table")
    assert read_image(link, "a.png", MOST).content == PNG


def test_a_hard_link_shows_no_secret_that_is_no_picture(folder):
    (folder.parent / "password").write_bytes(b"root:x:0:0")
    os.link(folder.parent / "password", folder / "hard.png")
    assert status(folder, "hard.png") == 415


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe.png")
    assert status(folder, "pipe.png") == 404


def test_sockets_and_devices_are_no_files(folder):
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)  # names of sockets are short
        try:
            listener.bind("s.png")
        finally:
            os.chdir(here)
        assert status(folder, "s.png") == 404
    (folder / "zero.png").symlink_to("/dev/zero")
    assert status(folder, "zero.png") == 404


def test_no_file_is_exchanged_for_a_link_between_check_and_use(folder):
    """While somebody swaps a file and a folder for links, nothing from outside is ever read."""
    (folder.parent / "outside").mkdir()
    (folder.parent / "outside" / "b c.png").write_bytes(PNG + b"outside")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            os.rename(folder / "deep", folder / "away")
            os.symlink("../outside", folder / "deep")
            os.unlink(folder / "deep")
            os.rename(folder / "away", folder / "deep")

    thread = threading.Thread(target=swap)
    thread.start()
    found = []
    try:
        for _ in range(1500):
            try:
                found.append(read_image(folder, "deep/b c.png", MOST).content)
            except Refusal:
                found.append(None)
    finally:
        stop.set()
        thread.join()
    assert set(found) <= {PNG, None}
    assert PNG in found


def test_too_large(folder):
    (folder / "large.png").write_bytes(PNG + bytes(MOST))
    assert status(folder, "large.png") == 413


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"GIF87a", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8L", "image/webp"),
        (BITMAP, "image/bmp"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', None),
        (b'<?xml version="1.0"?><svg/>', None),
        (b"<html><script>alert(1)</script>", None),
        (b"BM is how this text begins, and no bitmap", None),
        (b"RIFF\x24\0\0\0WAVEfmt ", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_what_a_file_holds_decides_what_it_is(folder, content, kind):
    assert kind_of(content[:30]) == kind
    (folder / "x.png").write_bytes(content)
    if kind is None:
        assert status(folder, "x.png") == 415
    else:
        assert read_image(folder, "x.png", MOST).kind == kind
