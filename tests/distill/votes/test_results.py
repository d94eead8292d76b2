"""Results worked out by hand, and intervals that hold what was planted."""

from collections.abc import Callable, Sequence
from math import log, sqrt

import numpy as np
import pytest
from scipy.special import stdtrit

from distill import votes
from distill.votes import ALL_BAD, TIE, Poll
from distill.votes.results import agreement, strengths
from distill.votes.says import limits, strength, table
from models.settings import Settings
from tests.distill.votes.conftest import MODELS
from tests.distill.votes.voters import PERSON

Voted = Callable[[Poll, list[tuple[int, int, str]]], None]
A, B = MODELS[:2]
PLANTED = (0.5, 0.0, -0.5)


def test_shares_and_strengths_by_hand(poll: Poll, settings: Settings, voted: Voted) -> None:
    """A wins 5 of 8, B 1; a tie and a "both bad" are half a win for each: 6 wins against 2."""
    given = [(1, 1, A), (1, 2, A), (1, 3, A), (2, 1, A), (2, 2, B), (2, 3, TIE), (3, 1, A), (3, 2, ALL_BAD)]
    voted(poll, given)
    found = votes.results(poll, settings)
    assert [(row["answer"], row["votes"], row["f"]) for row in found["answers"]] == [
        (A, 5, 5 / 8),
        (B, 1, 1 / 8),
        (TIE, 1, 1 / 8),
        (ALL_BAD, 1, 1 / 8),
    ]
    first, second = found["strengths"]
    assert first["f"] == pytest.approx(log(6.5 / 2.5) / 2)
    assert first["chance"] == pytest.approx(6.5 / 9)
    assert (second["f"], second["low"]) == pytest.approx((-first["f"], -first["high"]))
    # Without each person in turn: 3 (of 6) wins against 2, 4.5 against 0.5, 4.5 against 1.5.
    without = np.log([3.5 / 2.5, 5.0 / 1.0, 5.0 / 2.0]) / 2
    jackknife = sqrt(2 / 3 * ((without - without.mean()) ** 2).sum())
    error = max(jackknife, sqrt((1 / 6.5 + 1 / 2.5) / 4))
    assert first["high"] - first["f"] == pytest.approx(error * stdtrit(2, 0.975))
    # Shares of A without each person: 2 of 5, 4 of 5, 4 of 6.
    shares = np.asarray([2 / 5, 4 / 5, 4 / 6])
    jackknife = sqrt(2 / 3 * ((shares - shares.mean()) ** 2).sum())
    near = 5.5 / 9
    reach = max(jackknife, sqrt(near * (1 - near) / 8)) * stdtrit(2, 0.975)
    assert (found["answers"][0]["low"], found["answers"][0]["high"]) == (max(0, 5 / 8 - reach), 1.0)
    assert found["says"][0] == "No verdict: 3 people have voted; it takes at least 5."


def test_alpha_by_hand() -> None:
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, B: nominal data, two observers."""
    pairs = [("a", "a"), ("b", "b"), ("b", "b"), ("b", "b"), ("b", "b"), ("b", "b"), ("c", "c"), ("d", "b")]
    counts = [[pair.count(answer) for answer in "abcd"] for pair in pairs]
    # 16 values: a 2, b 11, c 2, d 1. Observed disagreement: 2 of 16 values stand in unlike pairs;
    # expected: 1 - (2*1 + 11*10 + 2*1 + 1*0) / (16*15).
    observed, expected = 2 / 16, 1 - 114 / 240
    assert agreement(counts) == pytest.approx(1 - observed / expected)
    assert agreement([*counts, [1, 0, 0, 0]]) == agreement(counts)  # one vote alone has no pair


@pytest.mark.parametrize("counts", [[], [[1, 0], [0, 1]], [[3, 0], [2, 0]]])
def test_alpha_is_left_out_where_nothing_could_differ(counts: list[list[int]]) -> None:
    assert agreement(counts) is None


def test_before_anybody_has_voted(poll: Poll, settings: Settings) -> None:
    found = votes.results(poll, settings)
    assert (found["people"], found["strengths"], found["alpha"]) == (0, None, None)
    assert found["says"] == ["Nobody has voted yet."]
    assert table(found) == ""


def test_a_single_person_gives_no_interval(poll: Poll, settings: Settings, voted: Voted) -> None:
    voted(poll, [(1, text, A) for text in range(1, 6)])
    found = votes.results(poll, settings)
    assert found["answers"][0] == {"answer": A, "votes": 5, "f": 1.0, "low": None, "high": None}
    assert "—" in table(found)


def test_a_few_people_who_all_vote_alike_have_shown_little(
    poll: Poll, settings: Settings, voted: Voted
) -> None:
    voted(poll, [(person, person, A) for person in range(1, 6)])
    found = votes.results(poll, settings)
    assert found["answers"][0]["low"] == pytest.approx(1 - sqrt(11 / 144 / 5) * stdtrit(4, 0.975))
    assert found["says"][0] == "The votes do not show which model people prefer on these texts."


def test_what_many_votes_support_is_said(poll: Poll, settings: Settings, voted: Voted) -> None:
    voted(poll, [(person, text, B) for person in range(1, 9) for text in range(1, 6)])
    voted(poll, [(1, 1, A)])
    found = votes.results(poll, settings)
    assert found["says"] == [
        f"On these texts people prefer {B}.",
        "The voters hardly agree on single texts (Krippendorff’s alpha 0.00).",
    ]
    assert table(found).splitlines()[0].split() == ["best", "votes", "share", "95%", "interval"]


def test_ratings(evaluated: str, settings: Settings) -> None:
    poll = votes.create(evaluated, settings, [A, B], scales=True)
    for person, values in ((1, (2, 4)), (2, (5,))):
        for text, value in enumerate(values, start=1):
            votes.cast(poll, PERSON.format(person), text, TIE, settings, {A: {"fluency": value}})
    [row] = votes.results(poll, settings)["ratings"]
    assert (row["model"], row["aspect"], row["n"], row["f"]) == (A, "fluency", 3, pytest.approx(11 / 3))
    assert (row["low"], row["high"]) == (1.0, 5.0)  # two people


def test_a_few_people_who_all_rate_alike_have_shown_little(evaluated: str, settings: Settings) -> None:
    """Five times a 4 of five people: the error is that of one more rating as far off as 1 and 5 are."""
    poll = votes.create(evaluated, settings, [A, B], scales=True)
    for person in range(5):
        votes.cast(poll, PERSON.format(person), 1, TIE, settings, {A: {"fluency": 4}})
    [row] = votes.results(poll, settings)["ratings"]
    reach = sqrt((3**2 + 1**2) / 2) / 5 * stdtrit(4, 0.975)
    assert (row["f"], row["low"], row["high"]) == (4, pytest.approx(max(1, 4 - reach)), 5.0)


def test_of_so_few_people_nothing_is_said_about_agreement(
    poll: Poll, settings: Settings, voted: Voted
) -> None:
    voted(poll, [(person, text, A if text == 1 else B) for person in (1, 2) for text in (1, 2)])
    found = votes.results(poll, settings)
    assert found["says"] == [
        "No verdict: 2 people have voted; it takes at least 5.",
        "Krippendorff’s alpha, their agreement, is 1.00; of so few people it says little.",
    ]


def simulated(seed: int, people: int, texts: int) -> list[list[int]]:
    """Answers of people who each have a taste of their own; on average it is as the planted strengths."""
    generator = np.random.default_rng(seed)
    chances = np.exp(PLANTED) / np.exp(PLANTED).sum()
    tastes = generator.dirichlet(20 * chances, people)
    return [[*generator.multinomial(texts, taste), 0, 0] for taste in tastes]


def covered(counts: Sequence[Sequence[int]]) -> list[bool]:
    rows = strengths(counts, "abc") or []
    return [row["low"] <= planted <= row["high"] for row, planted in zip(rows, PLANTED, strict=True)]


@pytest.mark.parametrize("people", [5, 20])
def test_intervals_hold_the_planted_strengths(people: int) -> None:
    """In 95% of 400 repetitions, give or take what 400 can show."""
    held = np.asarray([covered(simulated(seed, people, 20)) for seed in range(400)])
    assert held.mean(axis=0).min() >= 0.93


def test_a_strength_below_the_mean_has_a_minus() -> None:
    row = {"f": -0.314, "low": -1.03, "high": 0.41}
    assert (strength(row), limits(row), strength({"f": 0.28})) == ("−0.31", "−1.03 to 0.41", "+0.28")
