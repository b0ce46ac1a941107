"""`cutplane serve-label-studio`: the model behind a Label Studio project."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from cutplane.cli import options, say

EXAMPLE = (
    "Example: cutplane serve-label-studio models  |  "
    "USE_DEFAULT_BANNED_SUBNETS=false label-studio start"
)


def serve_label_studio(
    folder: Annotated[Path, typer.Argument(help="Where labels and tasks are kept.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any that is free.")] = 9090,
    label_studio: Annotated[
        str, typer.Option(help="Address of Label Studio, the only one that files are fetched from.")
    ] = "http://localhost:8080",
    token: Annotated[
        str,
        typer.Option(
            envvar="LABEL_STUDIO_API_KEY",
            help="Token that its files are read with; by default what it hands out itself.",
        ),
    ] = "",
    user: Annotated[str, typer.Option(help="User of basic authentication.")] = "cutplane",
    password: Annotated[
        str,
        typer.Option(
            envvar="CUTPLANE_PASSWORD",
            help="Password of basic authentication; needed where other machines are let in.",
        ),
    ] = "",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A name under which the backend is asked, besides --host and localhost."),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(help="Document root of Label Studio's local files, for images."),
    ] = None,
    text_model: Annotated[
        str | None,
        typer.Option(help="Model for texts, as for embed; all-MiniLM-L6-v2 by default."),
    ] = None,
    image_model: Annotated[
        str | None,
        typer.Option(
            help="A sentence-transformers model that reads images; 16 x 16 pixels by default."
        ),
    ] = None,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            help="Have Label Studio fetch predictions after every model, and order its queue by "
            "them.",
        ),
    ] = False,
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
) -> None:
    """Learn from what people answer in Label Studio, and predict there.

    Connect the address that is printed under Settings, Model. Answers are on disk before Label
    Studio is told so, and models are learnt in the background.
    """
    from cutplane.extras import require

    require("starlette", "app", "serving Label Studio")
    require("uvicorn", "app", "serving Label Studio")
    from cutplane.app.label_studio.serving import StudioOptions, serve

    serve(
        StudioOptions(
            folder=folder,
            host=host,
            port=port,
            label_studio=label_studio,
            token=token,
            user=user,
            password=password,
            allowed=tuple(allow_host or ()),
            images=images,
            text_model=text_model,
            image_model=image_model,
            follows=follow,
            seed=seed,
        ),
        say.remark,
        partial(_say_where, folder, as_json),
    )


def _say_where(folder: Path, as_json: bool, address: str) -> None:
    """What Label Studio connects; "PASSWORD" in it stands for the one that was set."""
    if as_json:
        say.as_json({"model": address, "folder": str(folder)})
        say.flush()
    else:
        say.remark(f"In Label Studio, connect the model {address}.")
