"""One comparison as a stream of column contents. Knows nothing about Gradio's components."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from distill import rules
from distill.tasks.summarize import evaluation
from models.decoding import Decoding, Summary
from models.errors import BadRequest
from models.serving import measure
from models.serving.summarizer import LongInput, Summarizer
from models.text.tidying import clean
from ui.compare.loading import load
from ui.shared import errors, rendering
from ui.shared.background import BEAT
from ui.shared.limits import REFERENCE_CHARACTERS
from ui.shared.result import Result, Session, fingerprint
from ui.shared.studio import Studio
from ui.shared.words import overlap

REFRESH = 0.1
"""Seconds between two updates of a growing text: the page must not slow down what it measures."""

_IN_LINE = "Waiting for another summary to finish…"

Step = tuple[dict[str, str], Session]


@dataclass(frozen=True)
class Request:
    """What a visitor asks for.

    Args:
        text: The article.
        models: The model's name by role; None where there is none.
        decoding: How to generate.
        long_input: `cut` or `parts`.
        reference: A summary to score against; empty for none.
        refine: Whether rules refine what the models write; the time this takes is not measured.
    """

    text: str
    models: Mapping[str, str | None]
    decoding: Decoding
    long_input: LongInput = "cut"
    reference: str = ""
    refine: bool = False

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise BadRequest("There is no text yet. Paste an article or choose an example.")
        clean(self.text)  # refuses one that is too long, before it is kept and a model is loaded for nothing
        if len(self.reference) > REFERENCE_CHARACTERS:
            raise BadRequest(
                f"The reference summary has {len(self.reference):,} characters; "
                f"{REFERENCE_CHARACTERS:,} is the limit."
            )


def order(roles: Sequence[str], turn: int) -> tuple[str, ...]:
    """The roles, begun one further each turn, so that no model always runs on a warm or a hot machine."""
    start = turn % len(roles)
    return (*roles[start:], *roles[:start])


def compare(request: Request, roles: Sequence[str], session: Session, studio: Studio) -> Iterator[Step]:
    """Summarise with each role's model in turn; yields changed columns' HTML and the session so far.

    A column that fails says so and does not stop the others.
    """
    queue = order(roles, session.turn if len(roles) > 1 else 0)
    for role in roles:
        session = session.without(role)
    session = replace(session, turn=session.turn + (len(roles) > 1))
    yield {role: rendering.waiting("Waiting for its turn…") for role in queue}, session
    for role in queue:
        try:
            session = yield from _column(request, role, session, studio)
        except Exception as problem:  # one broken model must not break the others' columns
            yield {role: rendering.failed(errors.message(problem))}, session


def show(session: Session) -> dict[str, str]:
    """Every finished column, set against the others."""
    return {role: rendering.finished(result, session.results) for role, result in session.results.items()}


def _column(request: Request, role: str, session: Session, studio: Studio) -> Generator[Step, None, Session]:
    name = request.models.get(role)
    if not name:
        teacher = request.models.get("teacher") or "the teacher"
        yield {role: rendering.no_student(teacher, studio.settings.may_change)}, session
        return session
    summarizer = yield from load(
        name, studio, lambda text, share: ({role: rendering.loading(text, share)}, session)
    )
    disturbed = studio.watch()
    summary = yield from _stream(summarizer, request, role, session)
    session = session.add(_result(role, summary, request, disturbed()))
    yield show(session), session
    return session


def _stream(
    summarizer: Summarizer, request: Request, role: str, session: Session
) -> Generator[Step, None, Summary]:
    html = rendering.working("")
    yield {role: html}, session
    shown, waits, before, last = 0.0, False, None, None
    for last in summarizer.stream(request.text, request.decoding, request.long_input):
        now = time.monotonic()
        waits, before = _in_line(last, before, waits), last
        if not last.finished and now - shown >= REFRESH:
            news = rendering.waiting(_IN_LINE) if waits and not last.text else rendering.working(last.text)
            if news != html or now - shown >= BEAT:
                shown, html = now, news
                yield {role: html}, session
    if last is None:
        raise RuntimeError(f"{summarizer.name} ended without a summary")
    return last


def _in_line(now: Summary, before: Summary | None, waited: bool) -> bool:
    """Whether it waits for its turn: a summary's own seconds run only while it is made.

    The seconds in line are counted in steps, so that of two looks close together neither may find news.
    """
    if before is None or now.seconds > before.seconds:
        return False
    return waited or now.queue_seconds > before.queue_seconds


def _result(role: str, summary: Summary, request: Request, busy: bool) -> Result:
    outcome = rules.refine(request.text, summary.text) if request.refine else None
    reference = request.reference.strip()
    if outcome:
        summary = replace(summary, text=outcome.refined)
    return Result(
        role=role,
        summary=summary,
        overlap=overlap(summary.text, request.text),
        decoding=request.decoding,
        source=fingerprint(request.text, request.long_input),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        rouge=evaluation.rouge(summary.text, reference) if reference else None,
        busy=busy,
        gpu=None if summary.device == "cpu" else measure.device_memory(),
        rules=outcome,
        text=request.text,
        long_input=request.long_input,
        reference=reference,
    )
