from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from models.decoding import Decoding
from ui.compare import freshness
from ui.compare.comparing import Request
from ui.compare.measuring import Measured
from ui.shared.result import Result, Session


def session(make_result: Callable[..., Result]) -> Session:
    old, new = (
        replace(make_result(role), text=text) for role, text in (("teacher", "old"), ("original", "new"))
    )
    return Session().add(old).add(new)


def test_only_summaries_of_another_text_are_outdated(make_result: Callable[..., Result]) -> None:
    found = session(make_result)
    assert freshness.outdated(found, "new", "cut") == ["teacher"]
    assert freshness.outdated(found, "newer", "cut") == ["teacher", "original"]
    assert freshness.outdated(found, None, "cut") == ["teacher", "original"]
    assert freshness.outdated(found, "new", "parts") == ["teacher", "original"]
    assert freshness.outdated(Session(), "new", "cut") == []


def test_the_notice_names_them_and_marks_their_columns(make_result: Callable[..., Result]) -> None:
    found = session(make_result)
    assert freshness.notice(found.without("teacher"), "new", "cut") == ""
    one = freshness.notice(found, "new", "cut")
    assert "The summary of the teacher is of an earlier text" in one
    assert 'class="outdated teacher"' in one
    assert "outdated original" not in one
    assert "The summaries of the original and the teacher are" in freshness.notice(found, "", "cut")


@pytest.mark.parametrize(
    ("changes", "of"),
    [
        ({}, None),
        ({"text": "new"}, "another text"),
        ({"text": None}, "another text"),
        ({"long_input": "parts"}, "another way with long input"),
        ({"models": {"teacher": "embedded/teacher@torch"}}, "other models or engines"),
        ({"decoding": Decoding(beams=1)}, "other decoding settings"),
        ({"decoding": None}, "other decoding settings"),
        ({"text": "new", "models": {}, "decoding": None}, "another text, other models or engines and other"),
    ],
)
def test_a_measurement_of_something_else_says_of_what(
    changes: dict[str, Any], of: str | None, make_result: Callable[..., Result]
) -> None:
    asked = {"text": "old", "models": {"teacher": "embedded/teacher"}, "decoding": Decoding()}
    runs = {"teacher": [make_result("teacher").summary]}
    now = {"long_input": "cut", **asked, **changes}
    said = freshness.measured_notice(Measured(5, runs, request=Request(**asked)), **now)
    assert f"These figures are of {of}" in said if of else said == ""


def test_where_nothing_has_been_measured_nothing_is_of_something_else() -> None:
    now = ("new", "cut", {}, Decoding())
    assert freshness.measured_notice(None, *now) == ""
    assert freshness.measured_notice(Measured(5, request=Request("old", {}, Decoding())), *now) == ""
