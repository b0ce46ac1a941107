"""A labeler while other cells use, close or interrupt its learner."""

import contextlib
import threading

import numpy as np
import pytest

pytest.importorskip("anywidget")

from talking import SIDES, X, learner_of, opened

from cutplane.errors import CutplaneError


def is_consistent(labeler, learner):
    """Whether the desk says of every row what the learner holds."""
    desk = labeler._subject.desk
    desk.follow()
    held = dict(zip(learner.labels_rows_.tolist(), learner.labels_.tolist(), strict=True))
    return dict(desk.standing) == held and sorted(desk.skipped) == sorted(learner.skipped_)


@pytest.mark.parametrize("seed", [0, 1])
def test_any_order_of_acts_and_cells_keeps_desk_and_learner_together(seed):
    rng, learner = np.random.default_rng(seed), learner_of(X[:12])
    labeler, browser = opened(learner, classes=["left", "right"])
    sides = ["left", "right"]

    def in_a_cell():
        row = int(rng.integers(12))
        acts = [
            lambda: learner.tell([row], [sides[row % 2]]),
            lambda: learner.relabel([row], [sides[rng.integers(2)]]),
            lambda: learner.forget([row]),
            lambda: learner.skip([row]),
            lambda: learner.ask(),
        ]
        with contextlib.suppress(CutplaneError):
            acts[rng.integers(len(acts))]()

    for _ in range(40):
        act = rng.choice(["answer", "skip", "unknown", "undo", "cell", "stale"])
        if act == "cell":
            in_a_cell()
        elif act == "stale":  # another view, of another question
            browser.act("answer", row=str(rng.integers(12)), label=sides[rng.integers(2)])
        elif browser.row is None or act == "undo":
            browser.html = browser.asked("undo")
        else:
            browser.act(act, label=sides[rng.integers(2)])
        assert is_consistent(labeler, learner)


def test_an_answer_sent_twice_is_told_once():
    learner = learner_of()
    _, browser = opened(learner, classes=["left", "right"])
    row, first = browser.row, browser.answer("left")
    n_events = len(learner.events_)
    browser.act("answer", row=str(row), label="left")
    assert first == row
    assert len(learner.events_) == n_events
    assert learner.n_asked_ == 1


def test_threads_answer_while_cells_tell():
    learner = learner_of()
    labeler, browser = opened(learner, classes=["left", "right"])
    others = np.flatnonzero(np.arange(30) % 5 == 0)

    def answer():
        for _ in range(8):
            browser.answer()

    widget = threading.Thread(target=answer)
    widget.start()
    for row in others:
        try:
            learner.tell([row], [SIDES[row]])
        except CutplaneError:  # the widget was first
            assert row in learner.labels_rows_
    widget.join()
    assert set(others) <= set(learner.labels_rows_.tolist())
    assert sorted(set(learner.labels_rows_)) == sorted(learner.labels_rows_)
    assert is_consistent(labeler, learner)


def test_a_learner_that_was_closed_says_so_in_the_widget(tmp_path):
    learner = learner_of(journal=tmp_path / "log")
    _, browser = opened(learner, classes=["left", "right"])
    browser.answer()
    learner.close()
    row = browser.row
    assert browser.answer(comment="kept") == browser.row == row
    assert "it was closed; open it again" in browser.said
    assert browser.typed[0] == "kept"
    assert learner.n_labels_ == 1


def test_of_two_learners_of_one_journal_the_newest_goes_on(tmp_path):
    before = learner_of(journal=tmp_path / "log")
    _, browser = opened(before, classes=["left", "right"])
    row = browser.answer()
    with learner_of(journal=tmp_path / "log") as learner:
        _, again = opened(learner, classes=["left", "right"])
        browser.answer()
        assert "a newer learner has taken it over" in browser.said
        again.answer()
        assert learner.n_labels_ == 2
        assert learner.labels_rows_[0] == row


def test_an_interrupted_kernel_is_said_and_the_learner_goes_on(monkeypatch):
    learner = learner_of()
    labeler, browser = opened(learner, classes=["left", "right"])

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(labeler._subject.desk, "answer", interrupted)
        fields = {"row": str(browser.row), "label": "left"}
        reply = browser.message(id="1", act="answer", fields=fields)
    assert reply["error"] == "The kernel was interrupted; try again."
    browser.answer()
    assert learner.n_labels_ == 1


BAD = '<img src=x onerror="alert(1)">'


def test_text_of_rows_classes_and_comments_is_escaped():
    learner = learner_of()
    _, browser = opened(
        learner,
        [{BAD: BAD}] * 30,
        classes=[BAD, "</script>"],
        target=BAD,
        guide=f"{BAD}\n\n[press](javascript:alert(1))",
    )
    pages = [browser.html, browser.asked("answer", row="0", label=BAD, comment=BAD)]
    pages += [browser.asked("answer", row="1", label=f"no {BAD}", comment=f"</textarea>{BAD}")]
    browser.act("answer", row="2", label="</script>")
    pages += [browser.html, browser.asked("why", row="3"), browser.asked("figures")]
    for page in pages:
        assert "<img" not in page
        assert "javascript:" not in page.replace("[press](javascript:alert(1))", "")
        assert page.count("<textarea") == page.count("</textarea>")
    assert all("&lt;img src=x" in page for page in pages[:3])
