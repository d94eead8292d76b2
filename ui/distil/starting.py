"""How the page and its endpoints start a run: as `python -m distill train` does."""

from typing import Any

from distill import comparison, runs
from distill.comparison import Comparison
from distill.errors import BadConfig
from distill.runs import Run
from models.settings import Settings
from ui.shared.labels import TEACHING

_OF_A_TEACHER = {*TEACHING, "teacher", "method", "more_teachers", "teacher_weights"}


def start(config: dict[str, Any], settings: Settings) -> Run:
    """Distil in a process of its own; uploaded data is kept for it.

    Raises:
        BadConfig: No teacher, another task than summarising, or a setting that is wrong.
        RunConflict: Another run, comparison, search or evaluation is in progress.
    """
    if not isinstance(config, dict):
        raise BadConfig('The config must be an object of settings, such as {"teacher": …, "student": …}.')
    if not str(config.get("teacher") or "").strip():
        raise BadConfig("No teacher was named: give one. To train on the labels alone, use the method ce.")
    if config.get("task") not in (None, "", "summarize", "extract"):
        raise BadConfig(
            f"task is {config['task']!r}; use summarize or extract. "
            "Training on texts alone has a command of its own."
        )
    return runs.start({name: _file(value) for name, value in config.items()}, settings)


def tune_teacher(config: dict[str, Any], settings: Settings) -> Run:
    """Train the teacher of a config on its data's labels, as `python -m distill finetune` does.

    Raises:
        BadConfig: A setting is wrong.
        RunConflict: Another run, comparison, search or evaluation is in progress.
    """
    own = {name: value for name, value in config.items() if name not in _OF_A_TEACHER}
    return runs.start({**own, "student": config["teacher"]}, settings)


def compare(values: dict[str, Any], settings: Settings) -> Comparison:
    """Compare ways to teach in a process of its own, as `python -m distill compare` does.

    Raises:
        BadConfig: A setting is wrong.
        RunConflict: Another run, comparison, search or evaluation is in progress.
    """
    return comparison.start(values, settings)


def _file(given: Any) -> Any:
    """The path in what a client sends for a file; anything else as it is."""
    return given["path"] if isinstance(given, dict) and "path" in given else given
