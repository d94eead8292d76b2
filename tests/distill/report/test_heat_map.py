"""The heat map: where a cell stands, how dark it is, what is written in it."""

from typing import Any
from xml.etree import ElementTree

import pytest

from distill.report.heat_map import heat_map


def row(cell: dict[str, float], f: float, verdict: str | None = None) -> dict[str, Any]:
    gap = {"f": f - 0.3, "verdict": verdict} if verdict else None
    name = ",".join(f"{key}={value:g}" for key, value in cell.items())
    score = {"f": f, "low": f - 0.01, "high": f + 0.01}
    return {"method": name, "cell": cell, "rougeL": score, "difference": gap and {"rougeL": gap}}


def result(rows: list[dict[str, Any]], grid: dict[str, list[float]], **changes: Any) -> dict[str, Any]:
    return {"rows": rows, "grid": grid, "reference": rows[0]["method"], "chosen": True, **changes}


def drawn(found: dict[str, Any]) -> ElementTree.Element:
    svg = ElementTree.fromstring(heat_map(found)).find("svg")
    assert svg is not None
    return svg


@pytest.fixture
def grid() -> dict[str, Any]:
    """Two temperatures by three alphas, of which one cell has not been trained."""
    rows = [
        row({"temperature": 2, "alpha": 0.5}, 0.3),
        row({"temperature": 1, "alpha": 0.5}, 0.28, "worse"),
        row({"temperature": 1, "alpha": 0.3}, 0.29, "undecided"),
        row({"temperature": 2, "alpha": 0.3}, 0.2, "worse"),
        row({"temperature": 2, "alpha": 0.9}, 0.25, "none"),
    ]
    untrained = {"method": "start", "cell": None, "rougeL": {"f": 0.9}, "difference": None}
    return result([*rows, untrained], {"temperature": [1, 2], "alpha": [0.3, 0.5, 0.9]})


def test_a_cell_stands_at_its_values_and_is_darker_for_a_higher_score(grid: dict[str, Any]) -> None:
    tiles = {group.findtext("title"): group for group in drawn(grid).findall("g")}
    assert len(tiles) == 5
    rects = {str(name).split(":")[0]: group.find("rect") for name, group in tiles.items()}
    at = {
        name: (float(rect.attrib["x"]), float(rect.attrib["y"]))
        for name, rect in rects.items()
        if rect is not None
    }
    assert at["temperature=1,alpha=0.5"][1] == at["temperature=2,alpha=0.5"][1], "the longer axis runs down"
    assert at["temperature=2,alpha=0.5"][0] - at["temperature=1,alpha=0.5"][0] == 110
    assert at["temperature=2,alpha=0.9"][1] - at["temperature=2,alpha=0.5"][1] == 54
    shades = {name: float(rect.attrib["fill-opacity"]) for name, rect in rects.items() if rect is not None}
    assert shades["temperature=2,alpha=0.5"] == 0.6
    assert shades["temperature=2,alpha=0.3"] == 0.08
    assert shades["temperature=2,alpha=0.9"] == pytest.approx((0.6 + 0.08) / 2)


def test_what_stands_in_a_cell(grid: dict[str, Any]) -> None:
    written = {
        str(group.findtext("title")).split(":")[0]: [text.text for text in group.findall("text")]
        for group in drawn(grid).findall("g")
    }
    assert written == {
        "temperature=2,alpha=0.5": ["30.0", "highest"],
        "temperature=1,alpha=0.5": ["28.0", "−2.0", "worse"],
        "temperature=1,alpha=0.3": ["29.0", "−1.0"],
        "temperature=2,alpha=0.3": ["20.0", "−10.0", "worse"],
        "temperature=2,alpha=0.9": ["25.0", "−5.0"],
    }
    framed = [group.findtext("title") for group in drawn(grid).findall("g") if "stroke" in group[1].attrib]
    assert framed == ["temperature=2,alpha=0.5: 30.0 (29.0–31.0)"]
    assert [text.text for text in drawn(grid).findall("text")] == [
        "ROUGE-L of each cell", "alpha ↓", "temperature →", "1", "2", "0.3", "0.5", "0.9", "–",
    ]  # fmt: skip


def test_one_axis_and_a_base() -> None:
    rows = [row({"clip": 1}, 0.3), row({"clip": 5}, 0.3, "undecided")]
    svg = drawn(result(rows, {"clip": [1, 5]}, chosen=False))
    assert ["".join(words.itertext()) for words in svg.iter("text")] == [
        "ROUGE-L of each cell", "clip ↓", "1", "30.0 base", "5", "30.0 0.0",
    ]  # fmt: skip
    shades = {rect.attrib["fill-opacity"] for rect in svg.iter("rect")}
    assert shades == {"0.34"}, "equal scores are equally dark"


def test_no_grid_is_no_heat_map() -> None:
    assert heat_map({"rows": [{"method": "ce"}]}) == ""


def test_the_widest_grid_stays_within_the_picture() -> None:
    rows = [row({"alpha": a / 10, "clip": c}, 0.3, "worse") for a in range(5) for c in range(1, 6)]
    svg = drawn(result(rows, {"alpha": [a / 10 for a in range(5)], "clip": list(range(1, 6))}))
    ends = [float(rect.attrib["x"]) + float(rect.attrib["width"]) for rect in svg.iter("rect")]
    assert max(ends) <= float(svg.attrib["viewBox"].split()[2])
