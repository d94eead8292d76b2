"""A search as pictures: its candidates by latency and loss, the best reward as it went on. Pure functions."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from math import sqrt
from typing import Any

from distill.report.axes import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    axis,
    figure,
    text,
    ticks_x,
    ticks_y,
    written,
)
from distill.report.charts import lines, shades
from distill.report.sheet import millions
from distill.search import results

Rows = Sequence[Mapping[str, Any]]
_SMALLEST, _LARGEST = 3.5, 12.0  # a point's radius
_LABEL = (22.0, 13.0)  # width and height of a point's number


def scatter(rows: Rows, on_front: set[int], chosen: int | None) -> str:
    """Latency against loss, as SVG; nothing while no candidate has come through.

    A point's area stands for the parameters, its colour for the order; a ring, the line and, where there is
    room, its number for the front. A click on a point says its number: `data-number`.

    Args:
        rows: As `results.collect` gives them.
        on_front: The numbers of those that no other one beats in both.
        chosen: The number of the one that is looked at.
    """
    good = [row for row in rows if not row["failed"]]
    if not good:
        return ""
    to_x, marks_x = axis([row["share"] for row in good], (LEFT, WIDTH - RIGHT), False)
    to_y, marks_y = axis([row["loss"] for row in good], (HEIGHT - BOTTOM, TOP), False)
    colours = shades([str(row["number"]) for row in good])
    title, most = "Latency against loss", max(row["parameters"] for row in good)
    radii = {row["number"]: max(_SMALLEST, _LARGEST * sqrt(row["parameters"] / most)) for row in good}
    front = sorted((row["share"], row["loss"]) for row in good if row["number"] in on_front)
    path = "L".join(f"{to_x(share):.1f} {to_y(loss):.1f}" for share, loss in front)
    parts = [
        f'<text class="title" x="0" y="15">{title}</text>',
        '<text class="soft" x="0" y="30">Held-out loss: lower is nearer to the teacher</text>',
        ticks_x(to_x, marks_x, lambda value: f"{written(value)}×"),
        ticks_y(to_y, marks_y, written),
        text(WIDTH - RIGHT, HEIGHT - 6, "Latency, × the teacher’s: further left is faster", "end"),
        f'<path class="front" d="M{path}"/>',
    ]
    for row in sorted(good, key=lambda row: -row["parameters"]):  # the small ones on top
        number = row["number"]
        kind = " front" * (number in on_front) + " chosen" * (number == chosen)
        parts.append(
            f'<circle class="point{kind}" data-number="{number}" cx="{to_x(row["share"]):.1f}"'
            f' cy="{to_y(row["loss"]):.1f}" r="{radii[number]:.1f}" fill="{colours[str(number)]}">'
            f"<title>{escape(_told(row))}</title></circle>"
        )
    places = []
    for row in good:
        if row["number"] in on_front:
            away = 0.7 * radii[row["number"]] + 3  # below and to the left nothing is
            places.append((to_x(row["share"]) - away, to_y(row["loss"]) + away + 6, str(row["number"])))
    parts += [text(x, y, number, "end") for x, y, number in _apart(places)]
    return figure(title, parts, _legend(list(colours.values())))


def _apart(places: Sequence[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The labels that lie apart from all before them, those at the ends of the row first."""
    ordered, shown = sorted(places), []
    for x, y, label in ordered[-1:] + ordered[:-1]:
        if all(abs(x - other) >= _LABEL[0] or abs(y - height) >= _LABEL[1] for other, height, _ in shown):
            shown.append((x, y, label))
    return shown


def best_rewards(searches: Mapping[str, Rows]) -> list[str]:
    """The best reward so far, over candidates and over minutes of work, a line for each search, as SVG.

    Args:
        searches: The rows of each, by what the legend calls it; the one that is looked at first.
    """
    series = {name: _best(rows) for name, rows in searches.items()}
    over_trials = [(name, [(point[0], point[2]) for point in found]) for name, found in series.items()]
    over_time = [(name, [(point[1], point[2]) for point in found]) for name, found in series.items()]
    drawn = [
        lines("Best reward over candidates", _stairs(over_trials), "candidates that were paid for"),
        lines("Best reward over time", _stairs(over_time), "minutes of work, all workers together"),
    ]
    return [chart for chart in drawn if chart]


def _best(rows: Rows) -> list[tuple[float, float, float]]:
    """Candidates that were paid for, minutes of work and the best reward, after each that came through."""
    found: list[tuple[float, float, float]] = []
    paid, seconds, best = 0, 0.0, 0.0
    for row in sorted(rows, key=lambda row: row["ended"] or 0.0):
        paid += not row["free"]
        if row["began"] is not None and row["ended"] is not None:
            seconds += row["ended"] - row["began"]
        best = max(best, row.get("reward") or 0.0)
        if not row["failed"]:
            found.append((paid, seconds / 60, best))
    return found


def _stairs(
    series: Sequence[tuple[str, list[tuple[float, float]]]],
) -> list[tuple[str, list[tuple[float, float]]]]:
    """The curves, level until the next value is reached."""
    found = []
    for name, curve in series:
        steps = curve[:1]
        for (_, before), (at, value) in pairwise(curve):
            steps += [(at, before), (at, value)]
        found.append((name, steps))
    return found


def _told(row: Mapping[str, Any]) -> str:
    return (
        f"Candidate {row['number']}: {results.words(row['shape'])}\n{millions(row['parameters'])} parameters,"
        f" loss {row['loss']:.3f}, {results.latency(row)}, {row['share']:.2f} × the teacher’s"
    )


def _legend(colours: Sequence[str]) -> str:
    few = [colours[round(place * (len(colours) - 1) / 4)] for place in range(5)]
    dots = "".join(f'<span style="background:{colour}"></span>' for colour in few)
    told = (
        f"<li>first {dots} last</li>",
        "<li>larger: more parameters</li>",
        '<li><span class="ring"></span>on the front: none is both faster and nearer</li>',
    )
    return f'<ul class="legend-list">{"".join(told)}</ul>'
