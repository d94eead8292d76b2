"""Work in the background as every tab shows it: its state, how far it is, what ends it and resumes it."""

import secrets
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from distill.jobs.files import copy_file
from distill.jobs.job_folder import JobFolder
from distill.runs import RESUMABLE
from models.settings import Settings
from ui.shared.rendering import bar

STATES = {
    "running": "Running",
    "finished": "Finished",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",
    "worse": "Worse than before training",
}
"""Each state in words."""
_UNGUESSED = secrets.token_hex(16)


def served(kind: str, name: str, settings: Settings) -> Path:
    """The folder that a page serves a work's files from: only who was told its address can fetch them."""
    return settings.temporary / kind / _UNGUESSED / name


def badge(state: str) -> str:
    """A state as a coloured word."""
    return f'<span class="badge {escape(state)}">{escape(STATES.get(state, state))}</span>'


def progress(name: str, state: str, share: float, told: str, message: str) -> str:
    """The status of a piece of work.

    Args:
        name: Its id.
        state: One of `STATES`.
        share: How much of it is done, from 0 to 1.
        told: That in words.
        message: What it is at.
    """
    return (
        f'<div class="run"><div class="run-top">{badge(state)}<span class="model">{escape(name)}</span></div>'
        f"{bar(share)}"
        f'<div class="run-steps"><span>{escape(told)}</span><span>{escape(message)}</span></div></div>'
    )


def build_buttons(work: str, start: str, variant: Any = "primary") -> tuple[gr.Button, gr.Button, gr.Button]:
    """The buttons that start, cancel and resume some kind of work; the last two hidden.

    Args:
        work: Its kind, in the names of the elements.
        start: What the first button says.
        variant: Of the first button.
    """
    return (
        gr.Button(start, variant=variant, elem_id=f"start-{work}", min_width=160),
        gr.Button("Cancel", variant="stop", visible=False, elem_id=f"cancel-{work}", min_width=120),
        gr.Button("Resume", visible=False, elem_id=f"resume-{work}", min_width=120),
    )


def buttons(job: JobFolder, state: str) -> list[Any]:
    """How “Cancel” and “Resume” look for work in this state."""
    stopping = job.stop_requested()
    cancel = "Stopping…" if stopping else "Cancel"
    return [
        gr.update(visible=state == "running", interactive=not stopping, value=cancel),
        gr.update(visible=state in RESUMABLE),
    ]


def chooser(job: JobFolder, known: Sequence[JobFolder]) -> Any:
    """How the menu of all work of a kind looks while one of it is shown."""
    ids = [each.folder.name for each in known]
    return gr.update(choices=ids, value=job.folder.name, visible=len(ids) > 1)


def copied(file: Path, folder: Path) -> Path:
    """A copy of a file in a folder that the page may serve, made where it is not there or out of date."""
    target = folder / file.name
    if is_older(target, file):
        folder.mkdir(parents=True, exist_ok=True)
        copy_file(file, target)
    return target


def is_older(target: Path, source: Path) -> bool:
    """Whether what is made of a source has to be made, or made again."""
    return not target.is_file() or target.stat().st_mtime_ns < source.stat().st_mtime_ns
