"""Make students: `check`, `train`, `finetune`, `pretrain`; and `settings`, what `--set` may set."""

import argparse
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_column_options, add_command, add_once_option
from distill.config import PRESETS, RunConfig, describe
from distill.errors import BadConfig
from distill.jobs import parallel
from distill.training import launch
from models.settings import Settings

_log = logging.getLogger(__name__)


def add(parsers: Any) -> None:
    """Add these commands."""
    _add_check(parsers)
    _add_training(parsers)
    add_command(parsers, "settings", list_settings, "List what --set can set.")


def _add_check(parsers: Any) -> None:
    parser = add_command(
        parsers, "check", check, "Check whether this teacher can teach this student, and whether it fits."
    )
    parser.add_argument("teacher", help="model name, run:ID, folder or hub id")
    parser.add_argument("student", help="the same, or layers:E+D")
    parser.add_argument("--data", help="also score both on a sample of this data")
    parser.add_argument(
        "--set", dest="values", action="append", default=[], metavar="KEY=VALUE", help="of the run to come"
    )
    add_column_options(parser)


def _add_training(parsers: Any) -> None:
    train_parser = add_command(parsers, "train", train, "Distil a student from a teacher.", True)
    train_parser.add_argument("--teacher", help="model name, run:ID, folder or hub id")
    add_training_options(train_parser, layers=True)
    finetune_parser = add_command(parsers, "finetune", finetune, "Train a model on the labels alone.", True)
    add_training_options(finetune_parser)
    pretrain_parser = add_command(
        parsers, "pretrain", pretrain, "Teach a fresh model to read and copy, from texts alone.", True
    )
    add_training_options(pretrain_parser)
    for parser in (train_parser, finetune_parser, pretrain_parser):
        add_once_option(parser, "run")


def add_training_options(parser: argparse.ArgumentParser, layers: bool = False, student: bool = True) -> None:
    """What a run is made of; `run_values` reads them.

    Args:
        parser: Where to.
        layers: Whether a student may be cut from a teacher.
        student: Whether there is one to name.
    """
    if student:
        parser.add_argument("--student", help=f"model to start from{', or layers:E+D' if layers else ''}")
    parser.add_argument("--data", help="built-in, cnn_dailymail, xsum, samsum, a hub id, or a file")
    parser.add_argument(
        "--validation", help="data to validate on; by default part of the data, chosen by seed"
    )
    parser.add_argument("--preset", help=f"one of {', '.join(PRESETS)}")
    parser.add_argument("--config", type=Path, help="JSON file of settings")
    parser.add_argument(
        "--set", dest="values", action="append", default=[], metavar="KEY=VALUE", help="any of `settings`"
    )
    parser.add_argument("--max-examples", type=int)
    if student:
        parser.add_argument("--max-steps", type=int)


def check(*, teacher: str, student: str, data: str | None, settings: Settings, **options: Any) -> Answer:
    """Exit code 2 where the pair cannot work."""
    from distill import pairing

    config = RunConfig.from_dict({**run_values(options), "teacher": teacher, "student": student})
    report = pairing.check(teacher, student, settings, data, config)
    for kind, findings in (("Problem", report.problems), ("Warning", report.warnings)):
        for finding in findings:
            _log.info("%s (%s): %s %s", kind, finding.code, finding.message, finding.remedy)
    return report.as_dict(), 0 if report.compatible else 2


def list_settings(*, settings: Settings) -> Answer:
    """All settings of a run."""
    rows = describe()
    for row in rows:
        allowed = f" ({row['allowed']})" if row["allowed"] else ""
        print(f"{row['name']} = {row['default']}\n    {row['help']}{allowed}")
    return {"settings": rows}, 0


def train(*, once: bool, settings: Settings, **options: Any) -> Answer:
    """Distil."""
    values = run_values(options)
    if not values.get("teacher"):
        raise BadConfig(
            "No teacher was named: give --teacher, or use `finetune` to train on the labels alone."
        )
    return _train(values, once, settings)


def finetune(*, once: bool, settings: Settings, **options: Any) -> Answer:
    """Train on labels alone."""
    return _train({**run_values(options), "teacher": None}, once, settings)


def pretrain(*, once: bool, settings: Settings, **options: Any) -> Answer:
    """Train on texts alone."""
    return _train({"task": "copy", **run_values(options), "teacher": None}, once, settings)


def _train(values: dict[str, Any], once: bool, settings: Settings) -> Answer:
    config = RunConfig.from_dict(values)
    if parallel.number() > 1:
        config = replace(config, processes=parallel.number())
    train_so = launch.train_once if once else launch.train_new
    return train_so(config, settings), 0


def run_values(options: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run: those of the file, then the named options, then the `--set` ones."""
    options = dict(options)
    file, pairs = options.pop("config", None), options.pop("values")
    named = {key: value for key, value in options.items() if value is not None}
    extra = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadConfig(f"--set {pair!r} has no value; write --set key=value.")
        extra[key.strip()] = value.strip()
    return {**_file_values(file), **named, **extra}


def _file_values(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        values = json.loads(file.read_text(encoding="utf-8-sig"))  # some editors begin it with a mark
    except OSError as error:
        raise BadConfig(f"The settings file {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadConfig(f"The settings file {file} is not JSON: {error}.") from error
    except RecursionError as error:
        raise BadConfig(
            f"The settings file {file} is nested too deeply; it must hold one plain object."
        ) from error
    if not isinstance(values, dict):
        raise BadConfig(f"The settings file {file} must hold one JSON object.")
    return values
