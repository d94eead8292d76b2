"""The command line: argument parsing only. Progress on stderr; the last line on stdout is one JSON object."""

import argparse
import json
import logging
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distill import commands
from distill.config import PRESETS
from distill.errors import DistillError
from models.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, or one clear line on stderr: 2 for what the user can mend, else 1."""
    options = vars(_parser().parse_args(arguments))
    command, debug = options.pop("command"), options.pop("debug")
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        answer, code = command(settings=Settings.from_env(), **options)
    except KeyboardInterrupt:
        print("Stopped. `python -m distill runs` lists what can be resumed.", file=sys.stderr)
        return 130
    except Exception as error:
        if debug:
            traceback.print_exc()
        return _say(error)
    print(json.dumps(answer))
    return code


def _say(error: Exception) -> int:
    """One line on what went wrong; the exit code."""
    name = type(error).__name__
    if isinstance(error, DistillError):
        line, code = str(error), 2
    elif isinstance(error, OSError):  # a full disk, a folder that may not be written to
        line, code = f"{name}: {error}", 2
    else:
        line, code = f"This should not have happened: {name}: {error} (`--debug` shows where.)", 1
    print(" ".join(line.split()), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m distill", description="Make and judge small T5 summarizers."
    )
    parser.add_argument("--debug", action="store_true", help="show where an error comes from")
    parser.set_defaults(command=None)
    commands_of = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_check(commands_of)
    _add_training(commands_of)
    _add_runs(commands_of)
    _add_evaluate(commands_of)
    _add_bench(commands_of)
    _add_fresh(commands_of)
    return parser


def _command(parsers: Any, name: str, function: Any, text: str) -> argparse.ArgumentParser:
    parser = parsers.add_parser(name, help=text, description=text)
    parser.set_defaults(command=function)
    return parser


def _add_check(parsers: Any) -> None:
    parser = _command(
        parsers, "check", commands.check, "May this teacher teach this student, and will it fit?"
    )
    parser.add_argument("teacher", help="model name, run:ID, folder or hub id")
    parser.add_argument("student", help="the same, or layers:E+D")
    parser.add_argument("--data", help="also score both on a sample of this data")
    _column_options(parser)


def _add_training(parsers: Any) -> None:
    train = _command(parsers, "train", commands.train, "Distil a student from a teacher.")
    train.add_argument("--teacher", help="model name, run:ID, folder or hub id")
    _training_options(train)
    finetune = _command(parsers, "finetune", commands.finetune, "Train a model on the labels alone.")
    _training_options(finetune)
    pretrain = _command(
        parsers, "pretrain", commands.pretrain, "Teach a fresh model to read and copy, from texts alone."
    )
    _training_options(pretrain)


def _training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--student", help="model to start from, or layers:E+D")
    parser.add_argument("--data", help="built-in, cnn_dailymail, xsum, samsum, a hub id, or a file")
    parser.add_argument("--validation", help="data to validate on; by default a split of the data by seed")
    parser.add_argument("--preset", help=f"one of {', '.join(PRESETS)}")
    parser.add_argument("--config", type=Path, help="JSON file of settings")
    parser.add_argument(
        "--set", dest="values", action="append", default=[], metavar="KEY=VALUE", help="any setting"
    )
    parser.add_argument("--max-examples", type=int)
    parser.add_argument("--max-steps", type=int)


def _add_runs(parsers: Any) -> None:
    resume = _command(parsers, "resume", commands.resume, "Go on with a run from its last checkpoint.")
    resume.add_argument("run_id")
    _command(parsers, "runs", commands.list_runs, "List all runs, newest first.")
    export = _command(
        parsers, "export", commands.export, "Copy a run's student, with a model card, to a folder."
    )
    export.add_argument("run_id")
    export.add_argument("folder", type=Path)
    export.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), default="float32")
    export.add_argument("--shard-size", default="9MB", help="largest weight file (default: 9MB)")


def _add_evaluate(parsers: Any) -> None:
    parser = _command(
        parsers, "evaluate", commands.evaluate, "ROUGE with intervals, retention, novelty, repetition."
    )
    parser.add_argument("models", nargs="+", metavar="MODEL", help="the teacher's name decides the retention")
    parser.add_argument("--data", required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument(
        "--teacher", help="model that retention is a share of (default: the one named teacher)"
    )
    _column_options(parser)


def _column_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--document-column", help="column of the texts, where its name is not a usual one")
    parser.add_argument("--summary-column", help="column of the summaries, likewise")


def _add_bench(parsers: Any) -> None:
    parser = _command(
        parsers, "bench", commands.bench, "Measure models side by side, in turns, on the same texts."
    )
    parser.add_argument("models", nargs="+", metavar="MODEL[@ENGINE[:DTYPE]]")
    parser.add_argument("--data", default="built-in", help="texts (default: built-in)")
    parser.add_argument("--n", type=int, default=20, help="texts, once each (default: 20)")
    parser.add_argument("--beams", type=_numbers, default=[1, 4], metavar="B,B", help="default: 1,4")
    parser.add_argument("--input-tokens", type=_numbers, default=[512], metavar="N,N", help="default: 512")
    parser.add_argument("--new-tokens", type=int, help="force summaries of exactly this many tokens")
    parser.add_argument("--reference", help="what ratios are taken against (default: the first model)")


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _add_fresh(parsers: Any) -> None:
    parser = _command(
        parsers, "fresh", commands.fresh, "Write a new T5 that can copy, with a vocabulary of the data."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", help="train the vocabulary on this data")
    parser.add_argument("--tokenizer", help="or take this model's tokenizer")
    parser.add_argument("--vocabulary", type=int, default=8000, help="pieces (default: 8000)")
    parser.add_argument(
        "--max-examples", type=int, default=12000, help="texts for the vocabulary (default: 12000)"
    )
    for name, default in commands.SHAPE_DEFAULTS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=int, default=default, help=f"default: {default}"
        )
    parser.add_argument("--seed", type=int, default=42)
