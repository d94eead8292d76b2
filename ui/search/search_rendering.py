"""A search as HTML. Pure functions; what a user named is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from distill.search import results
from distill.search.importance import too_few
from distill.search.results import PARTS
from distill.stats import points
from ui.shared import figures
from ui.shared.jobs import progress
from ui.shared.tables import scrolling

ABOUT = (
    '<div class="measure-about evaluate-about"><p>How many layers should a student have, and how wide should '
    "they be? A search tries shapes: each is timed and trained for a short while. You see how near each "
    "comes to its teacher and how fast it is, and distil the one you like.</p></div>"
)
LOOKING = '<div class="quiet">Looking for searches…</div>'
NONE = (
    '<div class="quiet">No search yet. A small one tries six depths on the built-in samples: it takes a few '
    "minutes and goes on even when this page is closed.</div>"
)
OFF = (
    '<div class="quiet"><strong>Searching is switched off on this server.</strong><br>'
    "To search for a student’s shape, run the studio on your machine or on a Space of yours "
    "with ENABLE_DISTILL=1.</div>"
)
_SHOWN = 1000  # rows of the table at most; the CSV has all


def status(found: Mapping[str, Any]) -> str:
    """The status of a search: state, progress, candidates that failed or were free, workers, best reward."""
    done, total = found["done"], found["total"]
    told = [f"{done:,} of {figures.count(total, 'candidate')}"]
    told += [f"{found['failed']} failed"] if found["failed"] else []
    told += [f"{found['free']} reused from earlier searches"] if found["free"] else []
    told += [figures.count(found["workers"], "worker")] if found["status"] == "running" else []
    told += [f"best reward {found['best']:.3f}"] if found["best"] is not None else []
    message = "" if found["status"] == "finished" else found["message"]
    share = done / total if total else 0.0
    return progress(found["search_id"], found["status"], share, " · ".join(told), message)


def candidate(row: Mapping[str, Any] | None, is_best: bool, on_front: bool) -> str:
    """One candidate: its shape, and what came of it."""
    if row is None:
        return '<div class="quiet">Candidates are shown here as they end.</div>'
    notes = (
        ["best reward"] * is_best
        + ["on the front"] * on_front
        + ["reused from earlier searches"] * row["free"]
    )
    head = f'<h4>Candidate {row["number"]}</h4><div class="conditions">{" · ".join(notes)}</div>'
    parts: Mapping[str, Any] = row["shape"]
    shape = "".join(_tile(PARTS.get(part, part), _value(value)) for part, value in parts.items())
    if row["failed"]:
        return f'{head}<div class="problem">{escape(row["reason"])}</div><dl class="tiles shape">{shape}</dl>'
    cut = row["birth"] == "cut"
    told = [
        ("Loss", f"{row['loss']:.3f}", "held out"),
        ("Latency", results.latency(row), f"{results.share(row)} × the teacher’s"),
        ("Parameters", figures.parameters(row["parameters"]), ""),
        ("ROUGE-L", _rouge(row), "after the short training"),
        ("Reward", f"{row['reward']:.3f}", ""),
        ("Begins as", "Layers" if cut else "New", "of the teacher" if cut else "weights that can copy"),
    ]
    tiles = "".join(_tile(*each) for each in told)
    return f'{head}<dl class="tiles shape">{shape}</dl><dl class="tiles shape">{tiles}</dl>'


def importance(found: Mapping[str, float], come_through: int) -> str:
    """How much each part of the shape counts; where there are too few candidates, that."""
    if not come_through:
        return ""
    title = "Which part of the shape counts"
    head = f"<h4>{title}</h4>"
    if not found:
        return f'{head}<div class="conditions">{too_few(come_through)}</div>'
    rows = "".join(
        f'<tr><td>{PARTS.get(part, escape(part))}</td><td class="wide"><div class="bar">'
        f'<div style="width:{100 * share:.1f}%"></div></div></td><td>{100 * share:.0f}%</td></tr>'
        for part, share in found.items()
    )
    said = (
        "Share of what sets the best quarter apart from all; small ones may be chance (PED-ANOVA, by Optuna)"
    )
    drawn = scrolling(f'<table class="end">{rows}</table>', title)
    return f'{head}{drawn}<div class="conditions">{said}</div>'


def table(rows: Sequence[results.Row], on_front: set[int]) -> pd.DataFrame:
    """A row for each candidate, the best first, those that failed last with the reason."""
    return pd.DataFrame([_line(row, on_front) for row in results.ranked(rows)[:_SHOWN]])


def _line(row: Mapping[str, Any], on_front: set[int]) -> dict[str, Any]:
    good = not row["failed"]
    notes = ["on the front"] * (row["number"] in on_front) + ["free"] * row["free"]
    return {
        "Candidate": row["number"],
        "Reward": round(row["reward"], 3) if good else None,
        "Loss": round(row["loss"], 3) if good else None,
        "× teacher": round(row["share"], 2) if "share" in row else None,
        "ms": round(1000 * row["seconds"], 1) if "seconds" in row else None,
        "ROUGE-L": _rouge(row),
        "Parameters": figures.parameters(row["parameters"]) if "parameters" in row else "—",
        "Shape": results.words(row["shape"]),
        "Notes": row.get("reason") or ", ".join(notes),
    }


def _tile(name: str, value: str, sub: str = "") -> str:
    below = f'<dd class="sub">{escape(sub)}</dd>' if sub else ""
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd>{below}</div>"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "tied" if value else "of its own"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _rouge(row: Mapping[str, Any]) -> str:
    return "—" if row.get("rougeL") is None else points(row["rougeL"])
