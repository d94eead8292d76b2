"""Which parts of a source a summary may be: pieces of its sentences, its beginning."""

import pytest

from distill.rules.extracts import extract, opening
from distill.rules.fragments import fragments

SOURCE = (
    "The envoy, a friend of Mr. Karimi, left the building in Tehran after he met the people who live there. "
    'Envoy Ann Lee left. Protests were held across the country. "That is all we have," he said. "I love it," '
    "he said. "
    "Police said that the man was held. It opened on Monday, in the rain. The rain, all day."
)


@pytest.mark.parametrize(
    "summary",
    [
        "The envoy, a friend of Mr. Karimi, left the building in Tehran.",
        "He met the people.",
        "The man was held.",
        "left the building in Tehran after he met the people",
        "The rain, all day.",
        "The building in Tehran is his.",
        "Envoy Ann Lee left.",
        "Lee left.",
        "Protests were held.",
        "That is all we have.",
        "I love it.",
    ],
)
def test_whole_ones_and_other_words_are_left(summary: str) -> None:
    assert fragments(SOURCE, summary).kind == "accepted"


@pytest.mark.parametrize(
    ("summary", "why"),
    [
        ("Karimi, left the building in Tehran.", "begins after “mr”"),
        ("The envoy, a friend of Mr.", "ends in “mr”"),
        ("The envoy, a friend.", "ends before “of”"),
        ("The envoy, a friend of Mr. Karimi, left the.", "ends in “the”"),
        ("In the rain.", "no verb"),
        ("The envoy, a friend of Mr. Karimi.", "no verb"),
        ("Held.", "begins after “were”"),
    ],
)
def test_a_piece_is_taken_out_and_alone_rejected(summary: str, why: str) -> None:
    alone = fragments(SOURCE, summary)
    assert (alone.kind, alone.text) == ("rejected", summary)
    assert why in alone.why
    beside = fragments(SOURCE, f"He met the people. {summary}")
    assert (beside.kind, beside.text) == ("repaired", "He met the people.")


def test_a_number_is_not_cut_and_each_line_stays_one() -> None:
    source = "The firm cut 1,700 jobs and raised $5 million of the sum. It ended."
    assert fragments(source, "The firm cut 1.").why == "ends before “700”"
    found = fragments(source, "It ended.\nOf the sum. It ended.\nIt ended. Of the sum.")
    assert (found.kind, found.text) == ("repaired", "It ended.\nIt ended.\nIt ended.")


def test_a_place_that_makes_it_whole_is_enough() -> None:
    assert fragments("He saw the building burned down.", "Building burned down.").kind == "rejected"
    source = "He saw the building burned down. Building burned down."
    assert fragments(source, "Building burned down.").kind == "accepted"


def test_only_english_is_judged() -> None:
    assert fragments("Der Mann hat das Haus verlassen.", "Mann hat das.").kind == "accepted"


def test_the_beginning_is_allowed_unless_it_is_said_not_to_be() -> None:
    """Of the pairs of "it rained ended he", one of three stands in the first five words."""
    source = "(CNN) -- It rained. He left early. It ended."
    assert opening(source, "It rained. He left.").kind == "accepted"
    assert "100% from the beginning" in opening(source, "It rained. He left.", most=0.9).why
    assert "33% from" in opening(source, "It rained. Ended he.", most=0.3).why
    assert opening(source, "It rained. Ended he.", most=0.34).kind == "accepted"


def test_whole_sentences_are_allowed_unless_it_is_said_that_they_are_not() -> None:
    source = "It rained. He left early. It ended."
    whole, other = "It rained. It ended.", "It rained. He left."
    assert extract(source, whole).kind == "accepted"
    assert extract(source, whole, allowed=0).kind == "rejected"
    assert extract(source, other, allowed=0).kind == "accepted"
