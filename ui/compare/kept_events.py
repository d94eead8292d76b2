"""What keeping a comparison, opening its link and deleting it do."""

from typing import Any

import gradio as gr

from models.errors import DistillError
from ui.compare import kept, kept_rendering
from ui.compare.compare_tab import CompareTab
from ui.shared import rendering
from ui.shared.errors import told
from ui.shared.limits import ACT, QUIET
from ui.shared.result import Session
from ui.shared.studio import Studio


def connect(tab: CompareTab, page: gr.Blocks, studio: Studio) -> None:
    """Attach these events."""
    settings, panel = studio.settings, tab.kept

    def open_link(request: gr.Request) -> Any:
        return opened(request.query_params.get("comparison"), studio)

    page.load(told(open_link), None, tab.opened, **QUIET)
    if panel is None:
        return

    def keep(session: Session) -> list[Any]:
        facts = {role: _facts(result.summary.model, studio) for role, result in session.results.items()}
        made = kept.keep(session.results, facts, settings)
        return [kept_rendering.link(made), *shown(studio)]

    def delete(chosen: str | None) -> list[Any]:
        kept.delete(chosen or "", settings)
        return [kept_rendering.deleted(chosen or ""), *shown(studio)]

    page.load(lambda: shown(studio), None, panel.shown, **QUIET)
    panel.keep.click(told(keep), tab.session, [panel.link, *panel.shown], **ACT)
    panel.delete.click(told(delete), panel.chooser, [panel.link, *panel.shown], **ACT)


def opened(kept_id: str | None, studio: Studio) -> Any:
    """What the page shows for the link it was opened by; nothing for its plain address."""
    if kept_id is None:
        return gr.skip()
    try:
        html = kept_rendering.comparison(kept.find(kept_id, studio.settings))
    except DistillError as problem:
        html = kept_rendering.missing(str(problem))
    return gr.update(value=html, visible=True)


def shown(studio: Studio) -> list[Any]:
    """The list, and what deletes from it."""
    found = kept.all_kept(studio.settings)
    choices = [(kept_rendering.label(each), each.id) for each in found]
    some = bool(found)
    first = found[0].id if found else None
    return [
        kept_rendering.listed(found),
        gr.update(choices=choices, value=first, visible=some),
        gr.update(visible=some),
    ]


def _facts(model: str, studio: Studio) -> str:
    info, note = studio.info(model)
    return rendering.size(info) if info else note
