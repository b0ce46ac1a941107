"""A simulated person gets questions until the end, of the model sooner or later."""

import pytest

pytest.importorskip("sqlalchemy")

from label_latency import PROBLEMS, Waits, costs, milliseconds, run, table


@pytest.mark.parametrize("problem", PROBLEMS)
def test_tables_have_as_many_classes(problem):
    X, labels = table(PROBLEMS[problem], 60, 8)
    assert X.shape == (60, 8)
    assert len(set(labels)) == (PROBLEMS[problem] or 60)


@pytest.mark.parametrize("n_classes", [2, 0])
def test_what_the_thread_does_is_timed(n_classes):
    found = costs(n_classes, 10, 80, 6)
    assert all(0 < own["median"] <= own["most"] for own in found.values())


def test_a_person_is_timed():
    found = run(2, 12, 0.5, 80, 6)  # who thinks less outruns the learner of a busy machine
    assert 0 < found["ms"]["median"] <= found["ms"]["95%"] <= found["ms"]["most"]
    assert 0 < found["share asked by the model"] <= 1
    assert 0 <= found["labels behind"] <= 12


def test_requests_are_timed_beside():
    with Waits() as waits:
        while not waits.seconds:
            pass
    assert 0 < milliseconds(waits.seconds)["median"] < 1000
