"""Charts: where points stand, what is escaped, what is not drawn."""

import random
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from distill.report.axes import axis, written
from distill.report.charts import Point, bars, lines, scatter, shades

AXES = ("seconds", str), ("ROUGE-L", str)


def drawn(chart: str) -> ElementTree.Element:
    found = ElementTree.fromstring(chart).find("svg")
    assert found is not None
    return found


def test_points_stand_in_order_and_their_area_is_their_size() -> None:
    points = [Point("a", 0.1, 20.0, 18.0, 22.0, 4.0), Point("b", 1.0, 30.0, 29.0, 31.0, 1.0)]
    svg = drawn(scatter("Title", points, *AXES, logarithmic=True))
    first, second = svg.findall("circle")
    assert float(first.attrib["cx"]) < float(second.attrib["cx"])
    assert float(first.attrib["cy"]) > float(second.attrib["cy"])  # y runs downwards
    assert float(first.attrib["r"]) == pytest.approx(2 * float(second.attrib["r"]))
    assert len(svg.findall("path[@class='whisker']")) == 2


def test_one_point_can_be_drawn_and_none_is_no_chart() -> None:
    circle = drawn(scatter("Title", [Point("a", 2.0, 0.0)], *AXES)).find("circle")
    assert circle is not None
    assert all(re.fullmatch(r"\d+\.\d", circle.attrib[key]) for key in ("cx", "cy"))
    assert (
        scatter("Title", [], *AXES)
        == bars("Title", [], str)
        == lines("Title", [("a", [(1, 2)])], "step")
        == ""
    )


def test_names_are_escaped() -> None:
    nasty = "<script>alert(1)</script>\"'"
    for chart in (
        scatter(nasty, [Point(nasty, 1.0, 2.0)], *AXES),
        bars(nasty, [(nasty, 1.0, None, None)], str),
        lines(nasty, [(nasty, [(1, 2), (2, 3)])], "step"),
    ):
        assert "<script" not in chart
        drawn(chart)


def test_bars_begin_at_nought_and_reach_their_value() -> None:
    first, second = drawn(bars("Title", [("a", 10.0, 8.0, 12.0), ("b", 5.0, None, None)], str)).findall(
        "rect"
    )
    assert first.attrib["x"] == second.attrib["x"]
    assert float(first.attrib["width"]) == pytest.approx(2 * float(second.attrib["width"]), abs=0.2)


@pytest.mark.parametrize(
    ("values", "logarithmic", "marks"),
    [
        ([9.83, 9.86], False, ["9.83", "9.84", "9.85", "9.86"]),  # a loss that hardly moves
        ([0.61, 0.69], False, ["0.625", "0.65", "0.675"]),
        ([3.0], False, ["2", "3", "4"]),
        ([0.0], False, ["0", "0.5", "1"]),
        ([1000.0, 1000.01], False, ["999.5", "1,000", "1,000.5"]),  # nearer than can be told apart
        ([0.18], True, ["0.15", "0.2", "0.25"]),
        ([10.0, 23.0], True, ["10", "20", "30"]),
        ([0.5, 900.0], True, ["1", "10", "100", "1,000"]),
    ],
)
def test_an_axis_has_three_round_marks_or_more(
    values: list[float], logarithmic: bool, marks: list[str]
) -> None:
    assert [written(mark) for mark in axis(values, (0.0, 1.0), logarithmic)[1]] == marks


def test_the_marks_of_any_axis_are_enough_and_can_be_read() -> None:
    draw = random.Random(0)
    for _ in range(500):
        middle, spread = 10 ** draw.uniform(-3, 4), 10 ** draw.uniform(-4, 1)
        points = [Point("a", *(middle * (1 + spread * draw.random()) for _ in "xy")) for _ in range(3)]
        for logarithmic in (False, True):
            chart = scatter("Title", points, ("x", written), ("y", written), logarithmic)
            across = re.findall(r'x="([\d.]+)" y="234.0" text-anchor="middle">([^<]+)<', chart)
            edges = [(float(at), 3.2 * len(told)) for at, told in across]
            assert len(edges) >= 3
            assert all(a + half < b - other for (a, half), (b, other) in pairwise(edges)), across
            up = re.findall(r'x="40.0" y="([\d.]+)" text-anchor="end">([^<]+)<', chart)
            assert 3 <= len({told for _, told in up}) == len(up) <= 7, up


def test_each_line_has_a_shade_of_its_own() -> None:
    names = [f"encoder.{n}" for n in range(12)]
    found = shades(names)
    assert list(found) == names
    assert len(set(found.values())) == 12
