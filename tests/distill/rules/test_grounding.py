"""References in their source's own words."""

import pytest

from distill.rules.grounding import grounded

MAYOR = "The mayor of Dover resigned on Monday after a vote of the council."
SHOPS = "Shops in the harbour stayed closed all day because of the storm."
SOURCE = f"The mayor of Dover, who has been ill for long, {MAYOR[19:]} {SHOPS} He said that it was time."


@pytest.mark.parametrize(
    ("sentence", "becomes"),
    [
        # Five of its six pairs of words stand in the source.
        ("New: the mayor of Dover resigned on Monday", "the mayor of Dover resigned on Monday ."),
        # None does, but three of its four words that tell something are of the six of a source sentence.
        ("Harbour shops shut in storms.", SHOPS),
        # The source has no 3.
        ("The mayor of Dover resigned on Monday with 3 others.", MAYOR),
        # Two of five are too few: F1 is 4 of 11.
        ("A great storm kept sailors in the harbour.", ""),
        ("He said that it was time.", ""),
    ],
)
def test_what_becomes_of_a_sentence(sentence: str, becomes: str) -> None:
    verdict = grounded(SOURCE, sentence, most=50, fewest=1)
    assert (verdict.kind, verdict.text) == (("repaired", becomes) if becomes else ("rejected", sentence))


def test_a_sentence_that_leans_stays_behind_the_one_it_leans_on() -> None:
    leaning = "He said that it was time."
    assert grounded(SOURCE, f"{MAYOR} {leaning}", most=50).text == f"{MAYOR} {leaning}"
    assert grounded(SOURCE, f"Nobody was hurt. {leaning}", most=50, fewest=1).kind == "rejected"


def test_nothing_is_said_twice_and_no_more_than_allowed() -> None:
    assert grounded(SOURCE, f"{MAYOR} The mayor of Dover resigned on Monday. {SHOPS}", most=50).text == (
        f"{MAYOR} {SHOPS}"
    )
    assert grounded(SOURCE, f"{MAYOR} {SHOPS}", most=24, fewest=1).text == MAYOR
    assert grounded(SOURCE, MAYOR, most=24).why == "1 sentences, not 2"


def test_only_what_is_read_counts() -> None:
    assert grounded(SOURCE, f"{MAYOR} {SHOPS}", most=50, within=20, fewest=1).text == MAYOR


def test_every_summary_passes_where_no_length_is_given() -> None:
    assert grounded(SOURCE, "Anything.").kind == "accepted"
    assert grounded("", "Anything.", most=50).kind == "rejected"
