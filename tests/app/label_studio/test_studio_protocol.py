"""The protocol from JSON to JSON: what is answered, recorded, learnt and predicted."""

import json

import numpy as np
import pandas as pd
import pytest
from studio_site import CONFIG, Payloads, choice, moment, number

from cutplane.errors import InvalidInputError
from cutplane.tables.model import load_model


def answered(payloads, tasks, n, first=100, **more):
    """Annotations of the first tasks: right where x > 0, and 5 + 4 y."""
    return [
        payloads.annotation(first + i, task["id"], said(task), second=1, **more)
        for i, task in enumerate(tasks[:n])
    ]


def said(task):
    x, y = task["data"]["row"].values()
    return [choice("right" if x > 0 else "left"), number(round(5 + 4 * y, 2))]


def guesses(reply):
    """Choices and numbers of a reply's predictions."""
    results = [prediction["result"] for prediction in reply["results"]]
    kinds = [result[0]["value"]["choices"][0] for result in results]
    return kinds, [result[1]["value"]["number"] for result in results]


def begun(site, payloads, rows, n=16, **options):
    """A backend that was told of n tasks."""
    own = site(**options)
    own.post("/setup", payloads.setup())
    own.post("/webhook", payloads.webhook("TASKS_CREATED", tasks=rows))
    bulk = {"annotation": answered(payloads, rows, n), "task": rows[:n]}
    own.post("/webhook", payloads.webhook("ANNOTATIONS_CREATED", **bulk))
    return own.learnt()


def test_a_new_project_has_a_version_and_no_predictions(site, payloads, rows):
    own = site()
    assert own.client.get("/health").json()["status"] == "UP"
    assert own.post("/setup", payloads.setup()) == {"model_version": "cutplane-0", "said": []}
    reply = own.post("/predict", payloads.predict(rows))
    assert reply["results"] == [[] for _ in rows]


def test_choices_and_numbers_are_learnt_together(site, payloads, rows):
    own = begun(site, payloads, rows)
    reply = own.post("/predict", payloads.predict(rows))
    kinds, sizes = guesses(reply)
    points = np.array([list(task["data"]["row"].values()) for task in rows])
    assert np.mean(np.array(kinds) == np.where(points[:, 0] > 0, "right", "left")) > 0.85
    assert np.abs(np.array(sizes) - 5 - 4 * points[:, 1]).mean() < 0.5
    assert own.post("/setup", payloads.setup())["model_version"] == reply["model_version"]
    for prediction in reply["results"]:
        assert prediction["model_version"] == reply["model_version"]
        scores = [result["score"] for result in prediction["result"]]
        assert prediction["score"] == min(scores)
        assert all(0 < score <= 1 for score in scores)
        assert scores[0] >= 0.5


def test_one_annotation_a_webhook_is_recorded_once_however_often_it_is_sent(site, payloads, rows):
    own = site()
    annotation = answered(payloads, rows, 1)[0]
    hook = payloads.webhook("ANNOTATION_CREATED", annotation=annotation, task=rows[0])
    assert [own.post("/webhook", hook)["n_events"] for _ in range(3)] == [2, 0, 0]


def test_updates_relabel_deletions_forget_and_skips_skip(site, payloads, rows):
    own = begun(site, payloads, rows)
    version = own.post("/setup", payloads.setup())["model_version"]
    assert version.startswith("cutplane-32-")
    changed = payloads.annotation(100, 10, [choice("left"), number(1)], second=2)
    own.post("/webhook", payloads.webhook("ANNOTATION_UPDATED", annotation=changed, task=rows[0]))
    own.post("/webhook", payloads.webhook("ANNOTATIONS_DELETED", annotations=[{"id": 101}]))
    skip = payloads.annotation(500, 30, was_cancelled=True)
    own.post("/webhook", payloads.webhook("ANNOTATION_CREATED", annotation=skip, task=rows[20]))
    project = own.learnt().backend._project(payloads.uid)
    snapshot = project.record.snapshot()
    told = {control.name: told for control, told in snapshot.told.items()}
    assert told["kind"].rows == [0, *range(2, 16)]
    assert (told["kind"].labels[0], told["size"].labels[0]) == ("left", 1.0)
    assert own.post("/setup", payloads.setup())["model_version"].startswith("cutplane-30-")


def test_everything_is_there_after_a_restart(site, payloads, rows):
    own = begun(site, payloads, rows)
    before = own.post("/predict", payloads.predict(rows))
    again = site().learnt()
    assert again.post("/predict", payloads.predict(rows)) == before


def test_the_networks_are_kept_as_model_folders(site, payloads, rows, tmp_path):
    own = begun(site, payloads, rows)
    reply = own.post("/predict", payloads.predict(rows))
    kinds, sizes = guesses(reply)
    fields = [{**task["data"], **task["data"]["row"]} for task in rows]
    table = pd.DataFrame({"row.x": [f["x"] for f in fields], "row.y": [f["y"] for f in fields]})
    table["colour"] = [each["colour"] for each in fields]
    folder = tmp_path / "models" / f"project-{payloads.uid}"
    assert load_model(folder / "kind").predict(table).tolist() == kinds
    np.testing.assert_allclose(load_model(folder / "size").predict(table), sizes, rtol=1e-5)


def test_training_that_is_asked_for_reads_everything_again(site):
    payloads, seen = Payloads(config=CONFIG.replace("Table", "Text")), []

    def broken_at_first():
        seen.append(1)
        if len(seen) == 1:
            raise InvalidInputError("the model is not there")
        return lambda texts: np.array([[len(text)] for text in texts], dtype=float)

    own = site(encode=broken_at_first)
    tasks = [payloads.task(i, {"row": "x" * i, "n": i % 5}) for i in range(1, 13)]
    own.post("/setup", payloads.setup())
    own.post("/webhook", payloads.webhook("TASKS_CREATED", tasks=tasks))
    own.learnt()
    assert any(
        "Texts are left out" in each for each in own.post("/setup", payloads.setup())["said"]
    )
    own.post("/webhook", payloads.webhook("START_TRAINING"))
    own.learnt()
    assert not any("Texts" in each for each in own.post("/setup", payloads.setup())["said"])


def test_annotations_of_before_come_with_predictions_and_lost_ones_go(site, payloads, rows):
    own = site()
    made = answered(payloads, rows, 8)
    known = [{**task, "annotations": [each]} for task, each in zip(rows, made, strict=False)]
    own.post("/predict", payloads.predict(known))
    version = own.learnt().post("/setup", payloads.setup())["model_version"]
    assert version.startswith("cutplane-16-")
    lacking = {"annotations": []}
    later, earlier = {**rows[0], **lacking, "updated_at": moment(9)}, {**rows[1], **lacking}
    own.post("/predict", payloads.predict([later, earlier]))
    version = own.learnt().post("/setup", payloads.setup())["model_version"]
    assert version.startswith("cutplane-14-")


def test_deleted_tasks_and_their_answers_are_gone_for_good(site, payloads, rows):
    own = begun(site, payloads, rows)
    own.post("/webhook", payloads.webhook("TASKS_DELETED", tasks=[{"id": 10}, {"id": 999}]))
    assert own.learnt().post("/setup", payloads.setup())["model_version"].startswith("cutplane-30-")
    own.post("/webhook", payloads.webhook("TASKS_CREATED", tasks=rows[:1]))
    snapshot = own.backend._project(payloads.uid).record.snapshot()
    assert len(snapshot.data) == len(rows) - 1


def test_tasks_that_arrive_later_are_predicted_at_once_and_learnt_from(site, payloads, rows):
    own = begun(site, payloads, rows[:20])
    reply = own.post("/predict", payloads.predict(rows[20:]))
    assert all(prediction["result"] for prediction in reply["results"])
    more = answered(payloads, rows[20:], 10, first=300)
    hook = payloads.webhook("ANNOTATIONS_CREATED", annotation=more, task=rows[20:])
    assert own.post("/webhook", hook)["n_events"] == 20
    assert own.learnt().post("/setup", payloads.setup())["model_version"].startswith("cutplane-52-")


def test_two_projects_and_the_same_number_of_another_server_are_apart(site, payloads, rows):
    own = begun(site, payloads, rows)
    others = [Payloads(2), Payloads(1)]
    others[1].uid = "1.1234567890"
    for other in others:
        assert own.post("/setup", other.setup())["model_version"] == "cutplane-0"


def test_several_people_have_their_own_share_of_wrong_labels(site, payloads, rows):
    own = begun(site, payloads, rows)
    email = {"id": 7, "email": "two@example.org"}
    more = answered(payloads, rows, 16, first=300, completed_by=email)
    own.post("/webhook", payloads.webhook("ANNOTATIONS_CREATED", annotation=more, task=rows[:16]))
    model = own.learnt().backend._project(payloads.uid).model
    assert set(model.learnt[0].estimator.flips_) == {"1", "two@example.org"}


def test_a_changed_configuration_keeps_the_labels_that_it_still_has(site, payloads, rows):
    own = begun(site, payloads, rows)
    payloads.config = CONFIG.replace('<Choice value="left"/>', '<Choice value="down"/>')
    own.post("/webhook", payloads.webhook("PROJECT_UPDATED"))
    said = " ".join(own.learnt().post("/setup", payloads.setup())["said"])
    assert "labels are none of it any more" in said
    assert "'kind' is not learnt yet" in said
    payloads.config = CONFIG
    own.post("/webhook", payloads.webhook("PROJECT_UPDATED"))
    assert own.learnt().post("/setup", payloads.setup())["said"] == []


def test_one_class_is_not_enough_and_the_reply_says_so(site, payloads, rows):
    own = site()
    made = [payloads.annotation(i, task["id"], [choice("left")]) for i, task in enumerate(rows[:3])]
    own.post("/webhook", payloads.webhook("ANNOTATIONS_CREATED", annotation=made, task=rows[:3]))
    reply = own.learnt().post("/predict", payloads.predict(rows))
    assert reply["results"] == [[] for _ in rows]
    (one,) = [each for each in reply["said"] if each.startswith("'kind'")]
    assert "two different ones are needed" in one


def test_columns_of_no_use_are_said(site, payloads):
    own = site()
    tasks = [payloads.task(i, {"same": 1}) for i in range(12)]
    own.post("/setup", payloads.setup())
    own.post("/webhook", payloads.webhook("TASKS_CREATED", tasks=tasks))
    said = own.learnt().post("/setup", payloads.setup())["said"]
    assert any("Nothing is learnt" in each for each in said)


def test_tasks_of_another_shape_get_no_prediction_but_a_sentence(site, payloads, rows):
    own = begun(site, payloads, rows)
    strange = [payloads.task(900, {"row": {"x": "north", "y": "south"}, "colour": 3})]
    reply = own.post("/predict", payloads.predict(strange))
    assert reply["results"] == [[]]
    assert any("Nothing is predicted" in each for each in reply["said"])


@pytest.mark.parametrize(
    ("action", "what"),
    [
        ("ANNOTATION_CREATED", {"annotation": {"id": 1, "task": 77}}),
        ("ANNOTATION_CREATED", {"annotation": {"id": 1, "task": 10, "result": [choice("up")]}}),
        ("ANNOTATION_CREATED", {"annotation": {"id": 1, "task": 10, "result": [number(99)]}}),
        ("LABEL_LINK_CREATED", {}),
    ],
)
def test_what_is_not_taken_is_said(site, payloads, rows, action, what):
    own = site()
    own.post("/webhook", payloads.webhook("TASKS_CREATED", tasks=rows))
    reply = own.post("/webhook", payloads.webhook(action, **what))
    assert reply["n_events"] == 0
    assert reply["said"]
    assert all(each.endswith(".") for each in reply["said"])


def test_configurations_of_no_use_are_refused_at_setup_and_said_elsewhere(site, payloads, rows):
    own = site()
    payloads.config = '<View><Rating name="stars" toName="t"/></View>'
    assert "Rating 'stars' is not learnt" in own.post("/setup", payloads.setup(), 422)["error"]
    (said,) = own.post("/webhook", payloads.webhook("TASKS_CREATED", tasks=rows))["said"]
    assert said.startswith("The configuration is left out")


@pytest.mark.parametrize("path", ["/setup", "/predict", "/webhook"])
@pytest.mark.parametrize(
    "body",
    [
        "null", "[]", "3", '"text"', "{", "{}", '{"project": 1e400}', '{"project": "../x"}',
        '{"project": "1/2"}', '{"project": {"id": -1}}', '{"project": "1", "tasks": 3}',
        '{"project": "1", "tasks": [{"id": 1, "data": [1]}]}', '{"project": "1", "tasks": [null]}',
        '{"project": "1", "schema": 3, "label_config": [], "action": {}}', "[" * 100_000,
        '{"project": {"id": 1}, "action": "ANNOTATION_CREATED", "annotation": {"id": "x"}}',
        '{"project": {"id": 1}, "action": "ANNOTATIONS_DELETED", "annotations": [5]}',
        '{"project": {"id": 1}, "action": "TASKS_DELETED", "tasks": [{"id": "5"}]}',
        '{"project": {"id": 1, "created_at": "soon", "label_config": 5}, "action": "x"}',
    ],
)  # fmt: skip
def test_bodies_of_any_shape_end_in_a_sentence(site, path, body):
    own = site()
    reply = own.client.post(path, content=body, headers={"content-type": "application/json"})
    assert reply.status_code in (200, 422)
    found = reply.json()
    assert found.get("error", "") or found.get("said") or found.get("results") == []
    json.dumps(found, allow_nan=False)
