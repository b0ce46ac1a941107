"""The backend as a Starlette application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cutplane._types import Metadata
from cutplane.app.label_studio.backend import Backend
from cutplane.app.label_studio.guard import LARGEST, Access, Guard, TooLarge, read_json
from cutplane.errors import CutplaneError, InvalidInputError

Endpoint = Callable[[Request], Awaitable[Response]]


def application(backend: Backend, access: Access, *, largest: int = LARGEST) -> Starlette:
    """The routes that Label Studio asks; each reply is a JSON object.

    Parameters
    ----------
    backend : Backend
        Open for as long as the application runs; whoever made it closes it.
    access : Access
    largest : int
        Bytes that a request may bring.

    Returns
    -------
    Starlette
        400 and 422 with a sentence under "error" for what cannot be used, 413 for too large
        bodies, 503 where the disk takes nothing.
    """

    async def health(_: Request) -> Response:
        return JSONResponse(backend.health())

    def posting(act: Callable[[Metadata], Metadata]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            payload = await read_json(request, largest)
            return JSONResponse(await run_in_threadpool(act, payload))

        return endpoint

    routes = [
        Route("/", health),
        Route("/health", health),
        Route("/setup", posting(backend.setup), methods=["POST"]),
        Route("/predict", posting(backend.predict), methods=["POST"]),
        Route("/webhook", posting(backend.webhook), methods=["POST"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, access=access)],
        exception_handlers={
            InvalidInputError: _answer(422),
            CutplaneError: _answer(503),
            TooLarge: _answer(413),
            404: _unknown,
            405: _unknown,
        },
    )


def _answer(status: int) -> Callable[[Request, Exception], Response]:
    def answer(_: Request, error: Exception) -> Response:
        return JSONResponse({"error": f"{error}."}, status)

    return answer


def _unknown(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    sentence = f"{request.method} {request.url.path[:80]} is none of this backend's addresses."
    return JSONResponse({"error": sentence}, status)
