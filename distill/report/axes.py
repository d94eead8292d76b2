"""What charts are drawn on: axes, their marks, the frame. SVG, in the colours of the page around it."""

import math
from collections.abc import Callable, Sequence
from html import escape

WIDTH, HEIGHT = 360, 260
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 36, 42
"""Of a chart, in pixels as drawn; and the room around what is drawn."""


def axis(
    values: Sequence[float], room: tuple[float, float], logarithmic: bool
) -> tuple[Callable[[float], float], list[float]]:
    """Where a value stands, and the values to mark."""
    low, high = min(values), max(values)
    if logarithmic and low > 0:
        low, high = low / 1.6, high * 1.6
        marks = [
            part * 10.0**power
            for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for part in ((1, 2, 5) if high / low < 100 else (1,))
        ]
        start, length = math.log(low), math.log(high / low)
        found = [mark for mark in marks if low <= mark <= high]
        return lambda value: room[0] + (math.log(value) - start) / length * (room[1] - room[0]), found
    if low == high:
        low, high = (low - abs(low) / 2, high + abs(high) / 2) if high else (0.0, 1.0)
    spread = high - low
    low, high = low - (0.08 * spread if low else 0.0), high + (0.08 * spread if high else 0.0)
    step = _step(high - low)
    marks = [step * count for count in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return lambda value: room[0] + (value - low) / (high - low) * (room[1] - room[0]), marks


def _step(length: float) -> float:
    """A round step that makes about four marks."""
    rough = length / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(part * power for part in (1, 2, 5, 10) if part * power >= rough)


def tick_x(at: float, label: str) -> str:
    """A mark of the horizontal axis."""
    line = f'<path class="grid" d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
    return line + text(at, HEIGHT - BOTTOM + 16, label, "middle")


def tick_y(at: float, label: str) -> str:
    """A mark of the vertical axis."""
    line = f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>'
    return line + text(LEFT - 8, at + 4, label, "end")


def text(x: float, y: float, text: str, anchor: str = "start") -> str:
    """Some words in a quiet colour."""
    return f'<text class="soft" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def figure(title: str, parts: Sequence[str], legend: str, height: float = HEIGHT) -> str:
    """The parts as one picture, over its legend."""
    frame = f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}"'
    drawn = f"<svg {frame}>{''.join(parts)}</svg>"
    return f'<figure class="chart">{drawn}{legend}</figure>'
