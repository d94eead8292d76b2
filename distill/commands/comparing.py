"""Compare ways to teach, and settings of one of them: `compare`, `ablate`."""

import shutil
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_command
from distill.commands.training import add_training_options, run_values
from distill.comparison import COMPARABLE, Comparison, ComparisonPlan, carry_out, create, find
from distill.config.presets import METHODS
from distill.errors import BadConfig, RunConflict
from distill.jobs import processes
from distill.jobs.files import make_folder
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add these commands."""
    text = "Train a student in several ways on the same data, with controls: a table, a paragraph, pictures."
    parser = _add(parsers, "compare", compare, text)
    parser.add_argument(
        "--methods",
        metavar="M,M",
        help=f"some of {', '.join(COMPARABLE)}; start, copy and ce always take part",
    )
    text = "Train a student with each cell of a grid of settings, on the same data: which is best, if any?"
    parser = _add(parsers, "ablate", ablate, text)
    parser.add_argument(
        "--grid",
        action="append",
        metavar="SETTING=VALUE,VALUE",
        help="a numeric setting and its values; once or twice",
    )
    parser.add_argument(
        "--base",
        metavar="SETTING=VALUE,…",
        help="the cell to compare the others with, such as temperature=2,alpha=0.5 (default: the best)",
    )
    parser.add_argument("--method", help=f"way to teach: one of {', '.join(METHODS)} (default: logit)")


def _add(parsers: Any, name: str, function: Callable[..., Answer], text: str) -> ArgumentParser:
    parser = add_command(parsers, name, function, text)
    parser.add_argument("--teacher", help="model name, run:ID, folder or hub id")
    add_training_options(parser, layers=True)
    parser.add_argument("--seeds", type=int, help="runs per row (default: 3; fewer allow no verdict)")
    parser.add_argument(
        "--budget",
        metavar="STEPS|MINUTESm",
        help="budget per run: 200 steps, or 5m; for minutes a step is timed first (default: 200)",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="copy the table and the pictures there")
    parser.add_argument("--resume", metavar="ID", help="continue the one of this id, or say how it ended")
    return parser


def compare(*, settings: Settings, **options: Any) -> Answer:
    """Carry a comparison out, or go on with one."""
    return _carry_out({}, settings, **options)


def ablate(*, settings: Settings, **options: Any) -> Answer:
    """Carry an ablation out, or go on with one."""
    return _carry_out({"grid": []}, settings, **options)


def _carry_out(
    usual: dict[str, Any], settings: Settings, *, resume: str | None, out: Path | None, **options: Any
) -> Answer:
    values = run_values(options)
    if resume is not None and values:
        raise BadConfig(f"--resume takes its settings from what it continues: leave {', '.join(values)} out.")
    plan = ComparisonPlan.from_values({**usual, **values}) if resume is None else None
    if out is not None:
        make_folder(out)
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
        copies = [shutil.copy(file, out) for file in (*result["figures"], written)]
    except OSError as error:
        raise RunConflict(
            f"{out} cannot be written to: {error.strerror}. The pictures are in {comparison.folder}."
        ) from error
    return {**result, "figures": [str(path) for path in copies[:-1]]}
