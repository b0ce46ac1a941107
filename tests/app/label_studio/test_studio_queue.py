"""What Label Studio is told to do after a model, and that nothing else is touched there."""

import time

import pytest
from starlette.testclient import TestClient
from studio_site import choice

from cutplane.app.label_studio import Access
from cutplane.app.label_studio.queue import follow
from cutplane.app.label_studio.serving import StudioOptions, opened
from cutplane.errors import InvalidInputError


class Studio:
    """A Label Studio that knows versions, and keeps what it was asked."""

    url = "http://localhost:8080/"

    def __init__(self, versions):
        self.versions, self.asked = versions, []

    def call(self, method, path, body=None, seconds=1):
        self.asked.append((method, path, body))
        return self.versions if method == "GET" else {}


def test_the_queue_takes_the_new_version_and_old_ones_of_ours_go():
    studio = Studio({"cutplane-8-new": 5, "cutplane-6-old": 7, "theirs": 3})
    follow(studio, "4.1795709855", "cutplane-8-new")
    (fetch, path, _), _, *changes = studio.asked
    assert (fetch, path) == ("POST", "api/dm/actions?id=retrieve_tasks_predictions&project=4")
    assert changes == [
        ("PATCH", "api/projects/4/", {"model_version": "cutplane-8-new"}),
        ("DELETE", "api/projects/4/model-versions/", {"model_version": "cutplane-6-old"}),
    ]


@pytest.mark.parametrize("version", ["cutplane-0", "cutplane-8-new"])
def test_without_predictions_of_a_model_the_queue_stays(version):
    studio = Studio({"cutplane-6-old": 7})
    follow(studio, "4", version)
    assert not {method for method, _, _ in studio.asked} & {"PATCH", "DELETE"}


def test_an_odd_answer_is_a_sentence():
    with pytest.raises(InvalidInputError, match="lists no versions"):
        follow(Studio([]), "4", "cutplane-8-new")


def test_a_label_studio_that_cannot_be_reached_keeps_nobody_from_learning(tmp_path, payloads, rows):
    """Port 1 of this machine answers nobody."""
    told = []
    nowhere = {"label_studio": "http://localhost:1", "token": "secret", "follows": True}
    options = StudioOptions(tmp_path / "models", **nowhere)
    with (
        opened(options, Access(), told.append) as app,
        TestClient(app, "http://localhost") as client,
    ):
        for i, label in enumerate(["left", "right"]):
            annotation = payloads.annotation(i, rows[i]["id"], [choice(label)])
            hook = payloads.webhook("ANNOTATION_CREATED", annotation=annotation, task=rows[i])
            assert client.post("/webhook", json=hook).json()["n_events"] == 1
        ends = time.monotonic() + 60
        while not any("cutplane-2-" in each for each in told) and time.monotonic() < ends:
            time.sleep(0.05)
        assert client.post("/setup", json=payloads.setup()).json()["model_version"] != "cutplane-0"
    assert "The queue stays as it was: http://localhost:1/" in told[-1]
