"""A comparison of methods as HTML. Pure functions; what a user named is escaped."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from distill.comparison.folder import dark
from distill.comparison.plan import REFERENCE
from distill.config import FEATURE_TERMS
from distill.report.heat_map import heat_map
from distill.stats import BETTER, WORSE, limits, points
from distill.tasks import SHOWN
from ui.shared import figures
from ui.shared.jobs import progress
from ui.shared.method_words import label
from ui.shared.tables import interval_cell, scrolling, sub, table

ABOUT = (
    '<div class="measure-about"><h3>Compare methods</h3><p>Trains the student of the form above in several '
    "ways, each with the same data, order and budget. Always included: cross-entropy only, copied layers "
    "and the student before training. It runs in a process of its own, and goes on when this page is closed."
    "</p></div>"
)
_TERMS = {
    "soft": "Teacher’s targets",
    "hard": "Labels",
    **{name: name.capitalize() for name in FEATURE_TERMS},
}
_PICTURES = {
    "rouge": "ROUGE of each method with its interval",
    "held_out_loss": "Held-out loss over training",
    "gradient_norms": "Gradient norm of each block over training",
    "early_share": "The early blocks’ share of the gradient",
    "schedules": "Temperature and alpha over training",
}


def status(found: Mapping[str, Any]) -> str:
    """The status of a comparison: state, progress, time left, the run being trained."""
    done, total = found["done"], found["total"]
    going = found["status"] == "running"
    eta = found["eta_seconds"]
    left = f" · {figures.duration(eta)} left" if going and eta is not None else ""
    share, told = done / total if total else 0.0, f"{done} of {figures.count(total, 'run')}{left}"
    return progress(found["comparison_id"], found["status"], share, told, found["message"])


def result(found: Mapping[str, Any] | None) -> str:
    """What it says, the table of scores and costs, the table of losses."""
    if not found or not found.get("rows"):
        return ""
    rows = found["rows"]
    said = "".join(f"<li>{escape(text)}</li>" for text in found.get("says") or [found.get("paragraph") or ""])
    parts = (heat_map(found), _scores(found), _losses(rows), _conditions(found), _failures(found))
    return f'<ul class="says">{said}</ul>{"".join(parts)}'


def _scores(found: Mapping[str, Any]) -> str:
    rows, reference = found["rows"], found.get("reference", REFERENCE)
    against = "cross-entropy" if reference == REFERENCE else escape(reference or "the best")
    first = "Cell" if found.get("grid") else "Method"
    heads = (first, "Size", *(metric.label for metric in SHOWN), f"ROUGE-L against {against}")
    heads = (*heads, "% of teacher", "Steps", "Time per run", "Memory")
    student = next((row.get("parameters") for row in rows if row["method"] == "start"), None)
    parts = {"Trained here": True, "For comparison, not trained here": False}
    lines: list[list[str]] = []
    for title, trained in parts.items():
        if shown := [_score(row, student) for row in rows if row["trained"] is trained]:
            lines += [[title], *shown]
    return table(heads, lines, "Scores of each method")


def _score(row: Mapping[str, Any], student: int | None) -> list[str]:
    retained = row.get("retention")
    costs = ["—"] * 3
    if row["trained"]:
        time, memory = figures.seconds(row["seconds"]), figures.size(row["memory_bytes"])
        costs = [f"{row['steps']:,}", time, memory]
    return [
        _method(row),
        _size(row.get("parameters"), student),
        *(interval_cell(row[metric.name]) for metric in SHOWN),
        _difference((row.get("difference") or {}).get("rougeL")),
        "—" if retained is None else f"{100 * retained:.0f}%",
        *costs,
    ]


def _size(parameters: int | None, student: int | None) -> str:
    """How many parameters, and beside another size than the student's how many times as many."""
    if not parameters:
        return "—"
    shown = figures.parameters(parameters)
    if not student or figures.alike(parameters / student):
        return shown
    return f"{shown}{sub(figures.times(parameters, student) + ' the student')}"


def _method(row: Mapping[str, Any]) -> str:
    """A cell of an ablation has no other name than its own."""
    name = label(row["method"])
    below = [row["method"]] if name != row["method"] else []
    below += [figures.count(row["seeds"], "run")] if row["trained"] else []
    return f"{escape(name)}{sub(escape(' · '.join(below)))}"


def _difference(change: Mapping[str, Any] | None) -> str:
    """With its interval, and the verdict of the test where it has one."""
    if change is None:
        return "—"
    word = change.get("verdict")  # a comparison of an earlier version has none
    kind = {BETTER: "good", WORSE: "bad"}.get(word or "")
    verdict = f' <span class="verdict {kind}">{word}</span>' if kind else ""
    return f"{points(change['f'], signed=True)}{verdict}{sub(limits(change, signed=True))}"


def _losses(rows: Sequence[Mapping[str, Any]]) -> str:
    trained = [row for row in rows if row["trained"]]
    terms = [name for name in _TERMS if any(name in {**row["train"], **row["held_out"]} for row in trained)]
    if not terms:
        return ""
    lines = [[_method(row), *(_loss(row, name) for name in terms)] for row in trained]
    title, heads = "Losses at the end: training, held out", ("Method", *(_TERMS[name] for name in terms))
    return f"<h4>{title}</h4>{table(heads, lines, title)}"


def _loss(row: Mapping[str, Any], term: str) -> str:
    shown = [f"{part[term]:.3g}" if term in part else "—" for part in (row["train"], row["held_out"])]
    return "—" if shown == ["—", "—"] else ", ".join(shown)


def _conditions(found: Mapping[str, Any]) -> str:
    given = found.get("conditions", {})
    beams = given.get("beams")
    told = [
        f"{given.get('teacher')} teaches {given.get('student')} on {given.get('data')}",
        f"{figures.count(given['examples'], 'held-out text')}" if given.get("examples") else None,
        ("greedy" if beams == 1 else f"{beams} beams") if beams else None,
        *(given.get(name) for name in ("engine", "dtype", "device")),
        "ROUGE F1 × 100 with 95% intervals, over texts and seeds",
    ]
    return f'<div class="conditions">{" · ".join(escape(str(part)) for part in told if part)}</div>'


def _failures(found: Mapping[str, Any]) -> str:
    return "".join(
        f'<div class="problem">{escape(f"{cell} failed: {why}")}</div>'
        for cell, why in (found.get("failures") or {}).items()
    )


def pictures(files: Sequence[Path]) -> str:
    """The pictures, inside the page: their folder is not one that is served."""
    return "".join(_picture(file) for file in files if file.is_file())


def _picture(file: Path) -> str:
    words = _PICTURES.get(file.stem, file.stem.replace("_", " ").capitalize())
    images = "".join(
        f'<img class="{look}" alt="{escape(words)}" src="data:image/png;base64,{_base64(one)}">'
        for look, one in (("light", file), ("dark-only", dark(file)))
        if one.is_file()
    )
    return f"<figure>{scrolling(images, words)}</figure>"


def _base64(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
