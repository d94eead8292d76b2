"""An ablation's cells as a heat map, as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from distill.comparison.grid import written
from distill.report.axes import WIDTH, figure, text
from distill.report.charts import COLOURS
from distill.stats import BETTER, WORSE, interval, points

_LEFT, _TOP, _GAP = 70, 66, 2
_WIDEST, _TALL, _FLAT = 110, 54, 27
"""A tile's width at most, its height, and its height where one axis leaves room to write side by side."""
_FAINTEST, _STRONGEST = 0.08, 0.6
"""How much of the colour the lowest and the highest cell have; more would hide the figures in them."""


@dataclass(frozen=True)
class _Box:
    """Where a tile is drawn: its left and upper end, its width and height."""

    x: float
    y: float
    wide: float
    tall: float

    @property
    def middle(self) -> float:
        return self.x + self.wide / 2

    @property
    def frame(self) -> str:
        return f'x="{self.x:.1f}" y="{self.y:.1f}" width="{self.wide:.1f}" height="{self.tall:.1f}"'


def heat_map(result: Mapping[str, Any]) -> str:
    """A tile for each cell, darker for a higher ROUGE-L: its mean, its difference, what the test says.

    Args:
        result: As `comparison.results.collect` makes it.

    Returns:
        The SVG in a figure; empty where no grid was compared or none of its cells is trained.
    """
    tiles = {_place(row["cell"]): row for row in result["rows"] if row.get("cell")}
    if not tiles:
        return ""
    (name, values), *across = sorted(result["grid"].items(), key=lambda axis: -len(axis[1]))
    [(other, columns)] = across or [("", [None])]
    wide, tall = min(_WIDEST, (WIDTH - _LEFT) / len(columns)), _TALL
    if not across:
        wide, tall = WIDTH - _LEFT, _FLAT
    title, top = "ROUGE-L of each cell", _TOP if across else _TOP - 20
    parts = [f'<text class="title" x="0" y="15">{title}</text>', text(0, 38, f"{name} ↓")]
    if across:
        parts.append(text(_LEFT + wide * len(columns) / 2, 38, f"{other} →", "middle"))
        ends = [_LEFT + wide * (column + 0.5) for column in range(len(columns))]
        parts += [text(x, top - 8, written(value), "middle") for x, value in zip(ends, columns, strict=True)]
    for line, value in enumerate(values):
        y = top + tall * line
        parts.append(text(_LEFT - 10, y + tall / 2 + 4, written(value), "end"))
        for column, second in enumerate(columns):
            cell = {name: value} | ({other: second} if across else {})
            box = _Box(_LEFT + wide * column, y, wide - _GAP, tall - _GAP)
            parts.append(_tile(tiles.get(_place(cell)), box, list(tiles.values()), result))
    return figure(title, parts, _legend(result), top + tall * len(values) + _GAP)


def _place(cell: Mapping[str, float]) -> frozenset[tuple[str, float]]:
    return frozenset(cell.items())


def _tile(
    row: Mapping[str, Any] | None, box: _Box, rows: Sequence[Mapping[str, Any]], result: Mapping[str, Any]
) -> str:
    """One cell; a dash where it has not been trained."""
    if row is None:
        dash = text(box.middle, box.y + box.tall / 2 + 4, "–", "middle")
        return f'<rect class="grid" {box.frame}/>{dash}'
    border = f' stroke="{COLOURS[0]}" stroke-width="2.5"' if row["method"] == result["reference"] else ""
    rect = f'<rect {box.frame} fill="{COLOURS[0]}" fill-opacity="{_shade(row, rows):.2f}"{border}/>'
    mean, below = points(row["rougeL"]["f"]), _below(row, result)
    if box.tall < _TALL / 2:
        words = _words(box, 17, f'<tspan font-weight="600">{mean}</tspan> {" ".join(below)}')
    else:
        words = _words(box, 19, mean, 'font-weight="600"')
        words += "".join(
            _words(box, down, line, 'font-size="11.5"') for down, line in zip((34, 47), below, strict=False)
        )
    return f"<g><title>{escape(row['method'])}: {interval(row['rougeL'])}</title>{rect}{words}</g>"


def _shade(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> float:
    means = [each["rougeL"]["f"] for each in rows]
    low, high = min(means), max(means)
    share = (row["rougeL"]["f"] - low) / (high - low) if high > low else 0.5
    return _FAINTEST + share * (_STRONGEST - _FAINTEST)


def _words(box: _Box, down: float, words: str, look: str = "") -> str:
    return f'<text x="{box.middle:.1f}" y="{box.y + down:.1f}" text-anchor="middle" {look}>{words}</text>'


def _below(row: Mapping[str, Any], result: Mapping[str, Any]) -> list[str]:
    """What stands below a cell's mean, or beside it."""
    if row["method"] == result["reference"]:
        return ["highest" if result["chosen"] else "base"]
    if row["difference"] is None:
        return []
    found = row["difference"]["rougeL"]
    verdict = [found["verdict"]] if found["verdict"] in (BETTER, WORSE) else []
    return [points(found["f"], signed=True), *verdict]


def _legend(result: Mapping[str, Any]) -> str:
    other = "the highest cell, framed" if result["chosen"] else "the base, framed"
    said = (
        f"Mean over texts and seeds, and the difference to {other}. “Better” and “worse” stand only where "
        "the corrected test says so."
    )
    return f'<figcaption class="soft">{said}</figcaption>'
