"""Compare ways to teach: `compare`."""

import shutil
from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_command
from distill.commands.training import add_training_options, run_values
from distill.comparison import COMPARABLE, Comparison, ComparisonPlan, carry_out, create, find
from distill.errors import BadConfig, RunConflict
from distill.jobs import processes
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers,
        "compare",
        compare,
        "Train a student in several ways on the same data, with controls: a table, a paragraph, pictures.",
    )
    parser.add_argument("--teacher", help="model name, run:ID, folder or hub id")
    add_training_options(parser, layers=True)
    parser.add_argument(
        "--methods",
        metavar="M,M",
        help=f"some of {', '.join(COMPARABLE)}; start, copy and ce always take part",
    )
    parser.add_argument("--seeds", type=int, help="runs per method (default: 3; fewer allow no verdict)")
    parser.add_argument(
        "--budget",
        metavar="STEPS|MINUTESm",
        help="budget per run: 200 steps, or 5m; for minutes a step is timed first (default: 200)",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="copy the table and the pictures there")
    parser.add_argument("--resume", metavar="ID", help="continue a comparison")


def compare(*, resume: str | None, out: Path | None, settings: Settings, **options: Any) -> Answer:
    """Carry a comparison out, or go on with one."""
    values = run_values(options)
    if resume is not None and values:
        raise BadConfig(f"--resume takes its settings from the comparison: leave {', '.join(values)} out.")
    plan = ComparisonPlan.from_values(values) if resume is None else None
    with processes.RunLock(settings.home):
        if plan is not None:
            comparison = create(plan, settings)
        else:
            comparison = find(str(resume), settings)
            comparison.clear_stop()
        with processes.asked_by_sigterm(lambda: comparison.stop_with_its_run(settings)):
            result = carry_out(comparison, settings)
    return _tell(comparison, result, out), 0


def _tell(comparison: Comparison, result: dict[str, Any], out: Path | None) -> dict[str, Any]:
    written = comparison.folder / "table.md"
    print(written.read_text(encoding="utf-8"))
    if out is None:
        return result
    try:
        out.mkdir(parents=True, exist_ok=True)
        copies = [shutil.copy(file, out) for file in (*result["figures"], written)]
    except OSError as error:
        raise RunConflict(
            f"{out} cannot be written to: {error.strerror}. The pictures are in {comparison.folder}."
        ) from error
    return {**result, "figures": [str(path) for path in copies[:-1]]}
