"""Separated values as a table: commas, semicolons, tabs or bars, quoted or not, as spreadsheets write them.

A quotation mark that was never meant to quote must not swallow the rows behind it. So a cell over several
lines is believed only where it ends as a quoted cell does and the row has the header's number of cells; else
its first line is taken as it stands and the rest is read anew.
"""

import csv
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from distill.data.table import Broken, Row, Table, beginning, open_text

_DELIMITERS = "\t;|,"  # of two that are as frequent in the header, the one that is rarer in names
_NO_DELIMITER = "\x1f"  # of a file with one column
_NAMED = re.compile(
    r'"?sep=([^\r\n])"?[\r\n]*', re.IGNORECASE
)  # how Excel names the delimiter in a first line
_LONGEST_ROW = 4_000_000  # characters; the end of a cell that never ends is not looked for any further
_ENDS = "\r\n"
_STRAY, _CELLS = "with a stray quotation mark", "with another number of cells than the first line"


def csv_table(path: Path) -> Table:
    """The rows of a file; its first line names the columns."""
    csv.field_size_limit(sys.maxsize)  # the default refuses an article of 131072 characters
    layout = _Layout.of(path)

    def rows(wanted: Sequence[int]) -> Iterator[Row]:
        with open_text(path, newline="") as text:
            for row in _rows(islice(text, layout.skipped, None), layout):
                yield row if isinstance(row, Broken) else tuple(row[place] for place in wanted)

    return Table(layout.header, rows)


@dataclass(frozen=True)
class _Layout:
    """How a file is written: the lines before its rows, what separates cells, what they are called."""

    path: Path
    skipped: int
    delimiter: str
    header: list[str]

    @classmethod
    def of(cls, path: Path) -> "_Layout":
        with open_text(path, newline="") as text:
            lines = _Lines(text)
            first = next((line for line in lines if line.strip()), "")
            if named := _NAMED.fullmatch(first):
                first = next(lines, "")
            plain = re.sub('"[^"]*"', "", first)
            found = max(_DELIMITERS, key=plain.count)
            delimiter = named[1] if named else found if found in plain else _NO_DELIMITER
            before = max(0, len(lines.taken) - 1)
            lines.give_back(lines.taken[before:])
            lines.taken.clear()
            try:
                header = next(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True), [])
            except csv.Error:
                header = None
            taken = lines.taken
            if header is None or any(_is_swallowed(name, delimiter) for name in header):
                header, taken = first.rstrip(_ENDS).split(delimiter), taken[:1]
            return cls(path, before + len(taken), delimiter, header)

    def literal(self, line: str) -> list[str]:
        """The cells of a line in which quotation marks mean nothing."""
        return line.rstrip(_ENDS).split(self.delimiter)

    def like_rows(self, lines: Sequence[str]) -> bool:
        """Whether most of these lines would be rows of their own where quotation marks mean nothing."""
        ends = [line.count(self.delimiter) for line in lines]
        if self._apart_from_prose(lines):
            ends = [count - line.count(f"{self.delimiter} ") for count, line in zip(ends, lines, strict=True)]
        return ends.count(len(self.header) - 1) * 2 > len(lines)

    def _apart_from_prose(self, lines: Sequence[str]) -> bool:
        """Whether a space after a delimiter tells one in prose from one that ends a cell.

        It does in a record of several lines where those beside its quotation marks have none.
        """
        spaced = (f'"{self.delimiter} ', f'{self.delimiter} "')
        return len(lines) > 1 and not any(sign in line for line in lines for sign in spaced)

    def is_whole(self, lines: Sequence[str], cells: Sequence[str]) -> bool:
        """Whether what was read from several lines is one row; texts do hold commas and line ends."""
        if self.delimiter == "\t":  # no text holds tabs
            return len(cells) == len(self.header) and not any(_is_swallowed(cell, "\t") for cell in cells)
        right = len(cells) == len(self.header) and (len(self.header) == 1 or not self.like_rows(lines))
        return right or self.quotes

    @cached_property
    def quotes(self) -> bool:
        """Whether quotation marks quote in this file: where a row is one only so, or most have such marks."""
        if self.delimiter == "\t":
            return False
        plain = marked = 0
        with open_text(self.path, newline="") as text:
            lines = _Lines(islice(text, self.skipped, None))
            for (first, *others), cells in _records(lines, self):
                whole = cells is not None and len(cells) == len(self.header)
                if whole and not self.like_rows([first, *others]):
                    return True
                if not whole:
                    lines.give_back(others if cells else [])
                    others = []
                marks = any(cell.lstrip().startswith('"') for cell in self.literal(first))
                marks += sum('"' in line for line in others)
                plain, marked = plain + 1 + len(others) - marks, marked + marks
        return marked > plain


def _records(lines: "_Lines", layout: _Layout) -> Iterator[tuple[list[str], list[str] | None]]:
    """The lines of each record and its cells; None where a quoted cell does not end as one does.

    A caller that does not accept a record of several lines gives the other lines back.
    """
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True, skipinitialspace=True)
    while True:
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        taken = list(lines.taken)
        if cells is None:
            lines.give_back(taken[1:])
        if len(taken) > 1 or taken[0].strip():
            yield taken, cells


def _rows(text: Iterator[str], layout: _Layout) -> Iterator[list[str] | Broken]:
    lines, width = _Lines(text), len(layout.header)
    for (first, *others), cells in _records(lines, layout):
        stray = cells is None
        if cells is not None and others and not layout.is_whole([first, *others], cells):
            lines.give_back(others)
            stray = True
        if cells is None or stray:
            cells = layout.literal(first)
        if cells == layout.header:
            yield Broken("repeating the header", beginning(first))
        elif len(cells) == width and not (stray and first.count('"') % 2 and layout.quotes):
            yield cells
        else:
            yield Broken(_STRAY if stray else _CELLS, beginning(first))


def _is_swallowed(cell: str, delimiter: str) -> bool:
    """Whether a cell holds several rows rather than a text."""
    return delimiter in cell and any(end in cell for end in _ENDS)


class _Lines:
    """Lines that can be given back; `taken` are those handed out since it was cleared.

    A byte order mark before a line is left behind by the joining of files.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = iter(lines), deque[str]()
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines).removeprefix("\ufeff")
        self._size = len(line) + (self._size if self.taken else 0)
        self.taken.append(line)
        if len(self.taken) > 1 and self._size > _LONGEST_ROW:
            raise csv.Error("it never ends")
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        """Hand these lines out once more, before the others."""
        self._back.extendleft(reversed(lines))
