"""Which column holds the texts and which the summaries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from distill.errors import BadData

_USUAL = {
    "document": ("document", "article", "text", "dialogue", "body", "content"),
    "summary": ("summary", "highlights", "abstract", "target", "headline", "title"),
}
_SHOWN, _LONGEST_NAME = 40, 80  # characters of a column's name


@dataclass(frozen=True)
class Columns:
    """The columns that examples are in: their names and places, and any remarks on the choice.

    A summary's place may be None.
    """

    document: str
    summary: str
    places: tuple[int, int | None]
    remarks: tuple[str, ...] = ()


def choose_columns(
    present: Sequence[str], document: str | None, summary: str | None, summary_optional: bool
) -> Columns:
    """Find both columns: as named, else by a usual name; of several of one name the first.

    Case and outer space do not count unless two names differ in nothing else. A column that was named for
    the one part is not found for the other.

    Raises:
        BadData: A column is not there, or both would be the same.
    """
    texts = _named(present, document, "document") if document else None
    gists = _named(present, summary, "summary") if summary else None
    if texts is None:
        texts = _usual(present, "document", gists)
    if gists is None:
        gists = _usual(present, "summary", texts)
    if texts is None:
        raise _missing(present, None, "document")
    if gists is None and not summary_optional:
        raise _missing(present, None, "summary")
    if texts == gists:
        raise BadData(f"Document and summary are both the column {present[texts]!r}: name two columns.")
    remarks = [
        *_remarks(present, texts, "document", bool(document), gists),
        *(_remarks(present, gists, "summary", bool(summary), texts) if gists is not None else ()),
    ]
    gist = "" if gists is None else present[gists]
    return Columns(present[texts], gist, (texts, gists), tuple(remarks))


def plain(name: str) -> str:
    """A name without case and outer space."""
    return name.strip(" \t\r\n\u00a0\ufeff").lower()


def _named(present: Sequence[str], name: str, part: str) -> int:
    exact = (place for place, other in enumerate(present) if other == name)
    alike = (place for place, other in enumerate(present) if plain(other) == plain(name))
    found = next(exact, next(alike, None))
    if found is None:
        raise _missing(present, name, part)
    return found


def _usual(present: Sequence[str], part: str, taken: int | None) -> int | None:
    return next(iter(_candidates(present, part, taken)), None)


def _candidates(present: Sequence[str], part: str, taken: int | None) -> Iterable[int]:
    other = None if taken is None else plain(present[taken])
    for usual in _USUAL[part]:
        if usual != other:
            yield from (place for place, name in enumerate(present) if plain(name) == usual)


def _remarks(present: Sequence[str], place: int, part: str, named: bool, taken: int | None) -> Iterable[str]:
    name = present[place]
    if (count := sum(plain(other) == plain(name) for other in present)) > 1:
        which = "the one so written" if named and present.count(name) == 1 else "the first"
        yield f"{count} columns are called “{plain(name)}”, of which {which} is taken"
    if not named:
        others = [present[other] for other in _candidates(present, part, taken)]
        if others := sorted({other for other in others if plain(other) != plain(name)}):
            listed = " and ".join(f"“{shown(other)}”" for other in others)
            yield f"{listed} might be the {part} too ({part}_column says which)"


def shown(name: str) -> str:
    """A name, shortened for a message."""
    return f"{name[:_SHOWN]}…" if len(name) > _SHOWN else name


def _missing(present: Sequence[str], name: str | None, part: str) -> BadData:
    wrong = f"has no column {shown(name)!r}" if name else f"has no column that looks like the {part}"
    header = " Its first line has to name them." if max(map(len, present), default=0) > _LONGEST_NAME else ""
    there = ", ".join(map(shown, present)) or "none"
    return BadData(f"The data {wrong}. It has: {there}.{header} Say which one it is ({part}_column).")
