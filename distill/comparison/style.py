"""How the pictures look. matplotlib is imported where it is used: not every command draws."""

import textwrap
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from distill.benchmark.plots import COLOURS
from distill.comparison.curves import Curve


def styled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Draw in the project's style."""

    @wraps(function)
    def inner(*args: Any) -> Any:
        from matplotlib import rc_context

        with rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
            return function(*args)

    return inner


def new_figure(title: str, width: float, height: float) -> Any:
    """A figure of so many inches with its title at the left."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=14, fontweight="bold")
    return figure


def draw_line(axis: Any, method: str, curve: Curve, place: int) -> None:
    """A method's curve with the band between its seeds; each method keeps its colour in all pictures."""
    colour = COLOURS[place % len(COLOURS)]
    style = "-" if place < len(COLOURS) else "--"
    marker = "o" if len(curve.steps) <= 12 else ""
    axis.plot(curve.steps, curve.mean, style, color=colour, lw=1.8, marker=marker, ms=4, label=method)
    if curve.low != curve.high:
        axis.fill_between(curve.steps, curve.low, curve.high, color=colour, alpha=0.15, lw=0)


def footer(result: Mapping[str, Any]) -> str:
    """What a picture's figures hold for."""
    given = result["conditions"]
    budget = f"{given['steps']} steps" if given["steps"] else f"{given['minutes']:g} minutes"
    seeds = len(given["seeds"])
    return (
        f"{given['student']} learning from {given['teacher']}, {budget} of batch {given['batch']}, "
        f"{seeds} seed{'' if seeds == 1 else 's'}, {given['examples']} held-out texts."
    )


def finish(figure: Any, path: Path, note: str) -> Path:
    """Write the note below, and the file."""
    width = int(figure.get_figwidth() * 17)
    figure.supxlabel("\n".join(textwrap.wrap(note, width)), x=0.01, ha="left", fontsize=8, color="0.35")
    figure.savefig(path, dpi=150)
    return path
