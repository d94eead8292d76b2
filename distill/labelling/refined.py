"""Summaries that the rules have refined, on disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distill.jobs.files import write_json, write_json_lines


def write_refined(
    out: Path, texts: int, rows: Sequence[Mapping[str, Any]], report: dict[str, Any]
) -> dict[str, Any]:
    """Write rows of training data, and the rules' report beside them.

    Args:
        out: The jsonl file.
        texts: How many texts there were; those without a row were rejected.
        rows: The rows that passed.
        report: See `rules.report`.

    Returns:
        `written`, `rejected`, `report`, `out`.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    write_json_lines(out, rows)
    write_json(out.with_suffix(".report.json"), report)
    return {
        "written": len(rows),
        "rejected": texts - len(rows),
        "report": report,
        "out": str(out.resolve()),
    }
