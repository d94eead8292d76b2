"""How the page and its endpoints start a run: as `python -m distill train` does."""

from typing import Any

from distill import runs
from distill.errors import BadConfig
from distill.runs import Run
from models.settings import Settings
from ui import uploads


def start(config: dict[str, Any], settings: Settings) -> Run:
    """Distil in a process of its own; uploaded data is kept for it.

    Raises:
        BadConfig: No teacher, another task than summarising, or a setting that is wrong.
        RunConflict: Another run is busy.
    """
    if not isinstance(config, dict):
        raise BadConfig('The config must be an object of settings, such as {"teacher": …, "student": …}.')
    if not str(config.get("teacher") or "").strip():
        raise BadConfig(
            "No teacher was named: give one. To train on the labels alone, use `python -m distill finetune`."
        )
    if config.get("task") not in (None, "summarize"):
        raise BadConfig(
            f"task is {config['task']!r}; runs started here summarize. "
            "To train on texts alone, use `python -m distill pretrain`."
        )
    return runs.start(uploads.kept(config, settings), settings)
