"""A search's pictures, of candidates whose figures are written by hand."""

import re

from distill.report import search_charts
from distill.search import results
from tests.distill.report.rows import NASTY, ROWS


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
    numbers = re.findall(r'text-anchor="end">(\d)<', html)[-2:]
    assert numbers == ["1", "2"]  # beside those on the front; the ones before are marks
    assert search_charts.scatter(ROWS[3:], set(), None) == ""


def test_numbers_that_would_lie_on_each_other_are_left_out() -> None:
    places = [(10.0, 50.0, "fastest"), (20.0, 55.0, "hidden"), (40.0, 55.0, "free"), (55.0, 60.0, "nearest")]
    assert [label for *_, label in search_charts._apart(places)] == ["nearest", "fastest"]
    assert [label for *_, label in search_charts._apart([*places[:3], (90.0, 60.0, "nearest")])] == [
        "nearest", "fastest", "free",
    ]  # fmt: skip
    assert search_charts._apart([]) == []


def test_the_best_reward_goes_over_what_was_paid_for_and_over_working_time() -> None:
    assert search_charts._best(ROWS) == [(1, 0.5, 0.2), (2, 1.0, 0.4), (2, 1.5, 0.4)]
    html = "".join(search_charts.best_rewards({"tpe": ROWS, NASTY: ROWS}))
    assert html.count("<svg") == 2
    assert re.findall(r'text-anchor="middle">([^<]*)<', html)[:3] == ["1", "1.5", "2"]
    assert NASTY not in html
    assert search_charts.best_rewards({"tpe": ROWS[:1]}) == []
