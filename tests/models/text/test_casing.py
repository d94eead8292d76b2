"""Natural text out of lower-case summaries."""

import pytest

from models.text.casing import Casing, pair_quotes

SOURCE = (
    'Zully Broussard gave a kidney to a stranger. "Thanks," Broussard told CNN affiliate KGO. '
    "Police in the U.S. said the Facebook page is real. Doctors say McDonald's staff helped in March. "
    "The doctors were from NATO."
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("zully broussard gave a kidney . she told cnn .", "Zully Broussard gave a kidney . She told CNN ."),
        ("broussard's page on facebook.", "Broussard's page on Facebook."),
        ("doctors from nato. the police helped.", "Doctors from NATO. The police helped."),
        ("staff at mcdonald's said i can. so i did!", "Staff at McDonald's said I can. So I did!"),
        ("police in the u.s. said so. it is real.", "Police in the U.S. said so. It is real."),
        ("", ""),
    ],
)
def test_restores_the_source_spelling(written: str, expected: str) -> None:
    assert Casing(SOURCE).restore(written) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It was the world's. Young children slept.",
        "Director George A. Romero's film is old. Mr. Blunt said so.",
    ],
)
def test_a_full_stop_after_an_initial_or_a_genitive(text: str) -> None:
    assert Casing(text).restore(text.lower()) == text


def test_a_capital_after_initials_that_may_end_a_sentence_proves_nothing() -> None:
    assert Casing("He is in the U.S. Officials know.").restore("he and officials.") == "He and officials."


def test_a_lower_case_source_gives_sentence_capitals_only() -> None:
    assert Casing("london ( cnn ) -- a man said").restore("a man from london.") == "A man from london."


def test_a_loud_source_does_not_make_a_loud_summary() -> None:
    assert Casing("STOCKS FALL IN LONDON TODAY").restore("stocks fall.") == "Stocks fall."


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("new delhi (cnn) police in the u.s. said so.", "Police in the U.S. said so."),
        ("perth, australia ( reuters ) -- it rained.", "It rained."),
        ("(cnn) it rained.", "It rained."),
        ("washington (cnn)hillary pressed on.", "Hillary pressed on."),
        ("the cable news network (cnn) said so.", "The cable news network (CNN) said so."),
        ("associated press (ap) said so.", "Associated press (ap) said so."),
        ("it rained in london (cnn)", "It rained in london (CNN)"),
    ],
)
def test_a_dateline_is_left_out(written: str, expected: str) -> None:
    assert Casing(SOURCE).restore(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('he said " no , " and left', 'he said "no ," and left'),
        ('" yes " . then', '"yes". then'),
        ('a stray " mark', "a stray mark"),
        ('( " x " ) " y "', '( "x") "y"'),
        ("no marks", "no marks"),
    ],
)
def test_pairs_quotes(written: str, expected: str) -> None:
    assert pair_quotes(written) == expected


def test_dashes_that_became_hyphens_come_back() -> None:
    casing = Casing("The first -- and so far only -- show. A man—aged 5 – ran to a well-known place at 1-0.")
    assert casing.restore("the first-and so far only-show.") == "The first -- and so far only -- show."
    assert casing.restore("a man-aged 5-ran at 1-0, well-known") == "A man—aged 5 – ran at 1-0, well-known"


def test_a_word_is_spelled_as_after_the_same_word() -> None:
    casing = Casing("All states of the United States ask that states pay late. So said the Late Show.")
    assert casing.restore("states of the united states pay late.") == "States of the United States pay late."
    assert casing.restore("it was the late show.") == "It was the Late Show."
    ministers = Casing("So Prime Minister May met Prime Minister Li, as prime minister.")
    assert ministers.restore("he was there as prime minister.") == "He was there as prime minister."


@pytest.mark.parametrize(
    ("source", "written", "expected"),
    [
        (
            "Staff at McDonald’s met O’Neill.",
            "staff at mcdonald's met o'neill.",
            "Staff at McDonald's met O'Neill.",
        ),
        ("He saw Trump's and Merkel’s aides.", "trump and merkel failed.", "Trump and Merkel failed."),
        (
            'He said "We go." Police said so. (It rained.) Officials agreed.',
            "he said that police and officials agreed.",
            "He said that police and officials agreed.",
        ),
        ("Shares of Apple Inc. fell. He said no. She ran.", None, None),
        ("He ate at 9 p.m. The man slept in the U.S. The end.", None, None),
        ("Le feu a pris lundi. Émue, elle pleure à Nice.", None, None),
        ("Hon greps i Stockholm i dag.", None, None),
        (
            "Police Arrest Man After Fire\nIt is said that a man was held by police after a fire.\nBo Lee",
            "a man was held by police after a fire by lee.",
            "A man was held by police after a fire by Lee.",
        ),
        (
            "The BBC reported it on Monday. In London people cheered.",
            "people told the bbc that they cheered in london.",
            "People told the BBC that they cheered in London.",
        ),
    ],
)
def test_the_source_tells_which_capitals_are_a_word_s_own(
    source: str, written: str | None, expected: str | None
) -> None:
    assert Casing(source).restore(written or source.lower()) == (expected or source)


def test_a_long_run_without_spaces_takes_no_time() -> None:
    text = "a" * 50_000 + " " * 50_000 + "'" * 50_000
    assert Casing(text).restore("a man.") == "A man."


def test_what_is_copied_keeps_the_capitals_of_its_place() -> None:
    source = (
        "The prize went to Apple last year, and the apple growers of Kent were glad. Growers eat an apple a "
        "day, and another apple. It was (she asked, anyone?) but a dream. The Sun rose; the sun set."
    )
    casing = Casing(source)
    for copied in (
        "The prize went to Apple last year.",
        "And the apple growers of Kent were glad.",
        "It was (she asked, anyone?) but a dream.",
        "The Sun rose; the sun set.",
    ):
        assert casing.restore(copied.lower()) == copied
    assert casing.restore("prize. the apple rose; it set.") == "Prize. The apple rose; it set."
    # The same words after another sign begin a sentence here that they do not begin there.
    assert casing.restore("she asked. but a dream.") == "She asked. But a dream."
