"""Charts: where points stand, what is escaped, what is not drawn."""

import re
from xml.etree import ElementTree

import pytest

from distill.report.charts import Point, bars, lines, scatter

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
        == lines("Title", [("a", [(1, 2)])], "step", str)
        == ""
    )


def test_names_are_escaped() -> None:
    nasty = "<script>alert(1)</script>\"'"
    for chart in (
        scatter(nasty, [Point(nasty, 1.0, 2.0)], *AXES),
        bars(nasty, [(nasty, 1.0, None, None)], str),
        lines(nasty, [(nasty, [(1, 2), (2, 3)])], "step", str),
    ):
        assert "<script" not in chart
        drawn(chart)


def test_bars_begin_at_nought_and_reach_their_value() -> None:
    first, second = drawn(bars("Title", [("a", 10.0, 8.0, 12.0), ("b", 5.0, None, None)], str)).findall(
        "rect"
    )
    assert first.attrib["x"] == second.attrib["x"]
    assert float(first.attrib["width"]) == pytest.approx(2 * float(second.attrib["width"]), abs=0.2)
