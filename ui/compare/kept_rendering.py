"""A kept comparison as HTML. Pure functions; whatever a user or a model wrote is escaped."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from ui.compare.kept import Kept
from ui.compare.results_log import settings
from ui.shared import figures, rendering
from ui.shared.labels import DECODING
from ui.shared.result import Result
from ui.shared.shortening import shortened
from ui.shared.tables import scrolling

_BACK = '<a href="./">Open the studio without it</a>'
_LONG_INPUT = {"cut": "Cut it at the limit", "parts": "Summarise it in parts"}
_SHOWN = 70  # characters
NONE = '<div class="quiet">Nothing is kept yet. Each kept comparison gets a link of its own, to share.</div>'


def comparison(kept: Kept) -> str:
    """All of it: date, text, each column with its model, summary, figures and settings."""
    words = figures.count(len(kept.text.split()), "word")
    known = dict.fromkeys(result.reference for result in kept.results.values() if result.reference)
    references = "".join(_document("The reference summary", reference) for reference in known)
    columns = "".join(
        f'<div class="card">{rendering.header(role, result.summary.model, None, kept.facts.get(role, ""))}'
        f"{rendering.finished(result, kept.results)}{_settings(result)}</div>"
        for role, result in kept.results.items()
    )
    return (
        f'<div class="note" role="status"><strong>A kept comparison of {when(kept)}.</strong> '
        f"No model was run to show it. {_BACK}.</div>"
        f"{_document(f'The text: {words}', kept.text)}{references}"
        f'<div class="kept-columns">{columns}</div>{rendering.LEGEND}'
    )


def _document(title: str, text: str) -> str:
    return (
        f'<details class="kept-document"><summary>{title}</summary>'
        f"{scrolling(escape(text), title, 'kept-text')}</details>"
    )


def missing(message: str) -> str:
    """One that is not there, or cannot be read."""
    return f'<div class="problem" role="alert">{escape(message)} {_BACK}.</div>'


def link(kept: Kept) -> str:
    """Where a comparison is found that has just been kept."""
    return (
        f'<div class="note" role="status">Kept. Open it or copy its link: <a href="{_address(kept)}" '
        f'target="_blank" aria-label="The kept comparison {kept.id}">{kept.id}</a>. '
        "Whoever can reach this page may read it.</div>"
    )


def deleted(kept_id: str) -> str:
    """One that is in the trash now."""
    return (
        '<div class="note" role="status">Moved to the trash. '
        f"<code>python -m distill trash restore {escape(kept_id)}</code> brings it back.</div>"
    )


def _address(kept: Kept) -> str:
    return f"./?comparison={kept.id}"


def listed(found: Sequence[Kept]) -> str:
    """Links to all of them."""
    if not found:
        return NONE
    rows = "".join(f'<li><a href="{_address(kept)}">{escape(label(kept))}</a></li>' for kept in found)
    return f'<ul class="kept-list">{rows}</ul>'


def label(kept: Kept) -> str:
    """Its date and how its text begins."""
    return f"{when(kept)}: {shortened(kept.text, _SHOWN)}"


def when(kept: Kept) -> str:
    """`28 November 2026, 17:05 UTC`."""
    time = datetime.fromisoformat(kept.time)
    return f"{time.day} {time:%B %Y, %H:%M} UTC"


def _settings(result: Result) -> str:
    chosen = settings(result.decoding)
    told = {text.partition(" (")[0]: _value(chosen[name]) for name, text in DECODING.items()}
    told["Input longer than the model reads"] = _LONG_INPUT.get(result.long_input, result.long_input)
    told["Refine with rules"] = _value(result.rules is not None)
    inside = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in told.items())
    return (
        f'<details class="sub"><summary>Settings</summary><dl class="kept-settings">{inside}</dl></details>'
    )


def _value(value: float | bool | None) -> str:
    if value is None:
        return "the model’s default"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}"
