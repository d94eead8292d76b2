"""The command line. Progress on stderr; the last line on stdout is one JSON object."""

import argparse
import json
import logging
import sys
import traceback
from collections.abc import Sequence

from distill.commands import (
    agreeing,
    bench_train,
    comparing,
    figurative,
    fresh,
    labelling,
    measuring,
    reporting,
    retokenizing,
    runs,
    searching,
    startup,
    training,
    trash,
    voting,
    work,
)
from distill.errors import BadConfig, DistillError
from distill.jobs import parallel
from models.errors import in_words
from models.settings import Settings, make_home


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, or one clear line on stderr: 2 for what the user can mend, else 1."""
    options = vars(_parser().parse_args(arguments))
    command, debug, together = (options.pop(name) for name in ("command", "debug", "together"))
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        if parallel.number() > 1 and not together:
            raise BadConfig("Only training runs in several processes: start this one without torchrun.")
        settings = Settings.from_env()
        make_home(settings.home)
        answer, code = command(settings=settings, **options)
    except KeyboardInterrupt:
        print("Stopped. `python -m distill runs` lists what can be resumed.", file=sys.stderr)
        return 130
    except Exception as error:
        if debug:
            traceback.print_exc()
        return _say(error)
    if parallel.first():
        print(json.dumps(answer))
    return code


def _say(error: Exception) -> int:
    """One line on what went wrong; the exit code."""
    name = type(error).__name__
    if isinstance(error, DistillError):
        line, code = str(error), 2
    elif said := in_words(error):  # a full disk, a folder that may not be written to
        line, code = said, 2
    else:
        line, code = f"This should not have happened: {name}: {error} (`--debug` shows where.)", 1
    print(" ".join(line.split()), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m distill", description="Make and judge small T5 summarizers."
    )
    parser.add_argument("--debug", action="store_true", help="show where an error comes from")
    parser.set_defaults(command=None, together=False)
    commands_of = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (
        training, labelling, figurative, comparing, searching, runs, trash, measuring, voting, reporting,
        agreeing, bench_train, startup, fresh, retokenizing, work,
    ):  # fmt: skip
        group.add(commands_of)
    return parser
