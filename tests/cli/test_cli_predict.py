"""`cutplane predict`: what cannot be read, or written, is one sentence."""

import pytest

FAST = ("--hidden", "20")


@pytest.mark.slow
def test_predict_bad_input(frame, invoke, one_sentence):
    frame.to_csv("t.csv", index=False)
    assert "there is no model" in one_sentence(invoke("predict", "nowhere", "t.csv"), 2)
    assert "is not a model that cutplane saved" in one_sentence(
        invoke("predict", "t.csv", "t.csv"), 2
    )
    invoke("run", "moons", "--budget", 8, "--out", "r", *FAST)
    assert "lacks 2 of the columns" in one_sentence(invoke("predict", "r", "t.csv"), 2)
    result = invoke("predict", "r", "moons", "--out", "no/such/place.csv")
    assert "there is no folder 'no/such'" in one_sentence(result, 2)
