"""The contents of a column as HTML. Pure functions; whatever a user or a model wrote is escaped."""

from collections.abc import Mapping, Sequence
from html import escape

from distill.families import anatomy
from distill.rules import RuleOutcome
from distill.stats import points
from models.store.loading import ModelInfo
from ui.shared import domain, figures
from ui.shared.labels import fault
from ui.shared.result import Result
from ui.shared.shortening import shortened
from ui.shared.words import RUN, Overlap

TITLES = {"original": "Original", "teacher": "Teacher", "distilled": "Distilled"}
BUSY = "The machine was busy with other work: these figures may be off."
_PROPERLY = (
    '<p class="sub">One run says little about speed: '
    '<a href="#measure" aria-label="measure properly, beside {}">measure properly</a>.</p>'
)
NAMED = {"original": "the original", "teacher": "the teacher", "distilled": "the distilled model"}
"""What the page calls each role in a sentence."""
_COMPARED_WITH = ("original", "teacher")
_REFERENCE_SHOWN = 70  # characters
LEGEND = (
    '<p class="legend"><mark class="copied">Underlined</mark> words are copied from the input, '
    f'{RUN} or more in a row. <mark class="new">Tinted</mark> words do not occur in it.</p>'
)


def header(role: str, name: str | None, info: ModelInfo | None, note: str = "") -> str:
    """Role, model name and its size; `note` replaces the size where the model is not here yet."""
    facts = escape(note)
    if info is not None:
        facts = size(info)
    model = f'<div class="model">{escape(name)}</div>' if name else '<div class="model">No model yet</div>'
    return (
        f'<div class="role-head {role}"><h3>{TITLES[role]}</h3>{model}<div class="facts">{facts}</div></div>'
    )


def size(info: ModelInfo) -> str:
    """A model's parameters, its size on disk and its layers."""
    layers = f"{' + '.join(map(str, anatomy(info.config).depths.values()))} layers"
    disk = f"{figures.size(info.disk_bytes)} on disk in {info.stored}"
    return f"{figures.parameters(info.parameters)} parameters · {disk} · {layers}"


def empty(role: str) -> str:
    """A column before its first summary."""
    return f'<div class="quiet">The {TITLES[role].lower()} model’s summary will appear here.</div>'


def no_student(teacher: str, distils: bool) -> str:
    """The distilled column of a model set that has no student yet; `distils`: one may be distilled here."""
    change = "choose a model under “Change the distilled model”"
    if distils:
        told = f"Distil one from {escape(teacher)} in the Distil tab, or {change}. The setting"
        told += " DISTILLED_MODEL names one for good."
    else:
        told = f"To go on, {change}. The owner of this server can name one in the setting DISTILLED_MODEL."
    return (
        f'<div class="quiet"><strong>There is no distilled model for this set yet.</strong><br>{told}</div>'
    )


def waiting(text: str) -> str:
    """A column whose turn has not come."""
    return f'<div class="quiet waiting">{escape(text)}</div>'


def loading(text: str, share: float | None) -> str:
    """A model being fetched or read; `share` from 0 to 1 where it is known."""
    return f'<div class="quiet waiting">{escape(text)}{bar(share) if share and share < 1 else ""}</div>'


def side_by_side(charts: Sequence[str]) -> str:
    """Charts in a row, as far as there is room for; nothing without one."""
    drawn = "".join(charts)
    return f'<div class="svg-charts">{drawn}</div>' if drawn else ""


def bar(share: float) -> str:
    """A progress bar, filled from 0 to 1."""
    percent = 100 * min(max(share, 0.0), 1.0)
    filled = f'<div style="width:{percent:.1f}%"></div>'
    named = f'role="progressbar" aria-label="Progress" aria-valuenow="{percent:.0f}"'
    return f'<div class="bar" {named}>{filled}</div>'


def working(text: str) -> str:
    """A model at work: its words so far, if it streams them, and a clock."""
    clock = '<div class="clock"><span data-clock></span></div>'
    if not text:
        return f'<div class="quiet waiting">Summarising…{clock}</div>'
    return f'<div class="text unfinished">{escape(text)}</div>{clock}'


def at_work(column: str) -> bool:
    """Whether a column's HTML says that its model waits, is loaded or writes."""
    return '<div class="quiet waiting">' in column or "<span data-clock>" in column


def failed(message: str) -> str:
    """A column whose model failed."""
    return f'<div class="problem" role="alert">{escape(message)}</div>'


def finished(result: Result, results: Mapping[str, Result]) -> str:
    """A summary with its figures, set against the other columns' where they may be compared."""
    parts = (
        _text(result.overlap),
        _notes(result),
        _versus(result, results),
        _tiles(result),
        _rouge(result),
        _conditions(result),
    )
    return "".join(parts)


def _text(overlap: Overlap) -> str:
    if not overlap.words:
        return '<div class="quiet">The model wrote no words.</div>'
    marked = "".join(
        f'<mark class="{kind}">{escape(piece)}</mark>' if kind in ("copied", "new") else escape(piece)
        for kind, piece in overlap.pieces
    )
    return f'<div class="text">{marked}</div>'


def _notes(result: Result) -> str:
    summary, notes = result.summary, []
    if unfit := domain.warning(summary.model, result.text):
        notes.append(unfit)
    if summary.tokens_cut:
        read = summary.tokens_in + summary.tokens_cut
        notes.append(f"The last {summary.tokens_cut:,} of {read:,} input tokens were cut off.")
    if summary.parts > 1:
        notes.append(f"Summarised in {summary.parts} parts.")
    if left_out := summary.tokens_left_out:
        written = figures.count(left_out, "token")
        notes.append(
            f"It broke off within a sentence, which is left out: {written} of {summary.tokens_out:,}."
        )
    if summary.note:
        notes.append(escape(summary.note))
    if result.rules:
        notes.append(_rules(result.rules))
    said = "".join(f'<div class="note">{note}</div>' for note in notes)
    return f'{said}<div class="note busy">{BUSY}</div>' if result.busy else said


def _rules(outcome: RuleOutcome) -> str:
    """What the rules did, and what they cannot mend; the figures stay those of what the model wrote."""
    said = {
        kind: "; ".join(
            f"<strong>{escape(fault(name))}</strong>: {escape(verdict.why)}"
            for name, verdict in outcome.verdicts.items()
            if verdict.kind == kind
        )
        for kind in ("repaired", "rejected")
    }
    mended = f"Refined with rules. {said['repaired']}." if said["repaired"] else "Rules changed nothing."
    return f"{mended} They would reject it: {said['rejected']}." if said["rejected"] else mended


def _versus(result: Result, results: Mapping[str, Result]) -> str:
    """What the others took, and their size; a single run of another length cannot tell which is faster."""
    lines = []
    for role in _COMPARED_WITH:
        other = results.get(role)
        if role == result.role or other is None or not result.comparable(other):
            continue
        size = figures.versus(other.summary.weights_bytes, result.summary.weights_bytes, "smaller", "larger")
        took = (
            f"{NAMED[role].capitalize()} took {figures.seconds(other.summary.seconds)}{_a_token(other, ', ')}"
        )
        lines.append(f"<li>{took}, and is {size or 'about as large'}{_otherwise(result, other)}.</li>")
    return f'<ul class="versus">{"".join(lines)}</ul>{_PROPERLY.format(NAMED[result.role])}' if lines else ""


def _a_token(result: Result, before: str = "") -> str:
    """The time of a token of the summary, the reading of the input included."""
    summary = result.summary
    return (
        f"{before}{figures.seconds(summary.seconds / summary.tokens_out)} a token"
        if summary.tokens_out
        else ""
    )


def _otherwise(result: Result, other: Result) -> str:
    """A warning where not only the models differ."""
    mine, theirs = (f"{each.summary.engine} {each.summary.dtype}" for each in (result, other))
    return "" if mine == theirs else f" ({escape(mine)} against {escape(theirs)})"


def _tiles(result: Result) -> str:
    summary, overlap = result.summary, result.overlap
    first = "" if summary.ttft is None else f"first token {figures.seconds(summary.ttft)}"
    queued = f"waited {figures.seconds(summary.queue_seconds)}" if summary.queue_seconds >= 0.05 else ""
    tiles = (
        ("Latency", figures.seconds(summary.seconds), " · ".join(part for part in (first, queued) if part)),
        ("Speed", f"{summary.tokens_per_second:,.0f} tokens/s", _a_token(result)),
        _memory(result),
        ("Length", figures.count(overlap.words, "word"), _length(result)),
    )
    inside = "".join(
        f"<div><dt>{label}</dt><dd>{value}</dd>{f'<dd class=sub>{sub}</dd>' if sub else ''}</div>"
        for label, value, sub in tiles
    )
    return f'<dl class="tiles">{inside}</dl>'


def _length(result: Result) -> str:
    overlap = result.overlap
    new, copied = _share(overlap.new, overlap.words), _share(overlap.copied, overlap.words)
    return f"{figures.count(result.summary.tokens_out, 'token')} · {new} new, {copied} copied"


def _memory(result: Result) -> tuple[str, str, str]:
    summary = result.summary
    weights = f"weights {figures.size(summary.weights_bytes)}"
    if summary.device == "cpu":
        return "Memory (no GPU)", figures.size(summary.process_bytes), f"whole process · {weights}"
    if summary.peak_bytes is None:
        told = f"run peak not measured by this engine · {weights}"
    else:
        told = f"peak, besides {weights}"
    if gpu := result.gpu:
        told += f" · GPU {gpu.used_bytes / 1e9:.1f} of {gpu.total_bytes / 1e9:.1f} GB in use"
    return "GPU memory of this run", figures.size(summary.peak_bytes), told


def _rouge(result: Result) -> str:
    """The scores, and the beginning of the summary they were measured against."""
    scores = result.rouge
    if scores is None:
        return ""
    names = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L", "rougeLsum": "ROUGE-Lsum"}
    inside = "".join(
        f"<div><dt>{label}</dt><dd>{points(scores[key])}</dd></div>"
        for key, label in names.items()
        if key in scores
    )
    against = escape(shortened(result.reference, _REFERENCE_SHOWN))
    return f'<dl class="tiles rouge">{inside}</dl><div class="against">ROUGE against “{against}”</div>'


def _conditions(result: Result) -> str:
    summary = result.summary
    beams = "greedy" if summary.beams == 1 else f"{summary.beams} beams"
    told = (
        summary.device,
        summary.dtype,
        summary.engine,
        beams,
        f"{summary.tokens_in:,} tokens in, {summary.tokens_out:,} out",
        "one run",
    )
    return f'<div class="conditions">{" · ".join(escape(str(part)) for part in told)}</div>'


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "—"
