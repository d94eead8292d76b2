"""Summaries that the rules have refined, on disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distill.errors import BadConfig, RunConflict
from distill.jobs.files import make_folder, write_json, write_json_lines


def prepare(out: Path, ours: bool = False) -> None:
    """Check that summaries can be written to a file and make its folder, before the work that they take.

    Args:
        out: The jsonl file.
        ours: Whether the file and its report, where they are there, may be replaced.

    Raises:
        BadConfig: The file's name is no such name, or its folder cannot be made.
        RunConflict: The file or its report is there, and is not ours.
    """
    if out.suffix != ".jsonl":
        raise BadConfig(f"{out} does not end in .jsonl, the format the summaries are written in.")
    for path in () if ours else (out, _report(out)):
        if path.exists():
            raise RunConflict(f"{path} exists already; name a new file for the summaries.")
    make_folder(out.absolute().parent)


def write_refined(
    out: Path, texts: int, rows: Sequence[Mapping[str, Any]], report: dict[str, Any]
) -> dict[str, Any]:
    """Write rows of training data, and the rules' report beside them.

    Args:
        out: The jsonl file; see `prepare`.
        texts: How many texts there were; those without a row were rejected.
        rows: The rows that passed.
        report: See `rules.report`.

    Returns:
        `written`, `rejected`, `report`, `out`.
    """
    write_json_lines(out, rows)
    write_json(_report(out), report)
    return {
        "written": len(rows),
        "rejected": texts - len(rows),
        "report": report,
        "out": str(out.resolve()),
    }


def _report(out: Path) -> Path:
    return out.with_suffix(".report.json")
