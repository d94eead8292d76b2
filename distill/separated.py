"""Rows of comma-, semicolon- and tab-separated text, as spreadsheets and scripts write it."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import IO

_SIGNS = ",;\t"
_TOLD = re.compile(r"sep=(.)\r?\n?")  # a first line with which spreadsheets tell the separator
_LINES = 500  # of one cell in a tab-separated file at most
Rows = Iterator[tuple[list[str], bool]]


def read_separated(text: IO[str]) -> tuple[list[str], Rows]:
    """The header, and each further row with whether its last quotation mark was left open."""
    first = text.readline()
    told = _TOLD.fullmatch(first)
    if told:
        first = text.readline()
    sign = told[1] if told else max(_SIGNS, key=first.count)
    lines = chain([first], text)
    rows = _tabbed(lines) if sign == "\t" else _quoted(lines, sign)
    header = next(rows, ([], False))[0]
    return header, (row for row in rows if row[0])


def _quoted(lines: Iterator[str], sign: str) -> Rows:
    last = ""

    def noted() -> Iterator[str]:
        nonlocal last
        for line in lines:
            last = line
            yield line

    reader, before = csv.reader(noted(), delimiter=sign), 0
    for row in reader:
        several, before = reader.line_num > before + 1, reader.line_num
        # The library ends an open cell with the file, and says nothing.
        open_end = several and row[-1].endswith(last) and not last.rstrip().endswith('"')
        yield row, open_end


def _tabbed(lines: Iterator[str]) -> Rows:
    """Where a cell is not quoted its quotation marks are text; one that begins a cell may be either."""
    waiting: deque[str] = deque()
    width = 0
    while line := waiting.popleft() if waiting else next(lines, ""):
        if not line.strip("\r\n"):
            continue
        taken = [line]
        row = _cells(taken)
        while (
            row is None
            and len(taken) < _LINES
            and (more := waiting.popleft() if waiting else next(lines, ""))
        ):
            taken.append(more)
            row = _cells(taken)
        plain = line.rstrip("\r\n").split("\t")
        if not row or (width and len(row) != width == len(plain)):
            row = plain
            waiting.extendleft(reversed(taken[1:]))
        width = width or len(row)
        yield row, False


def _cells(lines: Sequence[str]) -> list[str] | None:
    """The cells of a row with quotation marks; none if it is no such row, None if the last one is open."""
    if len(lines) == 1 and '"' not in lines[0]:
        return lines[0].rstrip("\r\n").split("\t")
    still_open = False
    try:
        row = next(csv.reader(lines, delimiter="\t", strict=True))
    except csv.Error as problem:
        if "unexpected end" not in str(problem):
            return []
        row, still_open = next(csv.reader(lines, delimiter="\t")), True
    swallows = any("\t" in cell and len(cell.splitlines()) > 1 for cell in row)
    return [] if swallows else None if still_open else row
