"""What a run measured, as points of its charts. Pure functions over the rows of its metrics."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import nan
from typing import Any

import pandas as pd

from distill.config import FEATURE_TERMS
from distill.runs import metrics
from distill.runs.metrics import held_out, of_gradient, training_rows
from distill.tasks import SHOWN

Rows = Sequence[dict[str, Any]]
POINTS = 300
"""Steps of a curve at most; a longer one is thinned out."""
_BLOCK_POINTS = 60  # there are many blocks
_DASH = 0.015  # of the drawn steps, to either side of a value
_COUNT = held_out("examples")
TRAIN, HELD_OUT, TEACHER = "training", "held out", "teacher, held out"
_SIDES = {TRAIN: "#64748b", HELD_OUT: "#0d9488", TEACHER: "#d97706"}
_COLOURS = ("#0d9488", "#d97706", "#6366f1")
_QUALITY = {metric.label: colour for metric, colour in zip(SHOWN, _COLOURS, strict=True)}
TERMS = {"loss": "Total loss", "soft": "Soft term (teacher’s targets)", "hard": "Hard term (labels)"}
TERMS |= {name: f"{name.capitalize()} term" for name in FEATURE_TERMS}
TERMS["policy"] = "Policy term (the student’s own summaries)"
"""What the page calls each term of the loss."""


def term(name: str, rows: Rows) -> pd.DataFrame:
    """One term, unweighted, in training and on the held-out examples; the labels' also of the teacher."""
    lines = {TRAIN: name, HELD_OUT: held_out(name)}
    if name == "hard" and any({"soft", held_out("teacher_hard")} & set(row) for row in rows):
        lines[TEACHER] = held_out("teacher_hard")
    return _with_all(lines, _lines(rows, lines))


def rouge(rows: Rows) -> pd.DataFrame:
    """ROUGE on the held-out examples, in points from 0 to 100."""
    return _lines(rows, {metric.label: held_out(metric.name) for metric in SHOWN}, SHOWN[0].scale)


def single(key: str, label: str, rows: Rows, scale: float = 1) -> pd.DataFrame:
    """One value over the steps."""
    return _lines(rows, {label: key}, scale)


def gradients(stack: str, rows: Rows) -> pd.DataFrame:
    """The gradient's norm in each block of the encoder or the decoder, from its first to its last."""
    trained = thinned(training_rows(rows), _BLOCK_POINTS)
    return _lines(trained, {block: of_gradient(block) for block in blocks(stack, rows)})


def blocks(stack: str, rows: Rows) -> list[str]:
    """`encoder.0`, `encoder.1`, … of the first row that tells them."""
    return next((found for row in rows if (found := metrics.blocks(row, stack))), [])


def _lines(rows: Rows, lines: dict[str, str], scale: float = 1) -> pd.DataFrame:
    """Long form: step, value, line; each line thinned, and only where it has a number."""
    points = [
        (row["step"], scale * row[key], label)
        for label, key in lines.items()
        for row in thinned([row for row in rows if isinstance(row.get(key), int | float)])
    ]
    return pd.DataFrame(points, columns=["step", "value", "line"])


def _with_all(lines: Iterable[str], points: pd.DataFrame) -> pd.DataFrame:
    """A drawn chart gets no further line, so one whose figures are still to come begins with a gap."""
    to_come = [label for label in lines if label not in set(points["line"])] if len(points) else []
    gaps = [(points["step"].iloc[0], nan, label) for label in to_come]  # None makes a column of objects
    if not gaps:
        return points
    return pd.concat([points, pd.DataFrame(gaps, columns=points.columns)], ignore_index=True)


def thinned(rows: Rows, points: int = POINTS) -> Rows:
    """At most this many rows, evenly chosen, the last one included."""
    if len(rows) <= points:
        return rows
    return [rows[round(i * (len(rows) - 1) / (points - 1))] for i in range(points)]


def dashed(points: pd.DataFrame) -> pd.DataFrame:
    """With a short dash for each line that has one value so far: a point alone would not be drawn."""
    known = points.dropna()
    lone = known[~known.duplicated("line", keep=False)]
    if lone.empty:
        return points
    half = max(0.5, _DASH * (known["step"].max() - known["step"].min()))
    ends = [lone.assign(step=lone["step"] + side * half) for side in (-1, 1)]
    return pd.concat([points.drop(lone.index), *ends], ignore_index=True)


def is_curve(points: pd.DataFrame) -> bool:
    """Whether there is more than one step to draw a line through."""
    return len(set(points.dropna()["step"])) > 1


def moves(points: pd.DataFrame) -> bool:
    """Whether it is more than one value."""
    values = list(points["value"])
    return is_curve(points) and max(values) - min(values) > 1e-9


@dataclass(frozen=True)
class Chart:
    """One chart of the view.

    Args:
        key: Its name in the page.
        title: Above it.
        points: From the rows of a run's metrics, columns step, value, line.
        colours: Of its lines; none for one that is coloured by `shades`.
        number: Format of its values, as of d3.
        shown: Whether the points are worth drawing.
    """

    key: str
    title: str
    points: Callable[[Rows], pd.DataFrame]
    colours: dict[str, str] = field(default_factory=dict)
    number: str = ".3~g"
    shown: Callable[[pd.DataFrame], bool] = is_curve


def _single(key: str, title: str, metric: str, scale: float = 1, **more: Any) -> Chart:
    points = partial(single, metric, title, scale=scale)
    return Chart(key, title, points, {title: _SIDES[HELD_OUT]}, **more)


CHARTS = {
    "Losses": tuple(Chart(name, title, partial(term, name), _SIDES) for name, title in TERMS.items()),
    "Quality": (
        Chart("rouge", "ROUGE on held-out examples", rouge, _QUALITY, ".1f"),
        _single(
            "retention",
            "% of the teacher’s ROUGE-L on held-out examples",
            held_out("retention"),
            100,
            number=".0f",
        ),
        _single("reward", "Reward of the student’s own summaries", "reward", 100, number=".1f"),
    ),
    "Gradients": tuple(
        Chart(f"{stack}-gradients", f"Gradient norm of {stack} blocks", partial(gradients, stack))
        for stack in ("encoder", "decoder")
    ),
    "Schedules": (
        _single("temperature", "Temperature", "temperature", shown=moves),
        _single("alpha", "Alpha (teacher’s share)", "alpha", shown=moves),
    ),
    "Speed": (
        _single(
            "tokens-per-second", "Tokens a second, texts and summaries", "tokens_per_second", number=",.0f"
        ),
        _single("memory", "Memory, MB", "memory_bytes", 1e-6, number=".0f"),
    ),
}
"""The charts of each page of the view."""


def title(chart: Chart, rows: Rows) -> str:
    """The heading of a chart; for figures on held-out examples, with their number."""
    count = next((row[_COUNT] for row in reversed(rows) if _COUNT in row), None)
    return chart.title.replace("held-out", f"{count} held-out") if count else chart.title


def empty(page: str, rows: Rows) -> str:
    """What a page shows instead of a chart."""
    if page == "Schedules":
        last = next((row for row in reversed(rows) if "temperature" in row), None)
        if last:
            return f"Alpha stays {last['alpha']:g} and the temperature {last['temperature']:g}."
    return "The first validation is drawn here." if page == "Quality" else "The first step is drawn here."
