"""What is learnt ahead is what would have been learnt, to the last bit."""

import numpy as np
import pytest
from small_runs import begun, same_model, table, told, values

from cutplane.active.events import Event
from cutplane.app.learning.ahead import Prepared, Ready, likely_answers, prepared_for

X, y = table()
ROWS = [3, 10, 20, 30, 41, 7, 55]


@pytest.fixture(scope="module")
def ledger():
    return begun(X).after(*told(ROWS, y[ROWS]))


@pytest.mark.parametrize("who", ["", "ada"])
def test_what_was_learnt_ahead_is_taken_over_bit_for_bit(ledger, who):
    prepared = [Prepared.of(ledger, 5, label, who) for label in ("yes", "no")]
    asked = Event("asked", [5], details={"rng": ledger.book.rng})
    note = Event("skipped", [9], details={"by": "ada"})
    answer = Event("labelled", [5], ["no"], [who] if who else [], {"by": who, "seconds": 2.0})
    events = asked, note, answer
    taken = ledger.after(*events, ahead=[own.ledger for own in prepared])
    again = ledger.after(*events)
    assert taken.model is prepared[1].ledger.model
    assert taken.events == again.events == (*ledger.events, *events)
    assert again.model is not taken.model
    assert same_model(taken, again)
    later = told([12], ["yes"], who)
    assert same_model(taken.after(*later), again.after(*later))


@pytest.mark.parametrize(
    "answer",
    [
        Event("labelled", [5], ["yes"], ["bob"]),
        Event("labelled", [5], ["no"]),
        Event("labelled", [6], ["yes"]),
        Event("labelled", [5, 6], ["yes", "no"]),
    ],
)
def test_what_was_not_foreseen_is_learnt(ledger, answer):
    prepared = Prepared.of(ledger, 5, "yes", "")
    after = ledger.after(answer, ahead=[prepared.ledger])
    assert after.model is not prepared.ledger.model
    assert same_model(after, ledger.after(answer))


def test_an_answer_of_somebody_else_comes_first_and_all_is_learnt_in_order(ledger):
    prepared = Prepared.of(ledger, 5, "yes", "")
    events = told([6, 5], ["no", "yes"])
    after = ledger.after(*events, ahead=[prepared.ledger])
    assert same_model(after, ledger.after(*events))
    assert after.book.told.tolist()[-2:] == [6, 5]


def test_a_correction_after_what_was_taken_over(ledger):
    prepared = Prepared.of(ledger, 5, "no", "")
    taken = ledger.after(*told([5], ["no"]), ahead=[prepared.ledger])
    events = [Event("relabelled", [5], ["yes"])]
    assert same_model(taken.after(*events), ledger.after(*told([5], ["yes"])))


def test_questions_are_those_of_the_ledger_that_is_taken_over(ledger):
    asked = Event("asked", [5], details={"rng": Ready.of(ledger).rng})
    held = ledger.after(asked)
    prepared = Prepared.of(held, 5, "no", "")
    taken = held.after(*told([5], ["no"]))
    assert prepared.ready == Ready.of(taken)
    assert prepared.ready.source == "model"


def test_answers_are_prepared_in_the_order_of_their_probability(ledger):
    answers = likely_answers(ledger, 5)
    probability = ledger.model.estimator.predict_proba(X[[5]])[0]
    assert answers[0] == ledger.model.estimator.classes_[probability.argmax()]
    assert sorted(answers) == ["no", "yes"]


def test_before_a_model_the_classes_seen_are_prepared():
    one = begun(X).after(*told([3, 4], ["no", "no"]))
    assert likely_answers(begun(X), 5) == []
    assert likely_answers(one, 5) == ["no"]
    assert likely_answers(values(X), 5) == []


def test_at_most_four_of_many_classes():
    labels = [f"class {i}" for i in range(7)]
    ledger = begun(X).after(*told(range(7), labels))
    assert len(likely_answers(ledger, 20)) == 4


def test_the_nearest_value_stands_for_others():
    run = values(X).after(*told(ROWS, X[ROWS, 0].tolist()))
    middle, low, high = likely_answers(run, 5)
    assert low < middle < high
    prepared = [Prepared.of(run, 5, label, "") for label in (middle, low, high)]
    assert prepared_for(prepared, 5, high + 1) is prepared[2]
    assert prepared_for(prepared, 5, float(np.nextafter(middle, high))) is prepared[0]
    assert prepared_for(prepared, 6, middle) is None
    taken = run.after(*told([5], [high + 1]), ahead=[own.ledger for own in prepared])
    assert same_model(taken, run.after(*told([5], [high + 1])))


def test_classes_are_not_mistaken_for_each_other():
    run = begun(X).after(*told(ROWS, (y[ROWS] == "yes").tolist()))
    prepared = [Prepared.of(run, 5, True, "")]
    assert prepared_for(prepared, 5, True) is prepared[0]
    assert prepared_for(prepared, 5, False) is None
    assert prepared_for(prepared, 5, 1) is None


def test_reasons_of_rows_and_rows_that_were_answered_since(ledger):
    ready = Ready((4, 5, 6), {}, "model", 3, 2)
    assert [ready.reason(row) for row in (4, 5, 6, 7)] == ["model", "model", "cover", "cover"]
    left = ready.without({5, 9})
    assert left.rows == (4, 6)
    assert left.n_chosen == 1
    assert ready.without({9}) is ready
