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
        ("New: the mayor of Dover resigned on Monday", "the mayor of Dover resigned on Monday."),
        ("The mayor of Dover resigned on Monday:", "The mayor of Dover resigned on Monday."),
        # No pair does, but three of its four words that tell something are among the six of SHOPS.
        ("Harbour shops shut in storms.", SHOPS),
        # All words do, and no pair.
        ("Monday Dover mayor council vote resigned.", MAYOR),
        # Five of nine pairs do, but only four of seven words that tell something.
        ("The mayor of Dover resigned on Monday amid scandal rumours.", MAYOR),
        # The source has no 3.
        ("The mayor of Dover resigned on Monday at 3.", MAYOR),
        # Two of five are too few: F1 is 4 of 11.
        ("A great storm kept sailors in the harbour.", ""),
        ("He said that it was time.", ""),
    ],
)
def test_what_becomes_of_a_sentence(sentence: str, becomes: str) -> None:
    verdict = grounded(SOURCE, sentence, most=50, fewest=1)
    assert (verdict.kind, verdict.text) == (("repaired", becomes) if becomes else ("rejected", sentence))


def test_a_tokenized_source_has_tokenized_stops() -> None:
    tokenized = MAYOR.replace(".", " .")
    found = grounded(tokenized, "The mayor of Dover resigned on Monday", most=50, fewest=1)
    assert found.text == "The mayor of Dover resigned on Monday ."


def test_news_is_a_mark_at_the_beginning_only() -> None:
    knew = "Police told reporters all that they knew: the mayor of Dover resigned."
    assert grounded(knew, knew, most=50, fewest=1).text == knew


def test_a_sentence_leans_only_on_one_that_was_kept() -> None:
    leaning = "He said that it was time."
    assert grounded(SOURCE, f"{MAYOR} {leaning}", most=50).text == f"{MAYOR} {leaning}"
    for before in ("Nobody was hurt.", "Harbour shops shut in storms."):
        assert leaning not in grounded(SOURCE, f"{before} {leaning} {MAYOR}", most=50, fewest=1).text


def test_nothing_is_said_twice_and_no_more_than_allowed() -> None:
    assert grounded(SOURCE, f"{MAYOR} The mayor of Dover resigned on Monday. {SHOPS}", most=50).text == (
        f"{MAYOR} {SHOPS}"
    )
    assert grounded(SOURCE, f"{MAYOR} {SHOPS}", most=24, fewest=1).text == MAYOR
    assert grounded(SOURCE, MAYOR, most=24).why == "only 1 of 2 sentences"


def test_what_is_grounded_already_is_left_as_it_is() -> None:
    for summary in (f"{MAYOR} {SHOPS}", f"{MAYOR}\n{SHOPS}"):
        assert grounded(SOURCE, summary, most=50).kind == "accepted"


def test_only_what_is_read_counts() -> None:
    assert grounded(SOURCE, f"{MAYOR} {SHOPS}", most=50, within=25, fewest=1).text == MAYOR


def test_pairs_do_not_reach_across_sentences() -> None:
    assert (
        grounded(SOURCE, "Vote of the council shops in the harbour.", most=50, pairs=1.0, fewest=1).text
        == SHOPS
    )


def test_every_summary_passes_where_no_length_is_given() -> None:
    assert grounded(SOURCE, "Anything.").kind == "accepted"


def test_a_source_without_sentences_grounds_nothing() -> None:
    assert grounded("", "Anything.", most=50).kind == "rejected"
