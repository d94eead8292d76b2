"""References made of the source's own most salient sentences."""

import pytest

from distill.rules.salience import salience, salient
from distill.rules.taken import read

MAYOR = "The mayor of Dover resigned on Monday after a vote."
SHOPS = "Shops in the harbour stayed closed all day."
COUNCIL = "The city council will choose another mayor within 30 days."
SOURCE = (
    "DOVER, England (CNN) -- The mayor of Dover, who has been ill for long, resigned on Monday after a vote. "
    f'He said: "It was time to go, my friends." {SHOPS} {COUNCIL[:-1]}, officials said on Tuesday. '
    "The mayor of Dover resigned on Monday, as so many of us had hoped."
)


def test_salience_by_hand() -> None:
    # "harbour" comes again, "fire" and "closed" do not, "the" tells nothing; 0, 4 and 7 words stand before.
    beginning = ["Fire hit the harbour.", "The harbour closed.", "He or we."]
    assert salience(beginning, 0.5) == pytest.approx([1 / 4, 1 / 3 - 0.02, -0.035])
    assert salience([], 0.5) == []


def test_the_most_salient_comes_first_without_its_needless_clauses() -> None:
    # The council's sentence has most words that come again; the shops' has none; the last repeats the first.
    verdict = salient(SOURCE, "", most=45)
    assert verdict.kind == "repaired"
    assert verdict.text == f"{MAYOR} {COUNCIL} {SHOPS}"


def test_no_more_words_than_allowed_and_no_single_sentence() -> None:
    assert salient(SOURCE, "", most=22).text == f"{MAYOR} {COUNCIL}"
    # The two have ten words each, and a sentence wants room for twelve.
    rejected = salient(SOURCE, "as it was", most=21)
    assert (rejected.kind, rejected.text, rejected.why) == ("rejected", "as it was", "fewer than 2 sentences")


def test_only_so_much_is_read() -> None:
    assert read("One two three. Four five six. Seven.", within=6) == ["One two three.", "Four five six."]
    assert salient(SOURCE, "", most=45, within=33).text == f"{MAYOR} {SHOPS}"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The mayor of Dover was the city council's choice.", "repaired"),
        ("Skipper: the mayor of Dover was the city council's choice.", "rejected"),
        ("Let 's celebrate : the mayor of Dover was their choice .", "rejected"),
        ("The mayor of Dover told the city council: .", "rejected"),
        ("The mayor of Dover was the city council's choice. '", "rejected"),
        ("The mayor of Dover said “the city council will vote.", "rejected"),
        ("The mayor of Dover said “the city council will vote.”", "repaired"),
        ("The mayor of Dover called the city council ' unacceptable ' .", "repaired"),
        ("The mayor of Dover called the city council 'unacceptable'.", "repaired"),
        ("The mayor of Dover 's city council did n't say who is next .", "repaired"),
        ("Dover's mayor, a friend of O'Neill's, didn't ask the city council.", "repaired"),
    ],
)
def test_captions_and_halves_of_quotations_do_not_stand_alone(sentence: str, kind: str) -> None:
    # The shops' sentence says nothing of it, so that only its form counts.
    assert salient(f"{SHOPS} {sentence}", "", most=45).kind == kind


def test_an_empty_text_has_no_sentences() -> None:
    assert salient("", "", most=45).kind == "rejected"
