"""What Label Studio is told to do after a model, and that nothing else is touched there."""

import pytest

from cutplane.app.label_studio.queue import follow
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
