"""`cutplane export`: the network of a run in another format."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from cutplane.archive import write_archive
from cutplane.cli import options
from cutplane.cli.failures import explains_failures
from cutplane.errors import InvalidInputError
from cutplane.export import Part, Source, save_onnx, save_torch
from cutplane.progress import pulse
from cutplane.tables.model import Model, load_model

EXAMPLE = "Example: cutplane export runs/patients --format onnx"

SUFFIXES = {"onnx": ".onnx", "torch": ".pt2", "npz": ".npz"}


@explains_failures
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
    as_json: options.AsJson = False,
) -> None:
    """Write the network for ONNX Runtime, torch.export.load or NumPy, with its scaling."""
    if kind not in SUFFIXES:
        raise InvalidInputError(f"--format is {kind!r}; choose one of {', '.join(SUFFIXES)}")
    model = load_model(folder)
    beside = folder if folder.is_dir() else folder.parent
    path = out or beside / f"network{SUFFIXES[kind]}"
    if not path.parent.is_dir():
        raise InvalidInputError(
            f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}; choose another "
            "--out"
        )
    with pulse("export"):
        source, pruned = _source(model, tol)
        if kind == "npz":
            _write_npz(source, path)
        else:
            (save_onnx if kind == "onnx" else save_torch)(source, path, dtype)
    kept, lost = sum(p.n_units for p in pruned), sum(p.n_removed for p in pruned)
    bound = max(p.bound for p in pruned)
    if as_json:
        answer = {"path": str(path), "format": kind, "n_units": kept, "n_removed": lost}
        options.print_json(answer | {"bound": bound} | source.metadata)
        return
    typer.echo(
        f"{path}: {kept} of {kept + lost} units stay (a score changes by at most "
        f"{bound:.1e} times the length of its row)."
    )
    typer.echo(f"It reads {source.n_features} columns: {', '.join(source.metadata['columns'])}.")


def _source(model: Model, tol: float) -> tuple[Source, list[Any]]:
    """The model's networks without idle units; input columns are those before scaling."""
    state = model.preprocessing.to_dict()
    levels = dict(zip(state["categorical"], state.get("levels", []), strict=True))
    names = [f"{name}={level}" for name, column in levels.items() for level in column]
    is_regression = model.classes is None
    pruned = [network.prune(tol) for network in model.networks]
    metadata: dict[str, Any] = {
        "target": model.target,
        "columns": [*state["numeric"], *names],
        "fill": dict(zip(state["numeric"], state.get("fill", []), strict=True)),
    }
    if model.classes is not None:
        metadata |= {"classes": model.classes.tolist(), "probability_scale": model.scale}
    slope = model.scale if is_regression else 1.0
    source = Source(
        networks=tuple(Part.of(p.network, slope) for p in pruned),
        mean=np.array([*state.get("mean", []), *np.zeros(len(names))]),
        scale=np.array([*state.get("scale", []), *np.ones(len(names))]),
        offset=model.offset,
        task=model.task,
        metadata=metadata,
    )
    return source, pruned


def _write_npz(source: Source, path: Path) -> None:
    arrays = {"mean": source.mean, "scale": source.scale, "offset": np.array(source.offset)}
    kinds = []
    for i, part in enumerate(source.networks):
        arrays |= {f"network{i}/{name}": array for name, array in part.arrays.items()}
        kinds.append(part.metadata)
    write_archive(path, arrays, {**source.metadata, "networks": kinds}, what="export")
