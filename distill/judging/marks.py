"""Texts of an evaluation that somebody marked, to find again and to take away.

marks/12  an empty file for each marked text, named by its number: marks set at the same time are all kept
"""

from collections.abc import Sequence
from pathlib import Path

from distill.jobs.files import write_json_lines
from distill.judging.cases import Case
from distill.judging.downloads import write_cases
from distill.judging.folder import Evaluation
from models.errors import BadRequest
from models.settings import Settings


def marked(evaluation: Evaluation) -> set[int]:
    """The numbers of the marked texts, from 1 on."""
    return {int(file.name) for file in _folder(evaluation).glob("*") if file.name.isdecimal()}


def put(evaluation: Evaluation, text: int | None, wanted: bool, settings: Settings) -> None:
    """Mark a text, or take its mark away; either may have been done already.

    Raises:
        BadRequest: There is no such text, or this user may change nothing.
    """
    settings.check_changes()
    if text is None or not 1 <= text <= _texts(evaluation):
        raise BadRequest("Open a text of the evaluation first, then mark it.")
    file = _folder(evaluation) / str(text)
    if not wanted:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(exist_ok=True)
    file.touch()


def noted(evaluation: Evaluation, cases: Sequence[Case]) -> list[Case]:
    """The cases, each with `marked`."""
    numbers = marked(evaluation)
    return [{**case, "marked": case["text"] in numbers} for case in cases]


def write(evaluation: Evaluation, cases: Sequence[Case], folder: Path) -> list[Path]:
    """Write the marked ones of these cases to a folder, as CSV and as JSON Lines; no files where none is."""
    numbers = marked(evaluation)
    chosen = [case for case in cases if case["text"] in numbers]
    if not chosen:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    flat, lines = folder / "marked.csv", folder / "marked.jsonl"
    write_cases(flat, chosen)
    write_json_lines(lines, chosen)
    return [flat, lines]


def _texts(evaluation: Evaluation) -> int:
    """How many texts it is about, as its result says; the texts themselves may be a hundred megabytes."""
    found = evaluation.result()
    return found["conditions"]["texts"] if found else 0


def _folder(evaluation: Evaluation) -> Path:
    return evaluation.folder / "marks"
