"""Report what was found: `report`."""

from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_command
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers,
        "report",
        report,
        "Write one HTML page on runs, comparisons, evaluations, votes and searches.",
    )
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="its id, or KIND:ID: run, comparison, evaluation, vote, search"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.html")


def report(*, ids: list[str], out: Path, settings: Settings) -> Answer:
    """Write the page."""
    from distill.report import write

    file = write(ids, settings, out)
    return {"file": str(file.resolve()), "bytes": file.stat().st_size}, 0
