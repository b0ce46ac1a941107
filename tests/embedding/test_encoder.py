"""Sentence embeddings: pooling by hand, and padding without effect."""

import numpy as np
import pytest

from cutplane.embedding import load_encoder
from cutplane.errors import CutplaneError, InvalidInputError


def hidden_states(folder, text):
    """Token vectors of one text, (n_tokens, d), without any batch or padding."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    ids = AutoTokenizer.from_pretrained(folder)(text)["input_ids"]
    with torch.no_grad():
        hidden = AutoModel.from_pretrained(folder)(input_ids=torch.tensor([ids]))
    return hidden.last_hidden_state[0].numpy()


@pytest.mark.parametrize("pooling", ["mean", "last"])
@pytest.mark.parametrize("normalize", [False, True])
def test_pooling_is_what_a_computation_by_hand_gives(phi, pooling, normalize, texts):
    encoder = load_encoder(phi, pooling=pooling, normalize=normalize, device="cpu")
    for text, vector in zip(texts, encoder.encode(texts, batch_size=3), strict=True):
        tokens = hidden_states(phi, text)
        expected = tokens.mean(axis=0) if pooling == "mean" else tokens[-1]
        if normalize:
            expected = expected / np.linalg.norm(expected)
        np.testing.assert_allclose(vector, expected, atol=1e-5)


def test_a_model_without_pooling_of_its_own_takes_the_mean(phi, texts):
    encoder = load_encoder(phi, device="cpu")
    assert encoder.pooling == "mean"
    expected = load_encoder(phi, pooling="mean", device="cpu").encode(texts)
    np.testing.assert_array_equal(encoder.encode(texts), expected)


@pytest.mark.parametrize("pooling", ["mean", "last"])
def test_neither_batch_nor_padding_changes_a_vector(phi, pooling, texts):
    encoder = load_encoder(phi, pooling=pooling, device="cpu")
    singly = np.concatenate([encoder.encode([text]) for text in texts])
    for batch_size in (2, 5):
        together = encoder.encode(texts, batch_size=batch_size)
        np.testing.assert_allclose(together, singly, atol=1e-6)
    assert np.abs(singly[0] - singly[1]).max() > 0.01
    np.testing.assert_array_equal(together[0], together[4])
    np.testing.assert_array_equal(together, encoder.encode(texts, batch_size=5))


def test_only_the_first_tokens_are_read(phi, texts):
    encoder = load_encoder(phi, max_length=2, device="cpu")
    np.testing.assert_array_equal(encoder.token_counts(texts), [len(t.split()) for t in texts])
    cut = [" ".join(text.split()[:2]) for text in texts]
    np.testing.assert_allclose(encoder.encode(texts), encoder.encode(cut), atol=1e-6)
    assert load_encoder(phi, device="cpu").max_length == 12


def test_half_precision_is_near_and_comes_back_as_float32(phi, texts):
    exact = load_encoder(phi, device="cpu").encode(texts)
    half = load_encoder(phi, dtype="bfloat16", device="cpu").encode(texts)
    assert half.dtype == np.float32
    assert 0 < np.abs(half - exact).max() < 0.1


@pytest.mark.usefixtures("needs_extra")
def test_minilm_means_what_it_should(minilm):
    vectors = minilm.encode(
        [
            "The movie was wonderful.",
            "I loved this film, it was great.",
            "The invoice is due on Monday.",
        ]
    )
    assert vectors.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > likeness[0, 2] + 0.3


@pytest.mark.usefixtures("needs_extra")
def test_both_ways_to_load_minilm_agree(minilm, texts):
    by_hand = load_encoder(
        minilm.name, pooling="mean", normalize=True, max_length=256, device="cpu"
    )
    assert (minilm.pooling, by_hand.pooling) == ("own", "mean")
    np.testing.assert_allclose(by_hand.encode(texts), minilm.encode(texts), atol=1e-5)
    singly = np.concatenate([minilm.encode([text]) for text in texts])
    np.testing.assert_allclose(minilm.encode(texts, batch_size=2), singly, atol=1e-5)


@pytest.mark.usefixtures("needs_extra")
def test_the_default_model_needs_no_network(minilm, monkeypatch):
    import socket

    def refuse(*arguments):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    load_encoder(device="cpu").encode(["a film"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "max"}, "choose one of mean, last"),
        ({"dtype": "int8"}, "choose one of float32"),
        ({"max_length": 13}, "at most 12"),
        ({"max_length": 0}, "at least 1"),
        ({"device": "abacus"}, "available: "),
    ],
)
def test_options_are_checked(phi, options, message):
    with pytest.raises(InvalidInputError, match=message):
        load_encoder(phi, **options)


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "a/b/c"])
def test_a_folder_that_is_not_there_is_named(name):
    with pytest.raises(InvalidInputError, match=f"no model folder '{name}'"):
        load_encoder(name)


@pytest.mark.usefixtures("needs_extra")
def test_a_damaged_model_is_no_traceback(phi, tmp_path):
    for file in phi.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(InvalidInputError, match="cannot load the model"):
        load_encoder(tmp_path, device="cpu")


def test_texts_are_checked(phi):
    encoder = load_encoder(phi, device="cpu")
    with pytest.raises(InvalidInputError, match="0 texts"):
        encoder.encode([])
    with pytest.raises(InvalidInputError, match="text 1 "):
        encoder.encode(["a film", " "])


def test_infinite_vectors_are_refused(phi):
    from dataclasses import replace

    import torch

    encoder = load_encoder(phi, device="cpu")
    broken = replace(encoder, _forward=lambda texts: torch.full((len(texts), 3), torch.inf))
    with pytest.raises(CutplaneError, match="infinite numbers for 'a film'"):
        broken.encode(["a film"])
