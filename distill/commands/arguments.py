"""What the commands' arguments have in common."""

import argparse
from collections.abc import Callable
from typing import Any

Answer = tuple[Any, int]
"""A command's JSON answer and its exit code."""
_MOST = 10**9


def add_command(
    parsers: Any, name: str, function: Callable[..., Answer], text: str, together: bool = False
) -> argparse.ArgumentParser:
    """A new command; returns the parser its arguments go to. `together`: `torchrun` may start it."""
    parser = parsers.add_parser(name, help=text, description=text)
    parser.set_defaults(command=function, together=together)
    return parser


def add_column_options(parser: argparse.ArgumentParser) -> None:
    """Which columns of the data to take."""
    parser.add_argument("--document-column", help="column with the texts, if its name is unusual")
    parser.add_argument("--summary-column", help="column with the summaries, likewise")


def add_once_option(parser: argparse.ArgumentParser, kind: str) -> None:
    """Whether the work is done once only, however often the command is given."""
    parser.add_argument(
        "--once",
        action="store_true",
        help=f"if there is a {kind} with these settings, continue it, or say how it ended, instead of making"
        " another",
    )


def add_choice_options(parser: argparse.ArgumentParser) -> None:
    """Which rows of the data to take."""
    parser.add_argument("--limit", type=count, help="use only the first LIMIT texts")
    parser.add_argument(
        "--shuffle", action="store_true", help="take them at random, as many data sets are sorted"
    )
    parser.add_argument("--seed", type=int, default=42, help="seed of everything random (default: 42)")


def count(text: str) -> int:
    """A whole number from 1 to a billion, more than any data has rows."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {_MOST:,}")
    return int(text)


def numbers(text: str) -> list[int]:
    """`1,4` → `[1, 4]`."""
    return [count(part.strip()) for part in text.split(",")]
