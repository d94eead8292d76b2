"""An evaluation as HTML. Pure functions; what a user named is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from distill.report.evaluation_charts import quality_by_latency, retention_by_size
from distill.stats import BETTER, UNDECIDED, VERDICTS, WORSE, limits, points
from ui.evaluate.equivalence_rendering import equivalence
from ui.evaluate.tables import model_cell, percent
from ui.shared import figures
from ui.shared.jobs import progress
from ui.shared.labels import fault
from ui.shared.rendering import side_by_side
from ui.shared.tables import interval_cell, sub, table

ABOUT = (
    '<div class="measure-about evaluate-about"><p>How good is each model on many texts, where does it fail, '
    "and what does it cost? Press “Evaluate”: each model summarises the texts once, in the background, and "
    "you read who is better and by how much.</p></div>"
)
NONE = '<div class="quiet">No evaluation yet. Once started, one goes on even when this page is closed.</div>'
OFF = (
    '<div class="quiet"><strong>Evaluating is switched off on this server.</strong><br>'
    "To judge models on many texts, run the studio on your machine or on a Space of yours "
    "with ENABLE_DISTILL=1.</div>"
)
_KINDS = {BETTER: "good", WORSE: "bad", UNDECIDED: "open"}
"""Verdicts as the stylesheet calls them; without one nothing is said."""


def status(found: Mapping[str, Any]) -> str:
    """The status of an evaluation: state, progress, time left."""
    done, total = found["done"], found["total"]
    eta = found["eta_seconds"]
    left = f" · {figures.duration(eta)} left" if found["status"] == "running" and eta is not None else ""
    told = f"{done:,} of {figures.count(total, 'summary', 'summaries')}{left}" if total else ""
    share = done / total if total else 0.0
    return progress(found["evaluation_id"], found["status"], share, told, found["message"])


def result(found: Mapping[str, Any] | None) -> str:
    """What it says, and its tables."""
    if not found or not found["results"]:
        return ""
    rows = found["results"]
    said = "".join(f"<li>{escape(text)}</li>" for text in found["says"])
    tables = [_quality(rows)] if found["references"] else []
    tables += [
        equivalence(found),
        _writing(rows),
        _costs([row for row in rows if not row["baseline"] and row["n"]]),
    ]
    return f'<ul class="says">{said}</ul>{"".join(tables)}{_conditions(found)}'


def charts(found: Mapping[str, Any] | None) -> str:
    """The two charts, once there is something to draw."""
    if not found:
        return ""
    return side_by_side([quality_by_latency(found), retention_by_size(found)])


def _quality(rows: Sequence[Mapping[str, Any]]) -> str:
    first = rows[0]["model"]
    heads = ["Model", "ROUGE-L", f"Compared with {escape(first)}", "ROUGE-1", "ROUGE-2", "% of teacher"]
    lines = [
        [
            model_cell(row),
            interval_cell(row["rougeL"]),
            "—" if row["model"] == first else _difference(row["difference"]),
            interval_cell(row["rouge1"]),
            interval_cell(row["rouge2"]),
            "—" if row["retention"] is None else f"{100 * row['retention']:.0f}%",
        ]
        for row in rows
    ]
    return _titled("Quality, against the references", heads, lines)


def _writing(rows: Sequence[Mapping[str, Any]]) -> str:
    heads = ["Model", "Words", "New word pairs", "Only whole sentences of the text", "Its beginning"]
    heads += ["Garbled words", "Summaries with a fault"]
    lines = [
        [
            model_cell(row),
            f"{row['mean_words']:.0f}",
            percent(row["novel_bigrams"]),
            percent(row["copied_sentences"]),
            percent(row["is_lead"]),
            "—" if row["garbled_words"] is None else f"{100 * row['garbled_words']:.1f}%",
            "—" if row["baseline"] else _faults(row),
        ]
        for row in rows
        if row["n"]
    ]
    return _titled("What they write", heads, lines) if lines else ""


def _faults(row: Mapping[str, Any]) -> str:
    told = sorted(((share, rule) for rule, share in row["flaws"].items() if share), reverse=True)
    listed = ", ".join(f"{fault(rule)} {percent(share)}" for share, rule in told)
    return f"{percent(row['faulty'])}{sub(listed) if listed else ''}"


def _costs(rows: Sequence[Mapping[str, Any]]) -> str:
    timed = [row for row in rows if row.get("seconds") is not None]
    if not timed:
        return ""
    heads = ["Model", "Latency of a text", "Speed", "Size", "Memory", "Runs on"]
    energy = any(row.get("joules") is not None for row in timed)
    lines = [
        [
            model_cell(row),
            f"{figures.seconds(row['seconds'])}{sub(_latency(row))}",
            f"{row['tokens_per_second']:,.0f} tokens/s",
            f"{figures.parameters(row['parameters'])}{sub(figures.size(row['bytes']) + ' on disk')}",
            _memory(row),
            f"{escape(row['engine'])}{sub(escape(row['dtype'] + ' on ' + row['device']))}",
            *([_energy(row["joules"])] if energy else []),
        ]
        for row in timed
    ]
    return _titled("What they cost", [*heads, *(["Energy of a text"] if energy else [])], lines)


def _titled(title: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return f"<h4>{title}</h4>{table(heads, lines, title)}"


def _latency(row: Mapping[str, Any]) -> str:
    found = row["latency"]
    said = f"{figures.seconds(found['low'])} to {figures.seconds(found['high'])}"
    if found["p95"] is not None:
        said += f", p95 {figures.seconds(found['p95'])}"
    return said


def _memory(row: Mapping[str, Any]) -> str:
    weights = f"weights {figures.size(row['weights_bytes'])}"
    if row["peak_bytes"] is not None:
        return f"{figures.size(row['peak_bytes'])}{sub(f'GPU peak, besides {weights}')}"
    return f"{figures.size(row['process_bytes'])}{sub(f'whole process · {weights}')}"


def _energy(joules: float | None) -> str:
    return "—" if joules is None else f"{joules:.1f} J"


def _difference(change: Mapping[str, Any] | None) -> str:
    if change is None:
        return "—"
    kind = _KINDS.get(change["verdict"])
    verdict = f' <span class="verdict {kind}">{VERDICTS[change["verdict"]]}</span>' if kind else ""
    return f"{points(change['f'], signed=True)}{verdict}{sub(limits(change, signed=True))}"


def _conditions(found: Mapping[str, Any]) -> str:
    given, rows = found["conditions"], [row for row in found["results"] if row["difference"]]
    beams = "greedy" if given["beams"] == 1 else f"{given['beams']} beams"
    timed = max((row.get("timed_texts", 0) for row in found["results"]), default=0)
    told = [
        f"{figures.count(given['texts'], 'text')} of {given['data'].rpartition('/')[2] or given['data']}",
        "drawn at random" if given["drawn"] is not None else "the first ones",
        beams,
        f"latency: median of {figures.count(timed, 'text')} one by one" if timed else None,
        "ROUGE F1 × 100 with 95% intervals" if found["references"] else None,
        f"paired tests on ROUGE-L, Holm’s correction for {len(rows)}" if len(rows) > 1 else None,
        "garbled: in neither the text nor an English word list" if found["english"] else None,
    ]
    return f'<div class="conditions">{" · ".join(escape(part) for part in told if part)}</div>'
