"""Files: what people take home, pictures of rows, and the page's own script and style."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from starlette.responses import Response

from cutplane.app.page.views import downloads_view
from cutplane.app.setup.project import Project
from cutplane.app.take_home.downloads import (
    labels_file,
    model_archive,
    network_onnx,
    report,
    report_json,
)
from cutplane.app.web.images import read_image
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.security import FILE_POLICY
from cutplane.app.web.visit import Visit

#: Files by name: their media type, and what makes them.
FILES: dict[str, tuple[str, Callable[[Project], bytes]]] = {
    "labels.csv": ("text/csv; charset=utf-8", lambda project: labels_file(project, "csv")),
    "labels.parquet": (
        "application/vnd.apache.parquet",
        lambda project: labels_file(project, "parquet"),
    ),
    "labels.jsonl": ("application/jsonl", lambda project: labels_file(project, "jsonl")),
    "network.onnx": ("application/octet-stream", network_onnx),
    "model.zip": ("application/zip", model_archive),
    "report.html": ("text/html; charset=utf-8", lambda project: report(project).encode()),
    "report.json": ("application/json", report_json),
}
_STATIC_KINDS = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
}


def downloads(visit: Visit) -> Response:
    """GET /downloads."""
    return visit.show("downloads", downloads_view(visit.project), nav="downloads")


def download(visit: Visit) -> Response:
    """GET /downloads/{file}: saved, never shown."""
    name = visit.path["file"]
    if name not in FILES:
        raise Refusal(404, f"there is no such file; there are {', '.join(FILES)}")
    kind, made = FILES[name]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": FILE_POLICY,
    }
    return Response(made(visit.project), media_type=kind, headers=headers)


def image(visit: Visit) -> Response:
    """GET /image/{row}."""
    project, row = visit.project, visit.row
    cell = None if project.image is None else project.table.features[project.image].iloc[row]
    if not isinstance(cell, str):
        raise Refusal(404, f"row {row} names no picture")
    found = read_image(project.folder, cell, visit.site.security.limits.image_bytes)
    headers = {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "private, max-age=600"}
    return Response(found.content, media_type=found.kind, headers=headers)


def static(visit: Visit) -> Response:
    """GET /static/{file}: one of the files that the package brings, by name."""
    name = visit.path["file"]
    if name not in static_files():
        raise Refusal(404, "there is no such file")
    content, tag = static_files()[name]
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in visit.if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_STATIC_KINDS[name.rpartition(".")[2]], headers=headers)


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Content of the package's files by name, with a tag that changes with it."""
    found = {}
    for file in files("cutplane.app.page").joinpath("static").iterdir():
        if file.is_file() and file.name.rpartition(".")[2] in _STATIC_KINDS:
            content = file.read_bytes()
            found[file.name] = (content, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
    return found
