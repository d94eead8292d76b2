"""Examples out of a table: their columns, the usable rows, and a report on the others."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from distill.data.columns import Columns
from distill.data.table import Broken, Table
from distill.errors import BadData
from models.text.tidying import CHARACTER_LIMIT, blank

MOST_ROWS = 5_000_000
MOST_CHARACTERS = 2_000_000_000
"""Of one source at most: twice what CNN/DailyMail has. A small packed file may hold any number."""
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
class Examples:
    """What was read: the usable rows, and of each reason not to use a row what it left out.

    `empty` counts rows without a text or a summary, `broken` those that hold something else; `counted` those
    that are usable but were not kept.
    """

    rows: list[Example]
    empty: int = 0
    broken: int = 0
    columns: Columns | None = field(default=None, compare=False)
    left_out: dict[str, LeftOut] = field(default_factory=dict, compare=False)
    counted: int = 0

    @property
    def note(self) -> str:
        """One line on what was read: the columns, the rows, and those left out with an example each."""
        told = f"{self.usable:,} example{'' if self.usable == 1 else 's'}"
        if self.columns:
            named = [f"texts from “{self.columns.document}”"]
            named += (
                [f"summaries from “{self.columns.summary}”"] if self.columns.places[1] is not None else []
            )
            told += f" ({'; '.join([', '.join(named), *self.columns.remarks])})"
        if not self.left_out:
            return told
        reasons = (
            f"{out.count:,} {why} (first: row {out.row:,}, “{out.begins}”)"
            for why, out in self.left_out.items()
        )
        read = self.usable + self.empty + self.broken
        return f"{told} of {read:,} rows; left out: {'; '.join(reasons)}"

    @property
    def usable(self) -> int:
        """How many rows are usable, whether they were kept or only counted."""
        return len(self.rows) + self.counted

    @property
    def digest(self) -> str:
        """SHA-256 of the rows, whatever file they came from."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(json.dumps([row.document, row.summary]).encode())
        return digest.hexdigest()


def collect(
    table: Table, columns: Columns | None, limit: int | None, summary_optional: bool, keep: bool = True
) -> Examples:
    """Read the usable rows of a table, `limit` at most; keep them, or only count them.

    Raises:
        BadData: There are more than the memory may hold.
    """
    rows: list[Example] = []
    usable = characters = 0
    left_out: dict[str, LeftOut] = {}
    counts = {"empty": 0, "broken": 0}
    wanted = [place for place in columns.places if place is not None] if columns else []
    for number, row in enumerate(table.rows(wanted), 1):
        text, gist = ("", "") if isinstance(row, Broken) else [*row, None, None][:2]
        kind, why = _flaw(row, text, gist, summary_optional)
        if not kind:
            example = Example(text.strip(), gist.strip() if isinstance(gist, str) else "")
            usable, characters = usable + 1, characters + len(example.document) + len(example.summary)
            _check_size(usable, characters)
            if keep:
                rows.append(example)
            if limit is not None and usable >= limit:
                break
            continue
        counts[kind] += 1
        if why in left_out:
            left_out[why].count += 1
        else:
            begins = row.begins if isinstance(row, Broken) else str(gist if _missing(text) else text)
            left_out[why] = LeftOut(1, number, " ".join(begins[: 4 * _BEGINS].split())[:_BEGINS])
    return Examples(rows, counts["empty"], counts["broken"], columns, left_out, usable - len(rows))


def _check_size(rows: int, characters: int) -> None:
    if rows > MOST_ROWS or characters > MOST_CHARACTERS:
        raise BadData(
            f"The data has more than {MOST_ROWS:,} rows or {MOST_CHARACTERS:,} characters, the most that is"
            " read: give a part of it, or use its first rows alone (max_examples of a run, --limit)."
        )


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
    """None, NaN (pandas' empty cell) or nothing visible."""
    return value is None or value != value or (isinstance(value, str) and blank(value))
