"""The latencies as bars on one scale. Pure functions; whatever a user wrote is escaped.

The script lets the bar of a model at work grow, and settles it at `data-seconds`; the figures stand beside it
as text.
"""

from collections.abc import Sequence
from html import escape

from distill.benchmark.turns import times_faster
from distill.stats import Spread, spread
from models.decoding import Summary
from models.store.catalogue import ROLES
from ui.compare import measure_rendering
from ui.compare.measuring import FEWEST_RUNS, Measured
from ui.shared import figures, rendering
from ui.shared.result import Session


def race(session: Session, measured: Measured | None = None) -> str:
    """One bar per role: the median of runs where `measured` is of the same summaries, else one run."""
    found = measured if measured and matching(session, measured) else None
    lanes = "".join(_lane(role, session, found) for role in ROLES)
    said = _medians(found) if found else _one_run(session)
    return (
        f'<div class="race"><ul>{lanes}</ul>'
        f'<div class="axis" aria-hidden="true"><span>0</span><span class="end"></span></div>{said}</div>'
    )


def matching(session: Session, measured: Measured | None) -> bool:
    """Whether `measured` is of the models, the text and the settings of the columns, and holds a run."""
    asked = measured.request if measured else None
    if not measured or not asked or not measured.runs or not session.results:
        return False
    return set(measured.summaries) == set(session.results) and all(
        (asked.text, asked.long_input, asked.decoding) == (result.text, result.long_input, result.decoding)
        and _who(measured.summaries[role][-1]) == _who(result.summary)
        for role, result in session.results.items()
    )


def _who(summary: Summary) -> tuple[str, ...]:
    """What wrote it: the model and the engine it ran on."""
    return summary.model, summary.engine, summary.dtype, summary.device


def _lane(role: str, session: Session, measured: Measured | None) -> str:
    result = session.results.get(role)
    seconds = told = None
    if measured and role in measured.summaries:
        seconds = spread([run.seconds for run in measured.summaries[role]]).median
        told = _conditions(measured.summaries[role][-1])
    elif result:
        seconds, told = result.summary.seconds, _conditions(result.summary)
    data = "" if seconds is None else f' data-seconds="{seconds:.6f}"'
    value = "" if seconds is None else figures.seconds(seconds)
    return (
        f'<li class="lane {role}" data-role="{role}"{data}><span class="who">{rendering.TITLES[role]}</span>'
        '<span class="track" aria-hidden="true"><span class="fill"></span></span>'
        f'<span class="value">{value}</span><span class="sub">{told or ""}</span></li>'
    )


def _conditions(summary: Summary) -> str:
    return escape(
        f"{figures.count(summary.tokens_out, 'token')} · {summary.engine} {summary.dtype} on {summary.device}"
    )


def _one_run(session: Session) -> str:
    results = [*session.results.values()]
    if len(results) < len(ROLES):
        return _said("", "", False)
    one = "One run of each, and one run says little about speed."
    return _said(one, _settings([result.summary for result in results]), any(each.busy for each in results))


def _medians(measured: Measured) -> str:
    lasts = [summaries[-1] for summaries in measured.summaries.values()]
    runs = f"Median of {figures.count(measured.runs, 'run')} of each model, in turns"
    if measured.runs < FEWEST_RUNS:
        said = f"Stopped after {measured.runs} of {measured.wanted} runs: too few to compare speeds."
        return _said(said, f"{runs} · {_settings(lasts)}", measured.busy)
    reference = measure_rendering.reference(measured)
    ratios = {
        role: times_faster(measured.summaries[reference], measured.summaries[role])
        for role in reversed(ROLES)
        if role in measured.summaries and role != reference
    }
    said = " ".join(in_words(role, ratio, reference) for role, ratio in ratios.items())
    intervals = ", ".join(
        f"{rendering.NAMED[role]} {figures.ratio(ratio.low)} to {figures.ratio(ratio.high)}"
        for role, ratio in ratios.items()
    )
    sure = f" · ratios run by run, with 95% intervals: {intervals}" if intervals else ""
    return _said(said, f"{runs} · {_settings(lasts)}{sure}", measured.busy)


def in_words(role: str, ratio: Spread, reference: str) -> str:
    """A sentence on how fast a role's model is against the reference's, no surer than its interval."""
    who, other = rendering.NAMED[role].capitalize(), rendering.NAMED[reference]
    if ratio.low <= 1 <= ratio.high:
        return f"{who} and {other} cannot be told apart in speed."
    if figures.alike(ratio.median):
        return f"{who} is about as fast as {other}."
    if ratio.median > 1:
        return f"{who} is <strong>{_times(ratio.median)} as fast</strong> as {other}."
    return f"{who} takes <strong>{_times(1 / ratio.median)} as long</strong> as {other}."


def _times(value: float) -> str:
    return f"{figures.ratio(value).rstrip('×')} times"


def _settings(summaries: Sequence[Summary]) -> str:
    first = summaries[0]
    beams = "greedy" if first.beams == 1 else f"{first.beams} beams"
    read = {f"{summary.tokens_in:,}" for summary in summaries}
    return f"{beams} · {' or '.join(sorted(read))} tokens in"


def _said(words: str, conditions: str, busy: bool) -> str:
    under = escape(f"{conditions} · {rendering.BUSY}" if busy else conditions)
    return f'<p class="words" role="status">{words}</p><p class="conditions">{under}</p>'
