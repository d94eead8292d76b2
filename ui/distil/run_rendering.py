"""A run as HTML and as plot data. Pure functions; what a user named is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from distill.config import RunConfig
from distill.pairing import Report
from distill.runs import RunStatus
from distill.stats import points
from distill.tasks import SHOWN
from ui.distil import advice
from ui.shared import figures, method_words
from ui.shared.jobs import STATES, badge
from ui.shared.rendering import bar
from ui.shared.tables import interval_cell, sub, table

_TERMS = {"loss": "total", "soft": "soft (teacher)", "hard": "hard (labels)", "policy": "policy (rewards)"}
NO_RUN = (
    '<div class="quiet">No run yet. Choose a teacher and a student, look at the check, and start one.<br>'
    "A run is a process of its own: it goes on when this page is closed.</div>"
)
OFF = (
    '<div class="quiet"><strong>Distilling is switched off on this server.</strong><br>'
    "To distil a model of your own, run the studio on your machine or on a Space of yours "
    "with ENABLE_DISTILL=1.</div>"
)


def status(run: RunStatus, config: RunConfig | None) -> str:
    """The status of a run: state (`worse` for a finished run that made its student worse), progress, time
    left, latest terms; no config if it is unreadable."""
    share = run.step / run.steps if run.steps else 0.0
    going = run.status == "running"
    left = f" · {figures.duration(run.eta_seconds)} left" if going and run.eta_seconds is not None else ""
    steps = f"Step {run.step:,} of {run.steps:,}{left}" if run.steps else ""
    terms = "".join(
        f"<div><dt>{escape(_TERMS.get(name, name))}</dt><dd>{_number(value)}</dd></div>"
        for name, value in run.terms.items()
    )
    message = "" if run.status == "worse" else escape(run.message)  # the verdict below says it
    return (
        f'<div class="run"><div class="run-top">{badge(run.status)}{_name(run)}'
        f'<span class="model">{escape(run.run_id)}</span></div>{_note(run)}'
        f'<div class="facts">{_pair(config)}</div>'
        f"{bar(share)}"
        f'<div class="run-steps"><span>{steps}</span><span>{message}</span></div>'
        f'<dl class="tiles">{terms}</dl>{warnings(run.warnings)}</div>'
    )


def _name(run: RunStatus) -> str:
    return f'<strong class="run-name">{escape(run.name)}</strong>' if run.name else ""


def _note(run: RunStatus) -> str:
    return f'<p class="run-note">{escape(run.note)}</p>' if run.note else ""


def question(run: RunStatus, needed_by: Sequence[str]) -> str:
    """What is asked before a run goes, with what builds on it."""
    needed = f" It is needed by {escape(', '.join(needed_by))}." if needed_by else ""
    return (
        f'<div class="note" role="alert">Move the run {escape(run.label)} to the trash?{needed} '
        f"<code>python -m distill trash restore {escape(run.run_id)}</code> brings it back.</div>"
    )


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) >= 0.01 else f"{value:.2g}"


def warnings(found: Sequence[str]) -> str:
    """What the user should know about a run that continues."""
    return "".join(f'<div class="note" role="status">{escape(advice.warning(text))}</div>' for text in found)


def _pair(config: RunConfig | None) -> str:
    if config is None:
        return "The settings of this run are unreadable (config.json)."
    student = escape(config.student)
    if config.teacher is None:
        source = "its own summaries, weighed by ROUGE" if config.rollouts else "labels"
        return f"{student} learns from {source}"
    method = f" · {escape(method_words.label(config.method))}" if config.method else ""
    return f"{escape(config.teacher)} teaches {student}{method}"


def result(found: Mapping[str, Any] | None) -> str:
    """The end table: each model's ROUGE with intervals, retention, speed and size."""
    if not found or not found.get("rows"):
        return ""
    heads = ("Model", *(metric.label for metric in SHOWN), "% of teacher", "Latency", "Size")
    lines = [_line(row) for row in found["rows"]]
    one = found["rows"][0]
    told = (one.get("device"), one.get("dtype"), one.get("engine"), f"{one.get('beams')} beams")
    note = " · ".join(escape(str(part)) for part in told if part)
    examples = figures.count(found.get("examples", 0), "validation example")
    return (
        f"{advice.verdict(found)}{table(heads, lines, 'Scores of this run')}"
        f'<div class="conditions">{note} · {examples} · ROUGE F1 × 100 with 95% intervals · '
        "size: parameters, and bytes on disk in their precision · latency: median of one summary</div>"
    )


def _line(row: Mapping[str, Any]) -> list[str]:
    name = str(row["model"])
    label = str(row.get("label") or name).capitalize()
    below = "" if Path(name).is_absolute() else sub(escape(name))
    retained = row.get("retention")
    return [
        f"{escape(label)}{below}",
        *(interval_cell(row[metric.name]) for metric in SHOWN),
        "—" if retained is None else f"{100 * retained:.0f}%",
        figures.seconds(row.get("seconds")),
        _size(row),
    ]


def _size(row: Mapping[str, Any]) -> str:
    parameters = figures.parameters(row["parameters"]) if row.get("parameters") else "—"
    stored = f" {row['stored']}" if row.get("stored") else ""  # the same model is half as large in float16
    return f"{parameters}{sub(figures.size(row.get('bytes')) + escape(stored))}"


def check(report: Report) -> str:
    """What the check found, and the memory it expects."""
    if not report.compatible:
        verdict = '<div class="verdict bad">This pair cannot work.</div>'
    elif report.warnings:
        verdict = '<div class="verdict open">This pair can be trained, but:</div>'
    else:
        verdict = '<div class="verdict good">This pair can work.</div>'
    found = [advice.findings("problem", report.problems), advice.findings("note", report.warnings)]
    data = f'<div class="facts">Data: {escape(report.data)}.</div>' if report.data else ""
    return f'<div class="check">{verdict}{"".join(found)}{_estimate(report.estimate)}{data}</div>'


def _estimate(estimate: Mapping[str, Any]) -> str:
    total, there = estimate.get("total_bytes"), estimate.get("available_bytes")
    if total is None:
        return ""
    shapes = [estimate.get(f"{part}_shape") or {} for part in ("teacher", "student")]
    told = [
        f"{part} {' + '.join(map(str, _depths(shape)))} layers, {shape['d_model']} wide"
        for part, shape in zip(("Teacher", "student"), shapes, strict=True)
        if "d_model" in shape
    ]
    memory = f"Needs about {figures.size(total)} of memory"
    memory += f"; {figures.size(there)} is free." if there else "."
    facts = f"{escape('; '.join(told))}{'.' if told else ''} {memory}{_scores(estimate)}"
    return f'<div class="facts">{facts}</div>'


def _depths(shape: Mapping[str, int]) -> list[int]:
    return [value for name, value in shape.items() if name.endswith("_layers")]


def _scores(estimate: Mapping[str, Any]) -> str:
    """What the models reach on the data, where they were tried on it; the teacher comes first."""
    scores = [
        f"{part} {points(score)}"
        for part, score in zip(("teacher", "student"), estimate.get("rougeL", {}).values(), strict=False)
    ]
    if not scores:
        return ""
    count = estimate["scored_examples"]
    return f" ROUGE-L on {count} example{'' if count == 1 else 's'} of the data: {', '.join(scores)}."


def runs(found: Sequence[tuple[RunStatus, RunConfig | None]]) -> pd.DataFrame:
    """The table of all runs, with the comparison that one was made for; no config for an unreadable one."""
    columns = ["Run", "Name", "State", "Teacher", "Student from", "Method", "Note", "In comparison"]
    rows = [
        (
            entry.run_id,
            entry.name or "—",
            STATES.get(entry.status, entry.status) if config else "Unreadable",
            (config.teacher if config else None) or "—",
            config.student if config else "—",
            _method(config),
            " ".join(entry.note.split()) or "—",
            entry.part_of or "—",
        )
        for entry, config in found
    ]
    return pd.DataFrame(rows, columns=columns)


def _method(config: RunConfig | None) -> str:
    if config is None:
        return "—"
    return (config.method or "—") if config.teacher else "finetune"
