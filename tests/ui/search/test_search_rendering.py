"""A search's words, of candidates whose figures are written by hand."""

import re
from typing import Any

from tests.distill.report.rows import NASTY, ROWS
from ui.search import search_rendering


def test_a_candidate_is_told_of_with_its_shape() -> None:
    html = search_rendering.candidate(ROWS[1], True, True)
    assert "best reward · on the front" in html
    for told in ("50.0 ms", "0.50 (0.45–0.55) × the teacher’s", "<dd>25.0</dd>", "<dd>tied</dd>", "0.400"):
        assert told in html
    failed = search_rendering.candidate(ROWS[3], False, False)
    assert NASTY not in failed
    assert "&lt;b&gt;bold" in failed
    assert "shown here as they end" in search_rendering.candidate(None, False, False)


def test_the_table_has_the_best_first_and_what_failed_with_its_reason() -> None:
    table = search_rendering.table(ROWS, {1, 2})
    assert list(table["Candidate"]) == [1, 2, 0, 3]
    assert list(table["Notes"]) == ["on the front", "on the front, free", "", NASTY]
    assert list(table.iloc[0][["Reward", "Loss", "× teacher", "ms"]]) == [0.4, 1.5, 0.5, 50.0]


def test_what_counts_is_said_only_of_enough_candidates() -> None:
    assert search_rendering.importance({}, 0) == ""
    assert "Too few to say: 39 candidates have come through" in search_rendering.importance({}, 39)
    assert "all candidates are worth the same" in search_rendering.importance({}, 40)
    html = search_rendering.importance({"width": 0.75, "kind": 0.25}, 40)
    told = re.findall(r"<tr><td>([\w -]+)</td>.*?>(\d+)%</td>", html)
    assert told == [("Width", "75"), ("Feed-forward kind", "25")]


def test_the_status_says_what_failed_and_what_was_free() -> None:
    found: dict[str, Any] = {
        "search_id": "a", "status": "running", "done": 3, "total": 9, "failed": 1, "free": 2, "workers": 1,
        "best": 0.25, "message": NASTY,
    }  # fmt: skip
    html = search_rendering.status(found)
    assert (
        "3 of 9 candidates · 1 failed · 2 reused from earlier searches · 1 worker · best reward 0.250" in html
    )
    assert NASTY not in html
