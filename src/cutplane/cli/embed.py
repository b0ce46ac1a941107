"""`cutplane embed`: a column of text becomes columns of numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.choices import EMBEDDING_DTYPES, POOLINGS
from cutplane.cli.failures import INTERRUPTED
from cutplane.cli.outputs import require_file
from cutplane.errors import InvalidInputError
from cutplane.progress import is_watched, progress_bar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cutplane.embedding import Encoder, VectorCache

EXAMPLE = "Example: cutplane embed reviews.csv --column text --out reviews.parquet"


def embed(
    table: Annotated[str, typer.Argument(help="A file of any kind that query reads.")],
    column: Annotated[str, typer.Option(help="The column of text.")],
    out: Annotated[Path, typer.Option(help="File to write: .parquet or .npz.")],
    model: Annotated[
        str | None,
        typer.Option(
            help="Model folder or Hugging Face name; the all-MiniLM-L6-v2 of the extra by default."
        ),
    ] = None,
    pooling: Annotated[
        str | None,
        typer.Option(help=f"{' or '.join(POOLINGS)}; by default the model's own, else mean."),
    ] = None,
    max_length: Annotated[
        int | None, typer.Option(help="Tokens read of a text; what the model can by default.")
    ] = None,
    normalize: Annotated[
        bool, typer.Option("--normalize", help="Scale every vector to length 1.")
    ] = False,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, mps, ...; the best there is by default.")
    ] = None,
    dtype: Annotated[
        str, typer.Option(help=f"Type to compute in: {', '.join(EMBEDDING_DTYPES)}.")
    ] = "float32",
    batch_size: Annotated[int, typer.Option(help="Texts that pass the model at once.")] = 32,
    cache: Annotated[
        Path | None,
        typer.Option(help="Keep vectors in this file, so that no text is embedded twice."),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Embed a column of text; the other columns stay beside the vectors."""
    from cutplane.embedding import VectorCache, load_encoder, read_texts, write_embedded
    from cutplane.embedding.tables import require_suffix

    require_suffix(out)
    require_file(out, overwrite, table, cache)
    if batch_size < 1:
        raise InvalidInputError(f"--batch-size is {batch_size}; give at least 1")
    texts = read_texts(table, column)
    say.remarks(texts.report.remarks)
    encoder = load_encoder(
        model,
        pooling=pooling,
        max_length=max_length,
        normalize=normalize,
        device=device,
        dtype=dtype,
        progress=is_watched(),
    )
    store = None if cache is None else VectorCache(cache, encoder)
    vectors = _encode_with_progress(encoder, texts.texts, batch_size, store)
    write_embedded(out, texts, vectors)
    n_cut = int((encoder.token_counts(texts.texts) > encoder.max_length).sum())
    if as_json:
        answer = {"path": str(out), "n_rows": len(vectors), "n_features": vectors.shape[1]}
        details = {"model": encoder.name, "pooling": encoder.pooling, "n_cut_off": n_cut}
        details |= {"n_damaged": 0 if store is None else store.n_damaged}
        details |= {"max_length": encoder.max_length, "report": texts.report.as_dict()}
        say.as_json(answer | details)
        return
    say.line(f"{out}: {len(vectors)} texts, {vectors.shape[1]} numbers each.")
    if n_cut:
        say.remark(f"{n_cut} texts were cut off behind {encoder.max_length} tokens.")


def _encode_with_progress(
    encoder: Encoder, texts: list[str], batch_size: int, store: VectorCache | None
) -> NDArray[np.float32]:
    """Vectors of the texts, with a bar on a terminal; an interrupt says what is kept."""
    with progress_bar() as progress:
        bar = progress.add_task("texts", total=len(texts))
        if store is None:
            return encoder.encode(
                texts,
                batch_size=batch_size,
                on_batch=lambda rows, _: progress.advance(bar, len(rows)),
            )
        try:
            return store.encode(
                texts,
                batch_size=batch_size,
                on_progress=lambda n, total: progress.update(bar, completed=n, total=total),
            )
        except KeyboardInterrupt:
            say.remark(
                f"Interrupted; {len(store)} vectors are kept in {store.path}. The same command "
                "goes on from there."
            )
            raise typer.Exit(INTERRUPTED) from None
