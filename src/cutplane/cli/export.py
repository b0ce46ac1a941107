"""`cutplane export`: the network of a run in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.outputs import require_file
from cutplane.errors import InvalidInputError
from cutplane.progress import pulse

EXAMPLE = "Example: cutplane export runs/patients --format onnx"

SUFFIXES = {"onnx": ".onnx", "torch": ".pt2", "npz": ".npz"}


def export(
    folder: Annotated[
        Path, typer.Argument(help="A folder of `run` or `fit`, or the model.npz in it.")
    ],
    kind: Annotated[str, typer.Option("--format", help="onnx, torch or npz.")] = "onnx",
    out: Annotated[
        Path | None, typer.Option(help="File to write; network.FORMAT in the folder by default.")
    ] = None,
    dtype: Annotated[str, typer.Option(help="float32 or float64.")] = "float32",
    tol: Annotated[
        float,
        typer.Option(help="Change of a score, per length of the row, that may be traded for size."),
    ] = 0.0,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Write the network for ONNX Runtime, torch.export.load or NumPy, with its scaling."""
    if kind not in SUFFIXES:
        raise InvalidInputError(f"--format is {kind!r}; choose one of {', '.join(SUFFIXES)}")
    from cutplane.tables.export import pruned_source, write_source
    from cutplane.tables.model import load_model

    model = load_model(folder)
    beside = folder if folder.is_dir() else folder.parent
    path = out or beside / f"network{SUFFIXES[kind]}"
    require_file(path, overwrite, folder)
    with pulse("export"):
        source, pruned = pruned_source(model, tol)
        write_source(source, path, kind, dtype)
    kept, lost = sum(p.n_units for p in pruned), sum(p.n_removed for p in pruned)
    bound = max(p.bound for p in pruned)
    if as_json:
        answer = {"path": str(path), "format": kind, "n_units": kept, "n_removed": lost}
        say.as_json({**answer, "bound": bound, **source.metadata})
        return
    say.line(
        f"{path}: {kept} of {kept + lost} units stay (a score changes by at most "
        f"{bound:.1e} times the length of its row)."
    )
    raw = [*model.preprocessing.number_names, *model.preprocessing.categorical]
    columns = raw if kind == "onnx" else source.metadata["columns"]
    say.line(f"It reads {len(columns)} columns: {', '.join(columns)}.")
