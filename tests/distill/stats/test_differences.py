"""Paired tests and Holm's correction by hand, and when there is no verdict."""

import pytest

from distill.stats import compare_pairs, too_little
from distill.stats.differences import holm, sign_flip
from distill.stats.intervals import mean

CLEAR = [0.1, 0.12, 0.08, 0.11, 0.09] * 4


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([1.0] * 6, 2 / 64),  # all plus or all minus, of 64 ways to sign six equal values
        ([1.0] * 4, 2 / 16),
        ([1.0, -1.0], 1.0),
        ([0.0, 0.0, 0.0], 1.0),
        ([3.0, 1.0, 1.0], 2 / 8),  # |±3±1±1| is 5 twice of eight times
    ],
)
def test_p_is_the_share_of_signs_that_give_as_large_a_sum(differences: list[float], p: float) -> None:
    assert sign_flip(differences) == pytest.approx(p, abs=0.015)


def test_holm_by_hand() -> None:
    """Sorted 0.01, 0.02, 0.03, 0.04, times 4, 3, 2, 1 and never falling; Holm (1979)."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_claim_must_survive_all_that_is_compared() -> None:
    weak = [0.1, 0.1, 0.1, 0.1, 0.1, -0.05, 0.1, 0.1]
    alone = compare_pairs([weak])[0]
    assert (alone["verdict"], alone["p"]) == ("better", alone["p_holm"])
    among = compare_pairs([weak, *[[0.1, -0.1] * 4] * 9])[0]
    assert (among["f"], among["p"]) == (alone["f"], alone["p"])
    assert among["p_holm"] == pytest.approx(10 * alone["p"])
    assert among["verdict"] == "undecided"
    assert compare_pairs([[-gap for gap in weak]])[0]["verdict"] == "worse"


def test_an_interval_that_touches_zero_is_never_called_better() -> None:
    """The signs are clear enough, one outlier widens the interval over 0."""
    found = compare_pairs([[0.05] * 7 + [0.9]])[0]
    assert found["p_holm"] < 0.05
    assert found["low"] < 0
    assert found["verdict"] == "undecided"


def test_seeds_that_disagree_leave_it_undecided() -> None:
    """On average 0.1 better on every text; but one seed of three gives all of it."""
    assert compare_pairs([CLEAR])[0]["verdict"] == "better"
    disagreeing = [[3 * gap for gap in CLEAR], [0.0] * 20, [0.0] * 20]
    assert compare_pairs([disagreeing])[0]["f"] == pytest.approx(compare_pairs([CLEAR])[0]["f"])
    assert compare_pairs([disagreeing])[0]["verdict"] == "undecided"
    assert compare_pairs([[CLEAR] * 3])[0]["verdict"] == "better"


def test_the_t_test_by_hand() -> None:
    """Two seeds that agree on 0.1, 0.2, 0.3: t = 0.2 / (0.1/√3) with 2 degrees, p = 0.0742."""
    assert mean([[0.1, 0.2, 0.3]] * 2).p == pytest.approx(0.0742, abs=1e-4)


def test_no_verdict_says_why() -> None:
    why = too_little(text=12, seed=1, step=4)
    told = "12 texts, 1 seed and 4 steps cannot tell; it takes at least 20 texts, 3 seeds and 20 steps."
    assert why == f"No verdict: {told}"
    [found] = compare_pairs([CLEAR], [why])
    assert (found["verdict"], found["why"]) == ("none", why)
    assert too_little(text=20, seed=3, step=20) is None
    assert too_little(seed=2) == "No verdict: 2 seeds cannot tell; it takes at least 3 seeds."
    assert too_little(text=20) is None


def test_nothing_to_compare() -> None:
    assert compare_pairs([]) == []
