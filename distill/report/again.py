"""How to do something again: the settings as options of a command."""

from collections.abc import Collection, Mapping
from typing import Any

from distill.config import RunConfig
from distill.report.sheet import flat, setting


def set_options(settings: Mapping[str, Any], apart: Collection[str] = ()) -> list[str]:
    """`--set` and what to set, for each setting that the defaults do not give, nor a preset or a method.

    Args:
        settings: Of a run, as saved.
        apart: Settings that the command is told otherwise.
    """
    named = {
        name: settings[name] for name in ("preset", "method") if settings.get(name) and name not in apart
    }
    usual = flat(RunConfig.from_dict({"student": "-", **named}).as_dict())
    changed = {name: value for name, value in settings.items() if value != usual.get(name)} | named
    pairs = [setting(name, value) for name, value in changed.items() if name not in apart]
    return [part for pair in pairs for part in ("--set", pair)]
