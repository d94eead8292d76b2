import pytest

from distill.judging.verdict import verdict


def test_a_student_that_lost_on_every_text_is_worse() -> None:
    before = [0.18, 0.2, 0.15, 0.22, 0.17, 0.19, 0.21, 0.18]
    found = verdict(before, [0.04] * 8)
    assert (found["word"], found["n"]) == ("worse", 8)
    assert found["difference"]["f"] == pytest.approx(0.04 - 0.1875)
    assert found["p"] < 0.02
    assert verdict([0.04] * 8, before)["word"] == "better"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([0.2] * 4, [0.0] * 4),  # four texts cannot tell
        ([0.2, 0.1] * 10, [0.1, 0.2] * 10),
        ([0.2] * 9, [0.2] * 9),
    ],
)
def test_without_enough_evidence_nothing_is_said(before: list[float], after: list[float]) -> None:
    assert verdict(before, after)["word"] == "undecided"
