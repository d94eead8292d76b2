"""How the pictures look. matplotlib is imported where it is used: not every command draws."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distill.benchmark.plots import COLOURS
from distill.comparison.curves import Curve

_PLAIN = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
LOOKS: dict[str, dict[Any, Any]] = {
    "light": {**_PLAIN, "grid.color": "0.92"},
    "dark": {
        **_PLAIN,
        "grid.color": "#1e293b",
        **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "#0f172a"),
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), "#e2e8f0"),
        "axes.edgecolor": "#94a3b8",
    },
}
"""Settings of matplotlib: for a light page and for a dark one, in the page's own colours."""
_STYLES = ("-", "--", ":", "-.")
"""Of a line: the next one where the colours begin again."""
_DARK_COLOURS = {"#0072B2": "#56B4E9", "#56B4E9": "#0072B2", "#000000": "#F0E442"}
"""Colours that are hard to see on dark, and what replaces them from the same palette."""


def shade(colour: str) -> str:
    """A colour adapted to the present background."""
    from matplotlib import rcParams

    on_dark = rcParams["grid.color"] == LOOKS["dark"]["grid.color"]
    return _DARK_COLOURS.get(colour, colour) if on_dark else colour


def new_figure(title: str, width: float, height: float) -> Any:
    """A figure of this size in inches, its title on the left."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=14, fontweight="bold")
    return figure


def draw_line(axis: Any, method: str, curve: Curve, place: int) -> None:
    """A method's curve with the band between its seeds; each method keeps its colour in all pictures."""
    colour = shade(COLOURS[place % len(COLOURS)])
    style = _STYLES[place // len(COLOURS) % len(_STYLES)]
    marker = "o" if len(curve.steps) <= 12 else ""
    axis.plot(curve.steps, curve.mean, style, color=colour, lw=1.8, marker=marker, ms=4, label=method)
    if curve.low != curve.high:
        axis.fill_between(curve.steps, curve.low, curve.high, color=colour, alpha=0.15, lw=0)


def footer(result: Mapping[str, Any]) -> str:
    """The conditions under which a picture's figures hold."""
    given = result["conditions"]
    budget = f"{given['steps']} steps" if given["steps"] else f"{given['minutes']:g} minutes"
    seeds = len(given["seeds"])
    batch = f" of batch {given['batch']}" if given["batch"] else ""
    return (
        f"{given['student']} learning from {given['teacher']}, {budget}{batch}, "
        f"{seeds} seed{'' if seeds == 1 else 's'}, {given['examples']} held-out texts."
    )


def finish(figure: Any, path: Path, note: str) -> Path:
    """Write the note below, and the file."""
    width = int(figure.get_figwidth() * 17)
    figure.supxlabel("\n".join(textwrap.wrap(note, width)), x=0.01, ha="left", fontsize=8)
    figure.savefig(path, dpi=150)
    return path
