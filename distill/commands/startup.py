"""Measure how soon the app is there: `bench-startup`."""

from typing import Any

from distill.commands.arguments import Answer, add_command
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers, "bench-startup", bench_startup, "Time the app's start against a bare Gradio page."
    )
    parser.add_argument("--n", type=int, default=5, help="starts of each (default: 5)")


def bench_startup(*, n: int, settings: Settings) -> Answer:
    """Measure the app's start."""
    from distill.benchmark import startup

    result = startup.bench_startup(settings, n=n)
    print(startup.startup_table(result))
    return result, 0
