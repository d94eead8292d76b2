from collections.abc import Callable
from dataclasses import replace

from ui.compare import freshness
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
