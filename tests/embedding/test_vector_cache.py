"""Vectors on disk: none is computed twice, none comes from another model."""

import numpy as np
import pytest

from cutplane.embedding import VectorCache, load_encoder
from cutplane.errors import InvalidInputError


class CountingEncoder:
    """Passes texts on to an encoder and remembers them."""

    def __init__(self, encoder):
        self._encoder, self.seen = encoder, []

    def __getattr__(self, name):
        return getattr(self._encoder, name)

    def encode(self, texts, **options):
        self.seen.extend(texts)
        return self._encoder.encode(texts, **options)


def test_no_text_is_embedded_twice(phi, tmp_path, texts):
    encoder = CountingEncoder(load_encoder(phi, device="cpu"))
    expected = encoder.encode(texts)
    cache = VectorCache(tmp_path / "v", encoder)
    encoder.seen.clear()
    np.testing.assert_allclose(cache.encode(texts[:3]), expected[:3], atol=1e-6)
    np.testing.assert_allclose(cache.encode(texts), expected, atol=1e-6)
    assert sorted(encoder.seen) == sorted(set(texts))
    again = VectorCache(tmp_path / "v", encoder)
    assert len(again) == len(set(texts))
    encoder.seen.clear()
    np.testing.assert_array_equal(again.encode(texts[::-1]), cache.encode(texts)[::-1])
    assert encoder.seen == []


def test_an_interrupted_run_goes_on(phi, tmp_path, texts):
    encoder = CountingEncoder(load_encoder(phi, device="cpu"))

    def interrupt(n, total):
        if n == 2:
            raise KeyboardInterrupt

    cache = VectorCache(tmp_path / "v", encoder)
    with pytest.raises(KeyboardInterrupt):
        cache.encode(texts, batch_size=1, on_progress=interrupt)
    with (tmp_path / "v").open("ab") as file:  # a crash in the middle of the next record
        file.write(b"half a record")
    again = VectorCache(tmp_path / "v", encoder)
    assert len(again) == 2
    encoder.seen.clear()
    np.testing.assert_allclose(
        again.encode(texts), load_encoder(phi, device="cpu").encode(texts), atol=1e-6
    )
    assert len(encoder.seen) == len(set(texts)) - 2
    assert len(VectorCache(tmp_path / "v", encoder)) == len(set(texts))


def test_vectors_of_another_model_are_refused(phi, tmp_path, texts):
    import torch
    from transformers import AutoModel

    path = tmp_path / "v"
    VectorCache(path, load_encoder(phi, device="cpu")).encode(texts)
    with pytest.raises(InvalidInputError, match="pooling 'mean' instead of 'last'"):
        VectorCache(path, load_encoder(phi, pooling="last", device="cpu"))
    other = tmp_path / "trained-further"
    other.mkdir()
    for file in phi.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    model = AutoModel.from_pretrained(phi)
    with torch.no_grad():
        model.layers[0].mlp.fc1.weight.mul_(3.0)
    model.save_pretrained(other)
    with pytest.raises(InvalidInputError, match="made with another model"):
        VectorCache(path, load_encoder(other, device="cpu"))
    path.write_text("something else\n")
    with pytest.raises(InvalidInputError, match="no file of vectors"):
        VectorCache(path, load_encoder(phi, device="cpu"))
