"""From tasks to columns: fields, texts and images, and what is said where one cannot be read."""

import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from studio_site import Payloads, choice

from cutplane.app.label_studio import Host, Images, Reader, Texts
from cutplane.app.label_studio.reading import to_embed
from cutplane.errors import InvalidInputError

TEXT = """<View><Text name="t" value="$words"/>
<Choices name="kind" toName="t"><Choice value="long"/><Choice value="short"/></Choices></View>"""
IMAGE = """<View><Image name="t" value="$photo"/>
<Choices name="kind" toName="t"><Choice value="dark"/><Choice value="bright"/></Choices></View>"""


def lengths():
    """A language model that counts letters and spaces."""
    return lambda texts: np.array([[len(text), text.count(" ")] for text in texts], dtype=float)


def no_extra():
    raise InvalidInputError("embedding texts needs the package sentence_transformers")


def reader(load=lengths, folder=None):
    return Reader(Texts(load), Images(Host("http://localhost:8080"), folder))


def png(brightness, size=(20, 10)):
    file = io.BytesIO()
    Image.new("RGB", size, (brightness,) * 3).save(file, "PNG")
    return file.getvalue()


def data_address(content, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_fields_are_numbers_categories_and_dates_as_in_any_table():
    data = [
        {"size": size, "colour": colour, "deep": {"er": {"x": x}}, "day": day, "v": [x, 2 * x]}
        for size, colour, x, day in (
            ("1,5", "red", 1, "2024-01-01"),
            ("2,5", "blue", 2, "2024-02-01"),
        )
    ]
    found = reader().read(data, {})
    assert found.features["size"].tolist() == [1.5, 2.5]
    assert found.features["deep.er.x"].tolist() == [1, 2]
    assert found.features["v_1"].tolist() == [2, 4]
    assert found.features["day"].dtype.kind == "M"
    assert found.features["colour"].tolist() == ["red", "blue"]
    assert any("'v'" in each for each in found.said)


def test_texts_become_vectors_and_empty_ones_nothing():
    found = reader().read([{"words": "a b"}, {"words": " "}, {}], {"words": "text"})
    assert found.embedded == ("words_0", "words_1")
    np.testing.assert_equal(found.features.to_numpy(), [[3, 1], [np.nan] * 2, [np.nan] * 2])


def test_a_shown_field_of_numbers_is_a_column_and_no_text():
    shown = {"words": "text", "age": "text"}
    assert to_embed([{"words": "a", "age": "30"}, {"age": 4}], shown) == {"words": "text"}


def test_without_the_extra_the_other_fields_are_read_and_a_sentence_says_so():
    found = reader(no_extra).read([{"words": "a b", "x": 1}], {"words": "text"})
    assert list(found.features) == ["x"]
    assert found.said[0].startswith("Texts are left out: embedding texts needs the package")


def test_text_classification_from_end_to_end(site):
    payloads = Payloads(config=TEXT)
    own = site(encode=lengths)
    tasks = [payloads.task(i, {"words": "word " * (1 + i)}) for i in range(20)]
    made = [
        payloads.annotation(i, i, [choice("long" if i > 9 else "short", to_name="t")])
        for i in range(0, 20, 2)
    ]
    own.post("/webhook", payloads.webhook("ANNOTATIONS_CREATED", annotation=made, task=tasks))
    own.learnt()
    reply = own.post("/predict", payloads.predict(tasks[1::2]))
    kinds = [each["result"][0]["value"]["choices"][0] for each in reply["results"]]
    assert kinds == ["short"] * 5 + ["long"] * 5


def test_image_classification_from_end_to_end(site):
    payloads = Payloads(config=IMAGE)
    own = site()
    tasks = [payloads.task(i, {"photo": data_address(png(12 * i))}) for i in range(20)]
    made = [
        payloads.annotation(i, i, [choice("bright" if i > 9 else "dark", to_name="t")])
        for i in range(0, 20, 2)
    ]
    own.post("/webhook", payloads.webhook("ANNOTATIONS_CREATED", annotation=made, task=tasks))
    own.learnt()
    reply = own.post("/predict", payloads.predict(tasks[1::2]))
    kinds = [each["result"][0]["value"]["choices"][0] for each in reply["results"]]
    assert kinds == ["dark"] * 5 + ["bright"] * 5


def test_local_files_are_read_from_their_folder_alone(tmp_path):
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "in" / "a.png").write_bytes(png(255))
    (tmp_path / "secret.png").write_bytes(png(0))
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    address = "/data/local-files/?d={}".format
    names = ["in/a.png", "../secret.png", "link.png", "%2Fetc/passwd", "gone.png", "in%00"]
    vectors, said = reader(folder=root).images.vectors([address(name) for name in names])
    np.testing.assert_array_equal(vectors[0], np.ones(768))
    assert np.isnan(vectors[1:]).all()
    assert said[3:] == ["So are 2 more images."]
    _, said = reader().images.vectors([address("in/a.png")])
    assert "--images" in said[0]


@pytest.mark.parametrize(
    "address",
    [
        "data:image/png;base64,!!!", "data:image/png,abc", data_address(b"no image"),
        data_address(png(9)[:40]), "https://elsewhere.example/a.png", "//elsewhere.example/a.png",
        "file:///etc/passwd", "http://localhost:8080@elsewhere.example/a.png", "http://[::1/a.png",
        "http://localhost:22/a.png", "gopher://localhost:8080/", "s3://bucket/a.png", "words",
    ],
)  # fmt: skip
def test_images_that_cannot_be_had_are_left_out_with_a_sentence(address):
    vectors, (said,) = reader().images.vectors([data_address(png(255)), address])
    assert np.isnan(vectors[1]).all()
    assert not np.isnan(vectors[0]).any()
    assert said.startswith("An image is left out: ")


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 10_000), (30_000, 5)])
def test_an_image_that_unpacks_to_more_than_memory_is_refused(size):
    content = png(9)
    header = b"IHDR" + struct.pack(">II", *size) + content[24:29]
    bomb = content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]
    _, (said,) = reader().images.vectors([data_address(bomb)])
    assert "pixels" in said


def test_each_image_is_read_once():
    encoded = []

    def encode(images):
        encoded.append(len(images))
        return np.zeros((len(images), 2))

    images = Images(Host("http://localhost:8080"), encode=encode)
    addresses = [data_address(png(i)) for i in range(40)]
    images.vectors(addresses)
    images.vectors(addresses + addresses[:3])
    assert encoded == [32, 8]
