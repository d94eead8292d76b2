"""Misspelled copies."""

import pytest

from models.casing import Casing
from models.spelling import Spelling

SOURCE = "Anna walked with Boris Nemtsov on Friday . The two had n't met in public before, or in her garden."


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("anna walked with boris nemtforov on friday.", "anna walked with boris nemtsov on friday."),
        ("walked with boris nemt backsov on friday.", "walked with boris nemtsov on friday."),  # two for one
        ("the two hadnmeant met in public.", "the two hadn't met in public."),  # which the source has apart
        ("walkedaway boris nemtsov on friday.", "walkedaway boris nemtsov on friday."),  # nothing before it
        ("met in pubway before, or in he garden.", "met in public before, or in he garden."),
        ("with annual friday. the two", "with annual friday. the two"),  # one word beside is not enough
        ("with boris meant the two", "with boris meant the two"),  # three words for one: a shorter account
        ("walked with the two", "walked with the two"),  # the source has each word
    ],
)
def test_a_wrong_copy_becomes_what_stands_between_the_same_words(wrong: str, right: str) -> None:
    assert Spelling(SOURCE).mend(wrong) == right


def test_a_long_run_of_marks_takes_no_time() -> None:
    source = "walked with " + "'" * 200_000
    assert Spelling(source).mend("walked with nemt on friday") == "walked with nemt on friday"


def test_a_mended_name_gets_its_capital() -> None:
    assert Casing(SOURCE).restore("anna walked with boris nemtforov on friday.") == (
        "Anna walked with Boris Nemtsov on Friday."
    )
