"""The end table of a run as it was saved, as far as it can be relied on. Imports nothing heavy."""

import math
from collections.abc import Mapping
from typing import Any

from distill.tasks import SHOWN
from models.folders.files import is_whole

_TEXTS = ("label", "stored", "engine", "device", "dtype")
_COUNTS = ("n", "beams", "parameters", "bytes")
_MEASURED = ("seconds", "retention")


def readable(saved: Mapping[str, Any]) -> dict[str, Any] | None:
    """A saved end table, or None where its rows are not what they should be.

    A verdict or a count of examples that is not what it should be is left out.
    """
    rows = saved.get("rows")
    if not isinstance(rows, list) or not all(map(_is_row, rows)):
        return None
    fits = {"verdict": _is_verdict, "examples": is_whole}
    return {name: value for name, value in saved.items() if name not in fits or fits[name](value)}


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("model"), str):
        return False
    return (
        all(_is_interval(row.get(metric.name)) for metric in SHOWN)
        and all(isinstance(row.get(name), str | None) for name in _TEXTS)
        and all(row.get(name) is None or is_whole(row[name]) for name in _COUNTS)
        and all(row.get(name) is None or _number(row[name]) for name in _MEASURED)
    )


def _is_verdict(found: Any) -> bool:
    if found is None:
        return True
    known = isinstance(found, dict) and isinstance(found.get("word"), str) and is_whole(found.get("n"))
    return known and _is_interval(found.get("difference"))


def _is_interval(value: Any) -> bool:
    return isinstance(value, dict) and all(_number(value.get(side)) for side in ("f", "low", "high"))


def _number(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False
