from collections.abc import Callable
from dataclasses import replace

import pytest

from models.decoding import Decoding
from models.store.catalogue import ROLES
from models.text.tidying import CHARACTER_LIMIT
from ui.compare.comparing import Request
from ui.compare.examples import examples
from ui.compare.measuring import Measured
from ui.compare.presenting import Slide, heading, opened, own, turn
from ui.shared.limits import REFERENCE_CHARACTERS
from ui.shared.result import Result, Session

EXAMPLES = [document for _, document, _ in examples()]
MINE = Slide("Your text", "A text of mine.", "Its summary.")


@pytest.mark.parametrize(
    ("text", "mine", "by", "expected"),
    [
        ("", None, 1, EXAMPLES[0]),
        (None, None, 1, EXAMPLES[0]),
        ("", None, -1, EXAMPLES[-1]),
        (EXAMPLES[0], None, 1, EXAMPLES[1]),
        (EXAMPLES[-1], None, 1, EXAMPLES[0]),
        (EXAMPLES[0], None, -1, EXAMPLES[-1]),
        (MINE.text, MINE, 1, EXAMPLES[0]),
        (EXAMPLES[-1], MINE, 1, MINE.text),
        (EXAMPLES[0], MINE, -1, MINE.text),
        ("", MINE, 1, MINE.text),
    ],
)
def test_texts_go_round_with_the_visitor_s_own_first(
    text: str | None, mine: Slide | None, by: int, expected: str
) -> None:
    assert turn(text, mine, by).text == expected


def test_an_example_keeps_its_reference() -> None:
    _, document, summary = examples()[1]
    assert turn(EXAMPLES[0], None, 1) == Slide(examples()[1][0], document, summary)


@pytest.mark.parametrize("text", ["", "  \n", None, EXAMPLES[2], "x" * (CHARACTER_LIMIT + 1)])
def test_the_visitor_s_own_text_is_remembered(text: str | None) -> None:
    assert own(text, "", None) is None
    assert own(text, "", MINE) == MINE


def test_a_newer_text_of_the_visitor_s_takes_the_place_of_the_older() -> None:
    assert own("Another.", None, MINE) == Slide("Your text", "Another.", "")
    kept = own("Another.", "x" * 1_000_000, MINE)
    assert kept is not None
    assert len(kept.reference) == REFERENCE_CHARACTERS


def test_the_heading_says_which_text_it_is() -> None:
    second = heading(EXAMPLES[1], MINE, "run-all")
    assert examples()[1][0] in second
    assert f"3 of {len(EXAMPLES) + 1}" in second
    assert 'data-begins="run-all"' in second
    assert "Page Down" in heading("", None)
    hostile = heading("<script>x</script>", Slide("Your text", "<script>x</script>", ""))
    assert "&lt;script&gt;x" in hostile
    assert "<script" not in hostile


def test_a_presentation_begins_with_what_is_missing(make_result: Callable[..., Result]) -> None:
    results = {role: replace(make_result(role), text="one") for role in ROLES}
    session = Session(results)
    asked = Request("one", {}, Decoding())
    measured = Measured(5, {role: [result.summary] * 5 for role, result in results.items()}, request=asked)
    assert opened(Session(), None, " ", "cut", True) == ""
    assert opened(Session(), None, "one", "cut", True) == "run-all"
    assert opened(session.without("teacher"), measured, "one", "cut", True) == "run-all"
    assert opened(session, measured, "two", "cut", True) == "run-all"
    assert opened(session, None, "one", "cut", True) == "measure"
    assert opened(session, measured, "one", "cut", True) == ""


def test_a_page_for_strangers_measures_only_when_asked(make_result: Callable[..., Result]) -> None:
    session = Session({role: replace(make_result(role), text="one") for role in ROLES})
    assert opened(session, None, "one", "cut", False) == ""
    assert opened(session, None, "two", "cut", False) == "run-all"
