"""Examples out of a table: which columns they are in, which rows are usable, and what is said of the rest."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from distill.errors import BadData
from distill.records import Broken, Table
from models.text import CHARACTER_LIMIT, blank

_DOCUMENT_NAMES = ("document", "article", "text", "dialogue", "body", "content")
_SUMMARY_NAMES = ("summary", "highlights", "abstract", "target", "headline", "title")
_SHOWN, _LONGEST_NAME = 40, 80  # characters of a column's name
_BEGINS = 40  # characters of a row that is left out


@dataclass(frozen=True)
class Example:
    """A text and its reference summary."""

    document: str
    summary: str


@dataclass
class LeftOut:
    """Rows that are not used for one reason: how many, and the first of them."""

    count: int
    row: int
    begins: str


@dataclass(frozen=True)
class Columns:
    """The columns that examples are in: their names and places. A summary's place may be None."""

    document: str
    summary: str
    places: tuple[int, int | None]


@dataclass(frozen=True)
class Examples:
    """What was read: the usable rows, and of each reason not to use a row what it left out.

    `empty` counts rows without a text or a summary, `broken` those that hold something else.
    """

    rows: list[Example]
    empty: int = 0
    broken: int = 0
    columns: Columns | None = field(default=None, compare=False)
    left_out: dict[str, LeftOut] = field(default_factory=dict, compare=False)

    @property
    def note(self) -> str:
        """One line on what was read: the columns, the rows, and those left out with an example each."""
        told = f"{len(self.rows):,} example{'' if len(self.rows) == 1 else 's'}"
        if self.columns:
            named = [f"texts from “{self.columns.document}”"]
            named += (
                [f"summaries from “{self.columns.summary}”"] if self.columns.places[1] is not None else []
            )
            told += f" ({', '.join(named)})"
        if not self.left_out:
            return told
        reasons = (
            f"{out.count:,} {why} (first: row {out.row:,}, “{out.begins}”)"
            for why, out in self.left_out.items()
        )
        read = len(self.rows) + self.empty + self.broken
        return f"{told} of {read:,} rows; left out: {'; '.join(reasons)}"

    @property
    def digest(self) -> str:
        """SHA-256 of the rows, whatever file they came from."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(json.dumps([row.document, row.summary]).encode())
        return digest.hexdigest()


def choose_columns(
    present: Sequence[str], document: str | None, summary: str | None, summary_optional: bool
) -> Columns:
    """The columns of the documents and the summaries: those named, else the first with a usual name.

    Of several columns of one name the first counts; one named for the one part is not taken for the other.

    Raises:
        BadData: A column is missing, or both parts name the same.
    """
    if document and document == summary:
        raise BadData(f"Document and summary are both the column {document!r}: name two columns.")
    plain = {name.strip().lower(): name for name in reversed(present)}  # of two alike the first

    def usual(names: Sequence[str], taken: str | None) -> str | None:
        return next((plain[name] for name in names if plain.get(name, taken) != taken), None)

    found = (document or usual(_DOCUMENT_NAMES, summary), summary or usual(_SUMMARY_NAMES, document))
    for name, what in zip(found, ("document", "summary"), strict=True):
        if name not in present and not (what == "summary" and summary_optional and not summary):
            raise BadData(_lacking(present, name, what))
    text, gist = found
    places = (present.index(text or ""), present.index(gist) if gist else None)
    return Columns(text or "", gist or "", places)


def collect(table: Table, columns: Columns, limit: int | None, summary_optional: bool) -> Examples:
    """Read the usable rows of a table, `limit` at most."""
    rows: list[Example] = []
    left_out: dict[str, LeftOut] = {}
    counts = {"empty": 0, "broken": 0}
    wanted = [place for place in columns.places if place is not None]
    for number, row in enumerate(table.rows(wanted) if table.columns else (), 1):
        text, gist = ("", "") if isinstance(row, Broken) else (row[0], row[1] if len(row) > 1 else None)
        kind, why = _flaw(row, text, gist, summary_optional)
        if not kind:
            rows.append(Example(text.strip(), gist.strip() if isinstance(gist, str) else ""))
            if limit is not None and len(rows) >= limit:
                break
            continue
        counts[kind] += 1
        if why in left_out:
            left_out[why].count += 1
        else:
            begins = row.begins if isinstance(row, Broken) else str(gist if _missing(text) else text)
            left_out[why] = LeftOut(1, number, " ".join(begins[: 4 * _BEGINS].split())[:_BEGINS])
    return Examples(rows, counts["empty"], counts["broken"], columns, left_out)


def _flaw(row: Any, text: Any, gist: Any, summary_optional: bool) -> tuple[str, str]:
    """The kind of flaw that a row has and what it is, or nothing."""
    if isinstance(row, Broken):
        return "broken", row.why
    if _missing(text):
        return "empty", "without a text"
    if _missing(gist) and not summary_optional:
        return "empty", "without a summary"
    if not isinstance(text, str) or not (isinstance(gist, str) or _missing(gist)):
        odd = gist if isinstance(text, str) else text
        return "broken", f"with a {type(odd).__name__} in place of text"
    if len(text) > CHARACTER_LIMIT:
        return "broken", f"longer than {CHARACTER_LIMIT:,} characters"
    return "", ""


def _missing(value: Any) -> bool:
    """None, NaN (what pandas makes of an empty cell) or nothing visible."""
    return value is None or value != value or (isinstance(value, str) and blank(value))


def _lacking(present: Sequence[str], name: str | None, what: str) -> str:
    wrong = f"has no column {name!r}" if name else f"has no column that looks like the {what}"
    there = ", ".join(f"{name[:_SHOWN]}…" if len(name) > _SHOWN else name for name in present)
    header = " Its first line has to name them." if max(map(len, present), default=0) > _LONGEST_NAME else ""
    return f"The data {wrong}. It has: {there or 'none'}.{header} Say which one it is ({what}_column)."
