"""References made of the source's own sentences, without needless clauses."""

import pytest

from distill.rules.clauses import condensed
from distill.rules.condensing import condense, condensed_only

MAYOR = "The mayor of Dover resigned on Monday after a vote."
SHOPS = "Shops in the harbour stayed closed all day."
COUNCIL = "The city council will choose another mayor within 30 days."
SOURCE = (
    "DOVER, England (CNN) -- The mayor of Dover, who has been ill for long, resigned on Monday after a vote. "
    f'He said: "It was time to go, my friends." {SHOPS} {COUNCIL[:-1]}, officials said on Tuesday.'
)


def test_what_says_most_of_the_summary_comes_in_the_order_of_the_text() -> None:
    verdict = condense(SOURCE, "Council will choose another mayor. Mayor of Dover resigned.", fewest=2)
    assert (verdict.kind, verdict.text) == ("repaired", f"{MAYOR} {COUNCIL}")


def test_first_sentences_fill_up_for_what_the_text_does_not_say() -> None:
    # "He said …" leans on the sentence before it, so the shops' is the second one that can stand alone.
    for summary in ("Snow fell on Oslo.", "Time to go, friends.", "Mayor resigned in Oslo for snow."):
        assert condense(SOURCE, summary, fewest=2).text == f"{MAYOR} {SHOPS}"


def test_a_sentence_counts_from_the_share_on() -> None:
    # Of "council", "chose", "another", "mayor" and "swiftly" the text's sentence has three by their stems.
    summary = "Council chose another mayor swiftly."
    assert condense(SOURCE, summary, fewest=1, share=0.6).text == COUNCIL
    assert condense(SOURCE, summary, fewest=1, share=0.61).text == MAYOR


def test_no_more_words_than_allowed() -> None:
    # The two have ten words each.
    summary = "Council will choose another mayor. Mayor of Dover resigned."
    assert condense(SOURCE, summary, fewest=1, most=20).text == f"{MAYOR} {COUNCIL}"
    assert condense(SOURCE, summary, fewest=1, most=19).text == MAYOR
    assert condense(SOURCE, summary, fewest=2, most=19).text == f"{MAYOR} {SHOPS}"
    rejected = condense(SOURCE, summary, fewest=2, most=16)
    assert (rejected.kind, rejected.why) == ("rejected", "1 sentences, not 2")


def test_the_first_sentences_may_fill_the_room() -> None:
    # The three have 10, 8 and 10 words; the second is passed over for a third only before there are enough.
    assert condense(SOURCE, "", fewest=2, most=28, fill=1).text == f"{MAYOR} {SHOPS} {COUNCIL}"
    assert condense(SOURCE, "", fewest=2, most=27, fill=1).text == f"{MAYOR} {SHOPS}"
    assert condense(SOURCE, "", fewest=2, most=28).text == f"{MAYOR} {SHOPS}"
    assert condense(SOURCE, "", fewest=1, most=17, fill=1).text == MAYOR
    chosen = "Council will choose another mayor."
    assert condense(SOURCE, chosen, fewest=1, most=20, fill=1).text == f"{MAYOR} {COUNCIL}"


def test_what_is_hardly_shorter_is_no_example() -> None:
    # ", who has been ill for long," and ", officials said on Tuesday" are six and four words less.
    summary = "Council will choose another mayor. Mayor of Dover resigned."
    assert condense(SOURCE, summary, fewest=2, shorter=10).text == f"{MAYOR} {COUNCIL}"
    rejected = condense(SOURCE, summary, fewest=2, shorter=11)
    assert (rejected.kind, rejected.why) == ("rejected", "10 words less, not 11")


@pytest.mark.parametrize(
    ("summary", "why"),
    [
        (f"{MAYOR} {SHOPS}", None),
        (f"{MAYOR.upper()}\n{SHOPS}", None),
        (f"{SHOPS} {SHOPS}", "0 words less, not 6"),
        (MAYOR, "1 sentences, not 2"),
        (f"{MAYOR} Shops stayed closed.", "no such sentence in the text: Shops stayed closed."),
        ("The mayor of Dover. He said so.", "no such sentence in the text: The mayor of Dover. and 1 more"),
        ("", "0 sentences, not 2"),
    ],
)
def test_only_what_could_come_of_the_text_is_accepted(summary: str, why: str | None) -> None:
    verdict = condensed_only(SOURCE, summary, fewest=2, shorter=6)
    assert (verdict.kind, verdict.why or None) == (("rejected", why) if why else ("accepted", None))
    assert condensed_only(SOURCE, summary).kind == "accepted"


RESIGNED = "the mayor of Dover resigned yesterday."


@pytest.mark.parametrize(
    ("sentence", "shorter"),
    [
        ("the mayor of Dover, who is very ill, resigned yesterday.", RESIGNED),
        ("the mayor of Dover resigned yesterday, according to the Times.", RESIGNED),
        ("the mayor of Dover resigned yesterday, according to the Times, the London daily.", RESIGNED),
        ("After long debates, the mayor of Dover resigned yesterday.", RESIGNED),
        ("the mayor of Dover , 56 , resigned yesterday .", "the mayor of Dover resigned yesterday ."),
        # Six words have to be left, and more than what only introduces another clause.
        ("The mayor of Dover resigned, it seems.",) * 2,
        ("After the long vote of Monday, a mayor went.",) * 2,
        # No clause that opens as an addition does.
        ("The mayor of Dover resigned yesterday, to nobody's surprise.",) * 2,
        # A quotation that goes on in the next clause.
        ('The mayor of Dover said yesterday, "as always, that is wrong."',) * 2,
        # "The board said" goes on, so it is no mere attribution.
        (
            "Last Friday, the board of Dover said the mayor would resign, in time.",
            "the board of Dover said the mayor would resign.",
        ),
        # The number is an age, and what follows him goes on speaking of him.
        (
            "The mayor of Dover , 56 , his wife , 50 , and two dogs left .",
            "The mayor of Dover , his wife , and two dogs left .",
        ),
        # The first addition still needs its second comma.
        (
            "Ann Lee, the mayor, who is very ill, resigned yesterday.",
            "Ann Lee, the mayor, resigned yesterday.",
        ),
        ("In March, the mayor, who is very ill, resigned yesterday.", "the mayor resigned yesterday."),
        (
            "It is said the mayor -- who is ill -- resigned yesterday.",
            "It is said the mayor resigned yesterday.",
        ),
        # Lists, places, and what would hang in the air or say something else.
        ("A man, a woman and two boys were found in Addison, Illinois.",) * 2,
        ("The farms, which are in Holly, Colorado, sell melons and corn.",) * 2,
        ("The melons went to Ohio, Texas, Maine, Utah, and Iowa.",) * 2,
        ("They had pictures that are, at times, exciting to look at.",) * 2,
        ("The mayor of Dover found not only money, but he found letters.",) * 2,
        ("The mayor of Dover will resign, if the council asks for it.",) * 2,
        ("Using a telescope at Mauna Kea, Hawaii, they found ice and water there.",) * 2,
        ("They were named as John Lee, 19; Ann Lee, 20 and Bo Lee, 21.",) * 2,
    ],
)
def test_a_needless_clause_is_left_out(sentence: str, shorter: str) -> None:
    assert condensed(sentence) == shorter
