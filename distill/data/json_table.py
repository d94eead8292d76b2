"""JSON as a table: one object per line, an array of objects, or objects written over several lines."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from distill.data.table import LONGEST_LINE, Broken, Row, Table, beginning, open_text

_PEEKED = 100  # objects whose keys are the columns: the first of them may lack one
_CHUNK = 1 << 16  # characters
_BETWEEN = " \t\r\n\ufeff,"
_SKIPPED = re.compile(f"[{_BETWEEN}]*")
_NO_OBJECT = "that is not a JSON object"

Found = dict[str, Any] | Broken


def json_table(path: Path) -> Table:
    """The objects of a file, with a column for each key; of two of one name the first counts."""

    def objects() -> Iterator[Found]:
        with open_text(path, newline=None) as text:  # no line end of any system stands inside a JSON string
            yield from _objects(text, json.JSONDecoder(object_pairs_hook=_first_of_each))

    first = (found for found in islice(objects(), _PEEKED) if isinstance(found, dict))
    columns = list(dict.fromkeys(name for found in first for name in found))

    def rows(wanted: Sequence[int]) -> Iterator[Row]:
        names = [columns[place] for place in wanted]
        for found in objects():
            yield found if isinstance(found, Broken) else tuple(found.get(name) for name in names)

    return Table(columns, rows)


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(_whole(name), _whole(value) if isinstance(value, str) else value)
    return found


def _whole(text: str) -> str:
    """Text with a `?` for half a character, which an escape may stand for and no page or database takes."""
    return text.encode("utf-8", "replace").decode()


def _objects(text: IO[str], decoder: json.JSONDecoder) -> Iterator[Found]:
    head = ""
    while not head.strip(_BETWEEN) and (line := text.readline(_CHUNK)):
        head = line
    if head.strip(_BETWEEN).startswith("[") or head.strip(_BETWEEN) == "{":
        yield from _values(head, text, decoder)
        return
    yield from _line(head if head.endswith("\n") else head + text.readline(), decoder.decode)
    for line in text:
        yield from _line(line, decoder.decode)


def _line(line: str, decode: Callable[[str], Any]) -> Iterator[Found]:
    if not (line := line.strip(_BETWEEN)):
        return
    try:
        value = decode(line)
    except (ValueError, RecursionError):
        value = None
    yield value if isinstance(value, dict) else Broken(_NO_OBJECT, beginning(line))


def _values(buffer: str, text: IO[str], decoder: json.JSONDecoder) -> Iterator[Found]:
    """The values of an array, or of a file of values, whatever lines they are written on."""
    place, inside = 0, False
    while True:
        skipped = _SKIPPED.match(buffer, place)
        place = skipped.end() if skipped else place
        if buffer[place : place + 1] == ("]" if inside else "["):
            place, inside = place + 1, not inside
            continue
        start = place
        try:
            value, place = decoder.raw_decode(buffer, start)
        except RecursionError:
            yield Broken("where the JSON is nested too deeply", beginning(buffer[start:]))
            return
        except ValueError:  # perhaps only what is read so far breaks off
            rest = buffer[start:]
            if len(rest) <= LONGEST_LINE and (more := text.read(max(_CHUNK, len(rest)))):
                buffer, place = rest + more, 0
                continue
            if rest or inside:
                yield Broken("where the JSON breaks off", beginning(rest))
            return
        yield value if isinstance(value, dict) else Broken(_NO_OBJECT, beginning(buffer[start:place]))
