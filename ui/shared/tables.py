"""Tables, what stands in their cells, and boxes that scroll. What is in them is HTML already."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from distill.stats import limits, points


def table(heads: Sequence[str], lines: Sequence[Sequence[str]], name: str, kind: str = "scroll") -> str:
    """A table that scrolls where it is too wide; a line of one cell is a heading of those below it."""
    head = "".join(f"<th>{each}</th>" for each in heads)
    body = "".join(_line(line, len(heads)) for line in lines)
    html = f'<table class="end"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return scrolling(html, name, kind)


def scrolling(inside: str, name: str, kind: str = "scroll") -> str:
    """A box that scrolls with the arrow keys as well, and has a name for those who cannot see it.

    Args:
        inside: What it holds.
        name: Its name, as text.
        kind: Its classes, of which one makes it scroll.
    """
    return f'<div class="{kind}" tabindex="0" role="region" aria-label="{escape(name)}">{inside}</div>'


def sub(text: str) -> str:
    """A second, smaller line in a cell."""
    return f'<div class="sub">{text}</div>'


def interval_cell(score: Mapping[str, Any] | None) -> str:
    """A score × 100 with its interval."""
    return f"{points(score['f'])}{sub(limits(score))}" if score else "—"


def _line(cells: Sequence[str], width: int) -> str:
    if len(cells) == 1:
        return f'<tr><th class="part" colspan="{width}">{cells[0]}</th></tr>'
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
