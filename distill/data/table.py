"""A source of rows, whatever it is kept in, and how its bytes become text."""

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from distill.errors import BadData

_BEGINNING = 60  # characters
_OTHER_KINDS = {
    b"PK\x03\x04": "an Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"PAR1": "a parquet file",
}
_GZIP = b"\x1f\x8b"
LONGEST_LINE = 64_000_000
"""Characters: a text may have a million, and a packed line that never ends must not fill the memory."""


@dataclass(frozen=True)
class Broken:
    """A row that could not be read: `why` (phrased to follow a count of such rows), and how it begins."""

    why: str
    begins: str


Row = tuple[Any, ...] | Broken


@dataclass(frozen=True)
class Table:
    """A source of rows.

    Args:
        columns: Their names, in order; a name may stand there twice.
        rows: Goes through the source, given the places of the wanted columns; of each row it yields the
            values of these columns (None where it has none) or that it is broken.
    """

    columns: list[str]
    rows: Callable[[Sequence[int]], Iterator[Row]]


def beginning(text: str) -> str:
    """How a text begins, in one line that can be printed."""
    found = " ".join(text[: 4 * _BEGINNING].split()).encode("utf-8", "replace").decode()
    found = "".join(character if character.isprintable() else "�" for character in found)
    return f"{found[:_BEGINNING].rstrip()}…" if len(found) > _BEGINNING else found


@contextmanager
def open_text(path: Path, newline: str | None) -> Iterator[IO[str]]:
    """A file's text, unpacked where it is gzipped, without a byte order mark.

    Args:
        path: The file.
        newline: As for `open`.

    Raises:
        UnicodeError: It is not UTF-8 (found when it is read).
        BadData: It is of another kind.
        OSError, EOFError, zlib.error: It cannot be read, or unpacked.
    """
    with path.open("rb") as raw:
        first = raw.peek(4)[:4]
        packed = path.suffix.lower() == ".gz" or first.startswith(_GZIP)
        binary = gzip.GzipFile(fileobj=raw) if packed else raw
        first = binary.peek(512)[:512]
        if what := next((kind for magic, kind in _OTHER_KINDS.items() if first.startswith(magic)), None):
            raise BadData(
                f"{path.name} is {what}, whatever its name says; save it in the format its name stands for."
            )
        if b"\0" in first.partition(b"\n")[0]:
            raise UnicodeError("UTF-16, or no text at all")
        with _Text(binary, encoding="utf-8-sig", newline=newline) as text:
            yield text


class _Text(io.TextIOWrapper):
    def readline(self, size: int = -1, /) -> str:  # going through the lines calls it too
        line = super().readline(LONGEST_LINE + 1 if size < 0 else size)
        if len(line) > LONGEST_LINE:
            raise OSError(f"a line has more than {LONGEST_LINE:,} characters")
        return line
