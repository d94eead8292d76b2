"""The endpoints that scripts and `gradio_client` call. Names and keys are stable."""

import itertools
from collections.abc import Mapping
from typing import Any

from gradio.events import api

from distill import runs
from distill.errors import RunConflict
from models.decoding import Decoding
from models.errors import BadRequest
from models.settings import Settings
from models.store import catalogue
from models.store.catalogue import ROLES
from models.text.tidying import clean
from ui.compare.comparing import order
from ui.distil import starting
from ui.shared.errors import told
from ui.shared.limits import ENDPOINT
from ui.shared.studio import Studio

_OFF = "Distilling is switched off on this server (ENABLE_DISTILL=0)."


def connect(studio: Studio) -> None:
    """Add the endpoints; call it inside the page's Blocks."""
    for function in (*_inference(studio), *_runs(studio)):
        limits = ENDPOINT if function.__name__ in ("summarize", "compare") else {}
        api(told(function, html=False), api_name=function.__name__, **limits)


def _inference(studio: Studio) -> tuple[Any, ...]:
    turns = itertools.count()

    def summarize(
        text: str, model: str, beams: int = 4, max_new_tokens: int = 128, engine: str = "auto"
    ) -> dict[str, Any]:
        """Summarise a text with one model: a catalogue name, run:RUN_ID, a folder or a hub id."""
        decoding = Decoding(beams=beams, max_new_tokens=max_new_tokens)
        clean(text)  # before a model is loaded for nothing
        if not isinstance(model, str) or not isinstance(engine, str):
            raise BadRequest("Name a model, such as embedded/distilled, and an engine, such as auto.")
        return studio.pool.get(model, engine=engine).summarize(text, decoding).as_dict()

    def compare(text: str, beams: int = 4, max_new_tokens: int = 128) -> dict[str, Any]:
        """Summarise a text with the original, the teacher and the distilled model, one after the other."""
        names = studio.columns(studio.settings.model_set)
        _complete(names, studio.settings)
        found = {
            role: {"role": role, **summarize(text, str(names[role]), beams, max_new_tokens)}
            for role in order(ROLES, next(turns))
        }
        return {"results": [found[role] for role in ROLES]}

    return summarize, compare


def _complete(names: Mapping[str, str | None], settings: Settings) -> None:
    """Raise before any model has run for nothing."""
    for role in ROLES:
        catalogue.resolve(names[role] or f"{settings.model_set}/{role}", settings)


def _runs(studio: Studio) -> tuple[Any, ...]:
    settings = studio.settings

    def allowed() -> None:
        if not settings.enable_distill:
            raise RunConflict(_OFF)

    def start_run(config: dict[str, Any]) -> dict[str, Any]:
        """Start a distillation run with the settings of `python -m distill train`."""
        allowed()
        return starting.start(config, settings).status().as_dict()

    def run_status(run_id: str) -> dict[str, Any]:
        """The state of a run."""
        allowed()
        return runs.find(run_id, settings).status().as_dict()

    def cancel_run(run_id: str) -> dict[str, Any]:
        """Stop a run at its next step, with a checkpoint."""
        allowed()
        run = runs.find(run_id, settings)
        run.cancel()
        return run.status().as_dict()

    def resume_run(run_id: str) -> dict[str, Any]:
        """Go on with a cancelled, failed or interrupted run."""
        allowed()
        run = runs.find(run_id, settings)
        run.resume(settings)
        return run.status().as_dict()

    def list_runs() -> dict[str, Any]:
        """Every run, newest first."""
        allowed()
        return {"runs": [run.status().as_dict() for run in runs.all_runs(settings)]}

    return start_run, run_status, cancel_run, resume_run, list_runs
