"""Writing files so that a reader never sees half of one."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, atomically."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(json.dumps(value, indent=1, allow_nan=False), encoding="utf-8")
    scratch.replace(path)


def read_json(path: Path) -> Any | None:
    """The JSON in `path`, or None where there is none or it is broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def append_json_line(path: Path, value: Any) -> None:
    """Append one line of JSON; a line torn by a crash is skipped by `read_json_lines`."""
    with path.open("a", encoding="utf-8") as lines:
        if lines.tell() and not _ends_in_newline(path):
            lines.write("\n")
        lines.write(json.dumps(value, allow_nan=False) + "\n")


def read_json_lines(path: Path) -> list[Any]:
    """All whole lines."""
    values = []
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    for line in text.splitlines():
        try:
            values.append(json.loads(line))
        except ValueError:
            continue
    return values


def _ends_in_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
