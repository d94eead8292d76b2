"""What a process does that was started in the background: `work`. Nobody needs to type it."""

from typing import Any

from distill import comparison, judging, runs
from distill.commands.arguments import Answer, add_command
from distill.jobs import processes
from distill.training import launch
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers, "work", work, "Carry out what was started in the background (for the program itself).", True
    )
    parser.add_argument("kind", choices=_KINDS)
    parser.add_argument("name", help="the id of the run, comparison, evaluation or search")


def work(*, kind: str, name: str, settings: Settings) -> Answer:
    """Carry it out. A request to stop that came since it was started is heeded."""
    return _KINDS[kind](name, settings), 0


def _run(name: str, settings: Settings) -> dict[str, Any]:
    return launch.train_existing(runs.find(name, settings), settings)


def _comparison(name: str, settings: Settings) -> dict[str, Any]:
    found = comparison.find(name, settings)
    with (
        processes.RunLock(settings.home),
        processes.asked_by_sigterm(lambda: found.stop_with_its_run(settings)),
    ):
        return comparison.carry_out(found, settings)


def _evaluation(name: str, settings: Settings) -> dict[str, Any]:
    found = judging.find(name, settings)
    with processes.RunLock(settings.home), processes.asked_by_sigterm(found.request_stop):
        return judging.carry_out(found, settings)


def _search(name: str, settings: Settings) -> dict[str, Any]:
    from distill.search import searches  # brings Optuna, which nothing else needs

    with processes.RunLock(settings.home, shared=True):
        return searches.go_on(searches.find(name, settings), settings)


_KINDS = {"run": _run, "comparison": _comparison, "evaluation": _evaluation, "search": _search}
