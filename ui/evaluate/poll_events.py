"""What the buttons below an evaluation do about votes. Each asks who does it: see `votes.check_owner`."""

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from distill import report, votes
from distill.judging import Evaluation
from distill.judging.lead import is_lead
from distill.votes import Poll
from distill.votes.polls import MOST, TEXTS
from models.errors import BadRequest, DistillError
from models.settings import Settings
from ui.evaluate.evaluate_tab import EvaluateTab
from ui.shared.errors import told
from ui.shared.limits import ACT, LAST, QUIET
from ui.shared.studio import Studio
from ui.shared.visitors import Allowance, address_of
from ui.shared.watching import Watch
from ui.vote import vote_rendering

_PASSWORDS = Allowance(most=10, seconds=60)
_UNGUESSED = secrets.token_hex(16)
"""A folder whose files only those can fetch to whom the page has named them."""
_log = logging.getLogger(__name__)


def connect(tab: EvaluateTab, page: gr.Blocks, studio: Studio) -> None:
    """Attach the events of making, reading, closing and showing votes."""
    settings, panel = studio.settings, tab.polls

    def opened(request: gr.Request) -> Any:
        try:
            votes.check_owner(settings)
            return drawn(None, settings, "", base_of(request))
        except DistillError:  # a stranger sees none; the buttons say why
            return gr.skip()

    def make(
        request: gr.Request, password: str, watch: Watch, models: list[str], texts: float, scales: bool
    ) -> list[Any]:
        _limit(request, settings)
        poll = made(watch, models, texts, scales, settings, password)
        return drawn(poll, settings, password, base_of(request))

    def look(request: gr.Request, password: str, poll_id: str | None) -> list[Any]:
        _limit(request, settings)
        votes.check_owner(settings, password)
        poll = votes.find(poll_id, settings) if poll_id else None
        return drawn(poll, settings, password, base_of(request))

    def close(request: gr.Request, password: str, poll_id: str) -> list[Any]:
        _limit(request, settings)
        return drawn(votes.close(poll_id, settings, password), settings, password, base_of(request))

    def show(request: gr.Request, password: str, poll_id: str) -> list[Any]:
        _limit(request, settings)
        return drawn(votes.show(poll_id, settings, password), settings, password, base_of(request))

    page.load(opened, None, panel.outputs, **QUIET)
    asked = [panel.password, tab.watch, panel.models, panel.texts, panel.scales]
    panel.make.click(told(make), asked, panel.outputs, **ACT)
    which = [panel.password, panel.chooser]
    panel.refresh.click(told(look), which, panel.outputs, **ACT)
    panel.chooser.input(told(look), which, panel.outputs, **LAST, **ACT)
    panel.close.click(told(close), which, panel.outputs, **ACT)
    panel.show.click(told(show), which, panel.outputs, **ACT)


def made(
    watch: Watch, models: Sequence[str], texts: float | None, scales: bool, settings: Settings, password: str
) -> Poll:
    """A new vote on the evaluation that the page shows.

    Raises:
        DistillError: It cannot be made; says why.
    """
    if not watch.job_id:
        raise BadRequest("There is no evaluation yet: evaluate two or more models first.")
    number = TEXTS if texts is None else int(texts)
    return votes.create(watch.job_id, settings, models or (), number, bool(scales), password)


def models_of(evaluation: Evaluation) -> Any:
    """The models to choose from, those that wrote chosen."""
    names = evaluation.plan().models
    return gr.update(choices=list(names), value=[name for name in names if not is_lead(name)][:MOST])


def base_of(request: gr.Request) -> str:
    """The page's address as the browser shows it, without what follows a question mark; else empty."""
    found = urlsplit(str(request.headers.get("referer") or ""))
    return f"{found.scheme}://{found.netloc}{found.path}" if found.scheme in ("http", "https") else ""


def drawn(poll: Poll | None, settings: Settings, password: str, base: str) -> list[Any]:
    """A vote as its owner sees it, the newest if none is named; hidden where there is none."""
    known = votes.all_polls(settings)
    poll = poll or next(iter(known), None)
    if poll is None:
        return [gr.update(visible=False), "", "", *[gr.update(visible=False)] * 4]
    choices = [(_title(each), each.poll_id) for each in known]
    found = votes.results(poll, settings, password)
    return [
        gr.update(choices=choices, value=poll.poll_id, visible=True),
        about(poll, base),
        vote_rendering.found(found),
        gr.update(visible=not poll.closed),
        gr.update(visible=not poll.shown),
        *_files(poll, settings, password, bool(found["votes"])),
    ]


def about(poll: Poll, base: str) -> str:
    """Its link and its state."""
    link = escape(f"{base}?vote={poll.poll_id}")
    state = ("Closed" if poll.closed else "Open") + (
        "; voters see the results at the end." if poll.shown else "; voters do not see the results."
    )
    return (
        f'<div class="run"><p>Send this link to your voters: '
        f'<a href="{link}" target="_blank" rel="noopener">{link}</a></p>'
        f'<p class="facts">{state} {poll.texts} texts; {escape(", ".join(poll.models))}.</p></div>'
    )


def _title(poll: Poll) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(poll.created))
    return f"{when} · {', '.join(name.rpartition('/')[2] for name in poll.models)} · {poll.poll_id}"


def _files(poll: Poll, settings: Settings, password: str, has_votes: bool) -> list[Any]:
    """All answers, and the report once there is one."""
    votes.check_owner(settings, password)
    folder, as_owner = settings.temporary / "votes" / _UNGUESSED, replace(settings, visitor=False)
    csv, page = (folder / f"votes-{poll.poll_id}{end}" for end in (".csv", ".html"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        votes.write_csv(poll, as_owner, csv)
        if has_votes:
            report.write(f"vote:{poll.poll_id}", as_owner, page)
    except (OSError, DistillError) as problem:  # with a full disk there is no download, but still a page
        _log.error("The votes cannot be written to %s: %s", folder, problem)
        return [gr.update(visible=False)] * 2
    shown = gr.update(value=str(page), visible=True) if has_votes else gr.update(visible=False)
    return [gr.update(value=str(csv), visible=True), shown]


def _limit(request: gr.Request, settings: Settings) -> None:
    if settings.owner_password is not None:  # so that nobody tries all of them
        _PASSWORDS.take(address_of(request))
