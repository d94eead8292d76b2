"""The page as a whole: masthead, tabs, endpoints."""

import os
from dataclasses import replace
from typing import Any

import gradio as gr

from models.errors import BadRequest
from models.serving.pool import ModelPool
from models.settings import Settings
from ui import api
from ui.compare import (
    compare_events,
    compare_tab,
    kept_events,
    measure_events,
    preparing_events,
    presenting_events,
)
from ui.compare.compare_tab import CompareTab
from ui.compare.preparing import Preparation
from ui.distil import care_events, distil_tab, form_events, run_events
from ui.distil.distil_tab import DistilTab
from ui.evaluate import evaluate_events, evaluate_tab, poll_events
from ui.evaluate.evaluate_tab import EvaluateTab
from ui.hosting import answers, link_preview, sessions, sliders, student_files, theme
from ui.hosting.answers import QUEUE_SIZE, Page
from ui.methods import methods_events, methods_panel
from ui.search import search_events, search_tab
from ui.shared.studio import Studio
from ui.vote import vote_events, vote_view

TITLE = "T5 Distillation Studio"
_ABOUT = (
    "Put one text in and see how an original T5, its teacher and a distilled model summarise it, "
    "and what each costs. Then distil a better one."
)

_KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: the usual 5 often end just as a client calls again."""
_SILENT = (
    "The page does not answer on this machine. Start it again when the machine is less busy; "
    "if you use a proxy, set NO_PROXY=localhost,127.0.0.1 first."
)


def build(settings: Settings) -> gr.Blocks:
    """Assemble the page; nothing is loaded yet."""
    return _assemble(settings)[0]


def _assemble(settings: Settings) -> tuple[gr.Blocks, Preparation]:
    """The page, and what makes its models ready once it is served."""
    settings = replace(settings, visitor=True)  # anything named from here on may have been named by a visitor
    sliders.tolerant()
    link_preview.install(TITLE, _ABOUT)
    studio = Studio(settings, ModelPool(settings))
    preparation = Preparation(studio, [*studio.columns(settings.model_set).values()])
    with Page(title=TITLE, analytics_enabled=False, delete_cache=(3600, 86400)) as page:
        gr.HTML(f'<header class="masthead"><h1>{TITLE}</h1><p>{_ABOUT}</p></header>')
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Compare", id="compare"):
                comparison = compare_tab.build(studio)
            with gr.Tab("Distil", id="distil"):
                distillation = distil_tab.build(studio)
                methods = methods_panel.build() if distillation else None
            with gr.Tab("Search", id="search") as searching:
                search = search_tab.build(studio)
            with gr.Tab("Evaluate", id="evaluate"):
                evaluation = evaluate_tab.build(studio)
        vote_events.connect(vote_view.build(), page, studio)
        elsewhere = [distillation.view.compare] if distillation else []
        comparing = compare_events.connect(comparison, page, studio, elsewhere)
        presenting_events.connect(comparison, comparing, studio)
        measure_events.connect(comparison, studio)
        kept_events.connect(comparison, page, studio)
        preparing_events.connect(preparation, comparison.preparing, page)
        if distillation and methods:
            form_events.connect(distillation, page, studio)
            run_events.connect(distillation, comparison, tabs, page, studio)
            care_events.connect(distillation, _menus(comparison, distillation, evaluation), studio)
            methods_events.connect(methods, distillation.form, page, studio)
            if search:
                search_events.connect(search, distillation.form, searching, tabs, studio)
        if evaluation:
            evaluate_events.connect(evaluation, page, studio)
            poll_events.connect(evaluation, page, studio)
        api.connect(studio)
    page.queue(api_open=False, max_size=QUEUE_SIZE, status_update_rate=1)  # not at each call to all who wait
    return page, preparation


def _menus(
    comparison: CompareTab, distillation: DistilTab, evaluation: EvaluateTab | None
) -> list[gr.Dropdown]:
    """Those that offer models."""
    columns = [column.model for column in comparison.columns.values()]
    return [
        *columns,
        distillation.form.teacher,
        distillation.form.student,
        *([evaluation.models] if evaluation else []),
    ]


def launch(settings: Settings, host: str = "127.0.0.1", port: int | None = None, share: bool = False) -> None:
    """Build the page and serve it until interrupted.

    Raises:
        BadRequest: The port is taken, the address is not this machine's, or the page does not answer there.
    """
    page, preparation = _assemble(settings)
    try:
        page.launch(
            server_name=host, server_port=port, share=share, prevent_thread_lock=True, **options(settings)
        )
    except OSError as problem:
        if "empty port" not in str(problem):
            raise
        raise BadRequest(_taken(host, port)) from problem
    except ValueError as problem:  # Gradio has asked its own page and got no answer
        if "localhost is not accessible" not in str(problem):
            raise
        page.close(verbose=False)
        raise BadRequest(_SILENT) from problem
    page.server.config.timeout_keep_alive = _KEEP_ALIVE
    preparation.start()  # not before: it would slow the start
    page.block_thread()


def _taken(host: str, port: int | None) -> str:
    chosen = port or os.environ.get("GRADIO_SERVER_PORT")
    taken = f"Port {chosen} is taken" if chosen else "All ports from 7860 to 7959 are taken"
    usual = host == "127.0.0.1"
    other = "" if usual else f" (or {host!r} is not an address of this machine: see --host)"
    return f"{taken}{other}: choose another with --port."


def options(settings: Settings) -> dict[str, Any]:
    """How the page is served: nothing is kept, reported or fetched from elsewhere."""
    return {
        "theme": theme.theme(),
        "css_paths": theme.STYLESHEETS,
        "head": theme.SCRIPT,
        "footer_links": ["api", "settings"],
        "show_error": False,
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "state_session_capacity": sessions.VISITS,
        "app_kwargs": {
            "lifespan": sessions.bounded,
            **answers.of_app(uploads=settings.enable_distill),
            **student_files.of_app(replace(settings, visitor=True)),
        },
        "max_file_size": "500mb" if settings.enable_distill else "1mb",  # data of a run, else nothing
    }
