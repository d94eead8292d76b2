"""Charts as inline SVG: they need no script, print well and take the colours of the page they stand in."""

import math
from collections.abc import Callable, Sequence
from colorsys import hls_to_rgb
from dataclasses import dataclass
from html import escape

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

COLOURS = ("#0d9488", "#6366f1", "#d97706", "#64748b", "#db2777", "#65a30d")
"""Seen on white and on the page's dark ground."""
_SMALLEST, _LARGEST = 5.0, 14.0  # a point's radius


@dataclass(frozen=True)
class Point:
    """A model on a chart.

    Args:
        name: The model.
        x, y: Where it stands.
        low, high: The 95% interval of `y`, where it has one.
        size: What its area stands for; 0 draws the smallest point.
    """

    name: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None
    size: float = 0.0


def scatter(
    title: str,
    points: Sequence[Point],
    x: tuple[str, Callable[[float], str]],
    y: tuple[str, Callable[[float], str]],
    logarithmic: bool = False,
) -> str:
    """Points with their intervals and a legend, as SVG; nothing without points.

    Args:
        title: Above it.
        points: At most six, so that each has a colour of its own.
        x, y: What an axis shows, and how its marks are written: with all their digits, see `written`.
        logarithmic: Whether the horizontal axis is, for what differs in orders of magnitude.
    """
    if not points:
        return ""
    to_x, marks_x = axis([point.x for point in points], (LEFT, WIDTH - RIGHT), logarithmic)
    ends = [value for point in points for value in (point.y, point.low, point.high) if value is not None]
    to_y, marks_y = axis(ends, (HEIGHT - BOTTOM, TOP), False)
    largest = max(point.size for point in points) or 1.0
    parts = [
        f'<text class="title" x="0" y="15">{escape(title)}</text>',
        ticks_x(to_x, marks_x, x[1]),
        ticks_y(to_y, marks_y, y[1]),
        text(WIDTH - RIGHT, HEIGHT - 6, x[0], "end"),
        f'<text class="soft" x="0" y="30">{escape(y[0])}</text>',
    ]
    for place, point in enumerate(points):
        parts.append(_point(point, to_x(point.x), to_y, COLOURS[place % len(COLOURS)], largest))
    return figure(title, parts, _legend([point.name for point in points]))


def bars(
    title: str, rows: Sequence[tuple[str, float, float | None, float | None]], number: Callable[[float], str]
) -> str:
    """Horizontal bars from 0 with their intervals, as SVG; nothing without rows.

    Args:
        title: Above them.
        rows: Name, value, and the interval's ends or None.
        number: How a value is written.
    """
    if not rows:
        return ""
    ends = [0.0, *(end for row in rows for end in row[1:] if end is not None)]
    to_x, _ = axis(ends, (8, WIDTH - 60), False)
    parts = [f'<text class="title" x="0" y="15">{escape(title)}</text>']
    for place, (name, value, low, high) in enumerate(rows):
        y, start, end = 44 + 40 * place, *sorted((to_x(0.0), to_x(value)))
        parts.append(f'<text x="8" y="{y - 6}">{escape(name)}</text>')
        colour = COLOURS[place % len(COLOURS)]
        parts.append(
            f'<rect x="{start:.1f}" y="{y}" width="{end - start:.1f}" height="12" rx="2" fill="{colour}"/>'
        )
        if low is not None and high is not None:
            parts.append(f'<path class="whisker" d="M{to_x(low):.1f} {y + 6}H{to_x(high):.1f}"/>')
        far = max(to_x(each) for each in (value, high or value, 0.0))
        parts.append(text(far + 6, y + 11, number(value)))
    return figure(title, parts, "", 52 + 40 * len(rows))


def lines(title: str, series: Sequence[tuple[str, Sequence[tuple[float, float]]]], x: str) -> str:
    """Curves over steps with a legend, as SVG; nothing without a curve of two points."""
    drawn = [(name, curve) for name, curve in series if len(curve) > 1]
    if not drawn:
        return ""
    to_x, marks_x = axis([at for _, curve in drawn for at, _ in curve], (LEFT, WIDTH - RIGHT), False)
    to_y, marks_y = axis([value for _, curve in drawn for _, value in curve], (HEIGHT - BOTTOM, TOP), False)
    parts = [
        f'<text class="title" x="0" y="15">{escape(title)}</text>',
        ticks_x(to_x, marks_x, written),
        ticks_y(to_y, marks_y, written),
        text(WIDTH - RIGHT, HEIGHT - 6, x, "end"),
    ]
    for place, (_, curve) in enumerate(drawn):
        path = "L".join(f"{to_x(at):.1f} {to_y(value):.1f}" for at, value in curve)
        parts.append(
            f'<path d="M{path}" fill="none" stroke-width="2" stroke="{COLOURS[place % len(COLOURS)]}"/>'
        )
    return figure(title, parts, _legend([name for name, _ in drawn]))


def shades(lines: Sequence[str]) -> dict[str, str]:
    """A colour for each of a row of lines, by hue from first to last, seen on light and on dark."""
    found = {}
    for place, name in enumerate(lines):
        hue = 0.5 + 0.45 * place / max(1, len(lines) - 1)
        red, green, blue = (round(255 * part) for part in hls_to_rgb(hue, 0.5, 0.6))
        found[name] = f"#{red:02x}{green:02x}{blue:02x}"
    return found


def _point(point: Point, x: float, to_y: Callable[[float], float], colour: str, largest: float) -> str:
    """A circle whose area grows with its size, over the line of its interval."""
    radius = max(_SMALLEST, _LARGEST * math.sqrt(point.size / largest)) if point.size else _SMALLEST
    whisker = ""
    if point.low is not None and point.high is not None:
        whisker = f'<path class="whisker" d="M{x:.1f} {to_y(point.low):.1f}V{to_y(point.high):.1f}"/>'
    circle = (
        f'<circle cx="{x:.1f}" cy="{to_y(point.y):.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.8">'
    )
    return f"{whisker}{circle}<title>{escape(point.name)}</title></circle>"


def _legend(names: Sequence[str]) -> str:
    """Below the chart, where long names have room and a phone can read them."""
    entries = "".join(
        f'<li><span style="background:{COLOURS[place % len(COLOURS)]}"></span>{escape(name)}</li>'
        for place, name in enumerate(names)
    )
    return f'<ul class="legend-list">{entries}</ul>'
