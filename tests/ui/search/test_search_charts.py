"""A search's pictures and words, of candidates whose figures are written by hand."""

import re
from typing import Any

from distill.search import results
from ui.search import search_charts, search_rendering

NASTY = "<b>bold</b>"
SHAPE = {
    "encoder_layers": 2, "decoder_layers": 1, "width": 64, "heads": 2, "head_size": 32, "inner": 128,
    "kind": "relu", "tied": True,
}  # fmt: skip


def row(number: int, share: float, loss: float, reward: float, **more: Any) -> results.Row:
    """A candidate that took 30 seconds, with the teacher at 100 ms."""
    seconds = {"seconds": share / 10, "teacher_seconds": 0.1, "share": share, "share_low": share * 0.9}
    told = {"birth": "fresh", "parameters": 1000 * (number + 1), "share_high": share * 1.1, "rougeL": 0.25}
    when = {"began": 60.0 * number, "ended": 60.0 * number + 30}
    base = {"number": number, "shape": SHAPE, "free": False, "failed": False, "loss": loss, "reward": reward}
    return {**base, **seconds, **told, **when, **more}


ROWS = [
    row(0, 0.9, 2.0, 0.2),
    row(1, 0.5, 1.5, 0.4),
    row(2, 0.3, 1.8, 0.3, free=True),
    {**row(3, 0.0, 0.0, 0.0), "failed": True, "reason": NASTY},
]


def test_a_point_stands_where_it_belongs_and_the_front_is_marked() -> None:
    on_front = results.front(ROWS)
    assert on_front == {1, 2}
    html = search_charts.scatter(ROWS, on_front, 2)
    found = {
        int(number): (kind.split(), float(x), float(y), float(radius))
        for kind, number, x, y, radius in re.findall(
            r'<circle class="point([^"]*)" data-number="(\d)" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', html
        )
    }
    assert {number: kind for number, (kind, *_) in found.items()} == {
        0: [], 1: ["front"], 2: ["front", "chosen"],
    }  # fmt: skip
    assert found[2][1] < found[1][1] < found[0][1]  # faster is further left
    assert found[1][2] > found[2][2] > found[0][2]  # nearer is lower
    assert (found[0][3], found[2][3]) == (6.9, 12.0)  # areas as parameters: √(1000 / 3000) · 12
    assert "0.30 × the teacher’s" in html
    assert search_charts.scatter(ROWS[3:], set(), None) == ""


def test_the_best_reward_goes_over_what_was_paid_for_and_over_working_time() -> None:
    assert search_charts._best(ROWS) == [(1, 0.5, 0.2), (2, 1.0, 0.4), (2, 1.5, 0.4)]
    html = search_charts.curves({"tpe": ROWS, NASTY: ROWS})
    assert html.count("<svg") == 2
    assert re.findall(r'text-anchor="middle">([^<]*)<', html)[:3] == ["1", "1.5", "2"]
    assert NASTY not in html
    assert search_charts.curves({"tpe": ROWS[:1]}) == ""


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
    assert "3 of 9 candidates · 1 failed · 2 known before, free · 1 worker · best reward 0.250" in html
    assert NASTY not in html
