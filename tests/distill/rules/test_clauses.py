"""Which clauses of a sentence are needless."""

import pytest

from distill.rules.clauses import condensed

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
