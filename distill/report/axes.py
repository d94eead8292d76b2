"""What charts are drawn on: axes, their marks, the frame. SVG, in the colours of the page around it."""

import math
from collections.abc import Callable, Sequence
from html import escape

WIDTH, HEIGHT = 360, 260
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 36, 42
"""Of a chart, in pixels as drawn; and the room around what is drawn."""
_LETTER = 6.4  # pixels of a mark's digit
_FEWEST = 3  # marks: two say nothing of what is between them
_NARROWEST = 1e-3  # length of an axis as a share of its values: closer ones cannot be told apart


def axis(
    values: Sequence[float], room: tuple[float, float], logarithmic: bool
) -> tuple[Callable[[float], float], list[float]]:
    """Where a value stands, and the values to mark: three to six round ones, more only over decades."""
    low, high = _ends(values, logarithmic and min(values) > 0)
    if logarithmic and low > 0:
        start, length = math.log(low), math.log(high / low)
        marks = _decades(low, high)
        return lambda value: room[0] + (math.log(value) - start) / length * (room[1] - room[0]), marks
    return lambda value: room[0] + (value - low) / (high - low) * (room[1] - room[0]), _round(low, high)


def written(mark: float) -> str:
    """A mark with the digits that tell it from the next one."""
    return f"{mark:,.10g}"


def _ends(values: Sequence[float], logarithmic: bool) -> tuple[float, float]:
    """The ends of an axis, some way off the values; an axis begins at 0 only where they do."""
    low, high = min(values), max(values)
    if logarithmic:
        return low / 1.6, high * 1.6
    if low == high:
        return (low - abs(low) / 2, high + abs(high) / 2) if high else (0.0, 1.0)
    wanting = _NARROWEST * max(abs(low), abs(high)) - (high - low)
    if wanting > 0:
        low, high = low - wanting / 2, high + wanting / 2
    spread = high - low
    return low - (0.08 * spread if low else 0.0), high + (0.08 * spread if high else 0.0)


def _decades(low: float, high: float) -> list[float]:
    """Round marks of a logarithmic axis."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for parts in ((1,), (1, 2, 5)):
        found = [
            part * 10.0**power for power in powers for part in parts if low <= part * 10.0**power <= high
        ]
        if len(found) >= _FEWEST:
            return found
    return _round(low, high)


def _round(low: float, high: float) -> list[float]:
    """The multiples between two values of the largest round step that has enough of them."""
    power = 10.0 ** math.floor(math.log10(high - low))
    steps = (part * scale for scale in (power, power / 10) for part in (10, 5, 2.5, 2, 1))
    found = (_multiples(step, low, high) for step in steps)
    return next(marks for marks in found if len(marks) >= _FEWEST)


def _multiples(step: float, low: float, high: float) -> list[float]:
    return [step * count for count in range(math.ceil(low / step), math.floor(high / step) + 1)]


def ticks_x(to_x: Callable[[float], float], marks: Sequence[float], tell: Callable[[float], str]) -> str:
    """The marks of the horizontal axis; one that would run into the words of the last has none."""
    drawn, free = [], 0.0
    for mark in marks:
        at, label = to_x(mark), tell(mark)
        drawn.append(f'<path class="grid" d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        half = _LETTER * len(label) / 2
        if at - half >= free:
            drawn.append(text(at, HEIGHT - BOTTOM + 16, label, "middle"))
            free = at + half + _LETTER
    return "".join(drawn)


def ticks_y(to_y: Callable[[float], float], marks: Sequence[float], tell: Callable[[float], str]) -> str:
    """The marks of the vertical axis."""
    lines = [f'<path class="grid" d="M{LEFT} {to_y(mark):.1f}H{WIDTH - RIGHT}"/>' for mark in marks]
    return "".join([*lines, *(text(LEFT - 8, to_y(mark) + 4, tell(mark), "end") for mark in marks)])


def text(x: float, y: float, text: str, anchor: str = "start") -> str:
    """Some words in a quiet colour."""
    return f'<text class="soft" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def figure(title: str, parts: Sequence[str], legend: str, height: float = HEIGHT) -> str:
    """The parts as one picture, over its legend."""
    frame = f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}"'
    drawn = f"<svg {frame}>{''.join(parts)}</svg>"
    return f'<figure class="chart">{drawn}{legend}</figure>'
