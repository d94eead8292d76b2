"""Writing files so that a reader never sees half of one."""

import csv
import io
import json
import math
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distill.errors import BadConfig

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of one."""
_grown: dict[Path, tuple[int, int, list[dict[str, Any]]]] = {}
"""The growing file read last: its inode, the end of its last whole line, and the objects up to there."""


def make_folder(path: Path) -> None:
    """Make a folder to write to, before the work whose outcome it gets.

    Raises:
        BadConfig: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadConfig(f"{path} cannot be used as a folder to write to: {error.strerror}.") from error


def check_new_folder(path: Path) -> None:
    """Check that a folder can be written anew: it does not exist yet, or is empty.

    Raises:
        BadConfig: Something is there.
    """
    if path.exists() and not path.is_dir():
        raise BadConfig(f"{path} is a file; name a new folder.")
    if path.exists() and any(path.iterdir()):
        raise BadConfig(f"{path} is not empty; name a new folder.")


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, atomically; numbers that are not finite become null."""
    write_text(path, _text(value, indent=1))


def write_json_lines(path: Path, values: Iterable[Any]) -> None:
    """Write one line of JSON for each value, likewise, and hold no more than one of them in memory."""
    with _whole(path) as scratch, scratch.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{_text(value)}\n" for value in values)


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], names: Sequence[str] | None = None) -> None:
    """Write a table for spreadsheets, in which no text is run as a formula.

    Args:
        path: The file.
        rows: One or more, or none where there are `names`. What a row lacks stays empty.
        names: The columns; by default the first row's.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(rows[0]) if names is None else names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    write_text(path, file.getvalue())


def write_text(path: Path, text: str) -> None:
    """Write a text, likewise."""
    with _whole(path) as scratch:
        scratch.write_text(text, encoding="utf-8", errors="replace")  # half a character may be in a text


def copy_file(source: Path, target: Path) -> None:
    """Copy a file, likewise."""
    with _whole(target) as scratch:
        shutil.copyfile(source, scratch)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file to write to, which then takes the place of `path`; on an error nothing is left of it."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        yield scratch
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)  # half a file: the disk is full, or the next value failed
        raise


def read_json(path: Path) -> Any | None:
    """The JSON in `path`, or None where there is none or it is broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def read_object(path: Path) -> dict[str, Any] | None:
    """The JSON object in `path`, or None where there is none, it is broken, or it is something else."""
    value = read_json(path)
    return value if isinstance(value, dict) else None


def append_json_line(path: Path, value: Any) -> None:
    """Append one line of JSON as `write_json` has it; `read_json_lines` skips one torn by a crash."""
    with path.open("a", encoding="utf-8") as lines:
        if lines.tell() and not _ends_in_newline(path):
            lines.write("\n")
        lines.write(_text(value) + "\n")


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects on all whole lines."""
    try:
        return _objects(path.read_bytes())
    except OSError:
        return []


def read_growing_json_lines(path: Path) -> list[dict[str, Any]]:
    """The same of a file that is appended to and read again and again: of the one read last, only what was
    appended is read. The objects are shared with later calls, so change none."""
    inode, end, values = _grown.get(path, (0, 0, []))
    try:
        with path.open("rb") as lines:
            found = os.fstat(lines.fileno())
            if found.st_ino != inode or found.st_size < end:  # another file, or it was cut
                end, values = 0, []
            lines.seek(end)
            added = lines.read()
    except OSError:
        return []
    whole, _, rest = added.rpartition(b"\n")
    values = [*values, *_objects(whole)]
    _grown.clear()
    _grown[path] = found.st_ino, end + len(added) - len(rest), values
    return [*values, *_objects(rest)]


def _objects(lines: bytes) -> list[dict[str, Any]]:
    values = []
    for line in lines.split(b"\n"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            values.append(value)
    return values


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _text(value: Any, indent: int | None = None) -> str:
    return json.dumps(_finite(value), indent=indent, allow_nan=False)


def _finite(value: Any) -> Any:
    """JSON knows neither NaN nor infinity."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _ends_in_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
