"""Repeated measurements as a table and a chart. Pure functions; whatever a user wrote is escaped."""

from html import escape
from typing import Any

import pandas as pd

from distill.benchmark.turns import times_faster
from distill.stats import FOR_PERCENTILES, Spread, spread
from models.decoding import Summary
from ui.compare import results_log
from ui.compare.measuring import Measured, Progress
from ui.shared import figures, rendering
from ui.shared.tables import sub, table

COLOURS = {"Original": "#64748b", "Teacher": "#6366f1", "Distilled": "#0d9488"}
"""Colours of the chart's lines, visible on light and on dark."""


def progress(step: Progress) -> str:
    """What is being done at present."""
    return rendering.loading(step.text, step.share)


def measured_table(measured: Measured | None) -> str:
    """One row per model, with its conditions; empty before the first measurement."""
    if measured is None:
        return ""
    problems = "".join(
        rendering.failed(f"{rendering.TITLES[role]}: {problem}")
        for role, problem in measured.problems.items()
    )
    if not measured.runs:
        return problems or '<div class="quiet">Stopped before the first run was finished.</div>'
    heads = ("Model", "Median", "p5–p95", "Speed", _against(measured))
    lines = [_line(role, measured) for role in measured.summaries]
    return f"{table(heads, lines, 'Measured latencies')}{_notes(measured)}{problems}"


def chart(measured: Measured | None) -> pd.DataFrame:
    """The seconds of each run: columns `run`, `seconds`, `model`."""
    rows = [
        (run, summary.seconds, rendering.TITLES[role])
        for role, summaries in (measured.summaries if measured else {}).items()
        for run, summary in enumerate(summaries, 1)
    ]
    return pd.DataFrame(rows, columns=["run", "seconds", "model"])


def rows(measured: Measured | None) -> list[dict[str, Any]]:
    """Each run as one flat record, with its conditions and its text: what the downloads hold."""
    if measured is None or measured.request is None:
        return []
    asked = measured.request
    return [
        {
            "role": role,
            "run": run,
            **summary.as_dict(),
            **results_log.settings(asked.decoding),
            "machine_busy": measured.busy,
            "input": asked.text,
            "long_input": asked.long_input,
        }
        for role, summaries in measured.summaries.items()
        for run, summary in enumerate(summaries, 1)
    ]


def _line(role: str, measured: Measured) -> list[str]:
    summaries = measured.summaries[role]
    seconds = spread([summary.seconds for summary in summaries])
    last = summaries[-1]
    return [
        f"{rendering.TITLES[role]}{sub(_conditions(last))}",
        f"{figures.seconds(seconds.median)}{sub(_interval(seconds))}",
        _percentiles(seconds),
        f"{last.tokens_out / seconds.median:,.0f} tokens/s",
        _times(role, measured),
    ]


def _interval(seconds: Spread) -> str:
    return f"{figures.seconds(seconds.low)} to {figures.seconds(seconds.high)}"


def _percentiles(seconds: Spread) -> str:
    if seconds.p5 is None or seconds.p95 is None:
        return f'<span class="sub">from {FOR_PERCENTILES} runs on</span>'
    return f"{figures.seconds(seconds.p5)} to {figures.seconds(seconds.p95)}"


def _conditions(summary: Summary) -> str:
    length = f"{summary.tokens_in:,} tokens in, {summary.tokens_out:,} out"
    return escape(f"{summary.model} · {summary.engine} {summary.dtype} on {summary.device} · {length}")


def _against(measured: Measured) -> str:
    return f"Against {rendering.NAMED[reference(measured)]}"


def reference(measured: Measured) -> str:
    """The role whose model the others are set against."""
    return "teacher" if "teacher" in measured.summaries else next(iter(measured.summaries))


def _times(role: str, measured: Measured) -> str:
    against = reference(measured)
    if role == against:
        return "—"
    ratio = times_faster(measured.summaries[against], measured.summaries[role])
    interval = f"{figures.ratio(ratio.low)} to {figures.ratio(ratio.high)}"
    return f"{figures.ratio(ratio.median)} as fast{sub(interval)}"


def _notes(measured: Measured) -> str:
    lasts = [summaries[-1] for summaries in measured.summaries.values()]
    beams = "greedy" if lasts[0].beams == 1 else f"{lasts[0].beams} beams"
    runs = f"{figures.count(measured.runs, 'run')} of each model after one to warm up"
    notes = [f"{last.model}: {last.note}" for last in lasts if last.note]
    if measured.runs < measured.wanted:
        notes.append(f"Stopped after {measured.runs} of {measured.wanted} runs.")
    if measured.busy:
        notes.append(rendering.BUSY)
    said = "".join(f'<div class="note">{escape(note)}</div>' for note in notes)
    conditions = f"{beams} · {runs}, in turns · below each median and ratio its 95% interval"
    return f'<div class="conditions">{conditions}</div>{said}'
