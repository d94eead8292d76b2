"""Misspelled copies."""

import pytest

from models.text.casing import Casing
from models.text.spelling import Spelling

SOURCE = (
    "Anna walked with Boris Nemtsov on Friday . The two had n't met in public before, or in her garden. "
    "She is 31 years old. The bank will not cut rates in June. He was not charged with theft."
)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("anna walked with boris nemtforov on friday.", "anna walked with boris nemtsov on friday."),
        ("walked with boris nemt backsov on friday.", "walked with boris nemtsov on friday."),  # two for one
        ("the two hadnmeant met in public.", "the two hadn't met in public."),  # which the source has apart
        ("met in pubway before, or in he garden.", "met in public before, or in he garden."),
        # One word beside it is not enough; and one word for three may be a shorter account.
        ("boris nemtforov on friday.", "boris nemtforov on friday."),
        ("with boris nemtforov the two", "with boris nemtforov the two"),
        ("walked with the two", "walked with the two"),  # the source has each word
        # No slips: a word that looks little like the source's, one that begins otherwise, and a number, which
        # the rules shall see.
        ("the bank will nudge rates in june", "the bank will nudge rates in june"),
        ("he was cleared with theft", "he was cleared with theft"),
        ("she is 39 years old", "she is 39 years old"),
    ],
)
def test_a_wrong_copy_becomes_what_stands_between_the_same_words(wrong: str, right: str) -> None:
    assert Spelling(SOURCE).mend(wrong) == right


@pytest.mark.parametrize("mark", ["'", "' ", ".", "- "])
def test_a_long_run_of_marks_takes_no_time(mark: str) -> None:
    source = f"walked with {mark * 400_000} on x friday it snowed"  # a quadratic search would take minutes
    assert Spelling(source).mend("walked with nemt on friday") == "walked with nemt on friday"


def test_quotation_marks_are_no_part_of_a_word() -> None:
    spelling = Spelling("He read the 'Hello' word is out, as the players' union said it would.")
    assert spelling.mend("he read the helo word is out") == "he read the hello word is out"
    assert spelling.mend("as the plaers' union said") == "as the players' union said"


def test_a_mended_name_gets_its_capital() -> None:
    assert Casing(SOURCE).restore("anna walked with boris nemtforov on friday.") == (
        "Anna walked with Boris Nemtsov on Friday."
    )
