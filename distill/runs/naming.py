"""A run's name and note, which its owner gives it. They are in a file of their own: the run is what it was.

Imports nothing heavy.
"""

from typing import TYPE_CHECKING

from distill.errors import BadConfig
from distill.jobs.files import write_json
from models.settings import Settings
from models.store import students

if TYPE_CHECKING:
    from distill.runs.run_folder import Run

LONGEST_NAME, LONGEST_NOTE = 80, 2000
"""In characters."""


def give(run: "Run", settings: Settings, name: str | None = None, note: str | None = None) -> None:
    """Give a run a name, a note or both; an empty one takes it away, None leaves it as it is.

    Raises:
        BadConfig: One is too long.
        BadRequest: A visitor may not change what there is.
    """
    settings.check_changes()
    new = {"name": _line(name), "note": _lines(note)}
    for what, longest in (("name", LONGEST_NAME), ("note", LONGEST_NOTE)):
        if len(new[what] or "") > longest:
            raise BadConfig(f"The {what} has {len(new[what] or ''):,} characters; {longest:,} is the limit.")
    given = {what: text for what, text in new.items() if text is not None}
    write_json(run.folder / students.NAMED, {**students.named(run.folder), **given})


def _line(text: str | None) -> str | None:
    """On one line, without what cannot be seen."""
    return None if text is None else " ".join("".join(filter(_visible, text)).split())


def _lines(text: str | None) -> str | None:
    if text is None:
        return None
    return "\n".join("".join(filter(_visible, line)).rstrip() for line in text.strip().splitlines())


def _visible(character: str) -> bool:
    return character.isprintable() or character.isspace()
