"""Search the student's shape: `search`, with commands of its own."""

import logging
from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_command, count
from distill.commands.training import add_training_options, run_values
from distill.errors import RunConflict
from distill.jobs import processes
from distill.search import SAMPLERS, Plan
from models.settings import Settings

_log = logging.getLogger(__name__)
_OWN = (
    ("trials", int, f"candidates that are paid for: trained, or failed (default: {Plan.trials})"),
    ("share", float, f"of the training examples, for each candidate (default: {Plan.share:g})"),
    ("steps", int, "of each candidate's training (default: 4 epochs)"),
    ("reward-alpha", float, f"how much speed counts, 0 or less (default: {Plan.reward_alpha:g})"),
    ("reward-beta", float, f"share of the teacher's latency to aim at (default: {Plan.reward_beta:g})"),
    ("reference-loss", float, "loss that is worth nothing (default: that of equally likely tokens)"),
    ("slowest", float, f"× the teacher's latency; slower ones are not trained (default: {Plan.slowest:g})"),
    ("timed-runs", int, f"pairs of timed calls a candidate (default: {Plan.timed_runs})"),
    ("new-tokens", int, f"written in a timed call (default: {Plan.new_tokens})"),
    ("seed", int, f"of all that is drawn (default: {Plan.seed})"),
    ("heartbeat", int, f"seconds between a worker's signs of life (default: {Plan.heartbeat})"),
    ("grace", int, f"seconds after which a silent worker counts as dead (default: {Plan.grace})"),
)


def add(parsers: Any) -> None:
    """Add this command."""
    parser = parsers.add_parser(
        "search",
        help="Search the student's shape that is near to its teacher and fast.",
        description="Search the student's shape that is near to its teacher and fast.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_start(commands)
    join_parser = add_command(commands, "join", join, "Help with a search: one more worker.")
    resume_parser = add_command(commands, "resume", resume, "Go on with a search.")
    status_parser = add_command(commands, "status", status, "How a search stands, and its candidates.")
    cancel_parser = add_command(commands, "cancel", cancel, "Stop a search and all its workers.")
    pick_parser = add_command(commands, "pick", pick, "The best candidate within each latency budget.")
    distil_parser = add_command(
        commands, "distil", distil, "Distil the picks on all the data, beside cut and random students."
    )
    retime_parser = add_command(
        commands, "retime", retime, "Time candidates again: are they in the same order?"
    )
    for each in (
        join_parser,
        resume_parser,
        status_parser,
        cancel_parser,
        pick_parser,
        distil_parser,
        retime_parser,
    ):
        each.add_argument("search_id", metavar="ID")
    retime_parser.add_argument("--n", type=count, default=10, help="the first N of them (default: 10)")
    pick_parser.add_argument(
        "--latency-budgets", required=True, metavar="B,B", help="milliseconds (25) or × the teacher's (0.5x)"
    )
    distil_parser.add_argument("--steps", type=count, required=True, help="of each distillation")
    distil_parser.add_argument(
        "--tune", type=count, default=0, metavar="STEPS", help="then on the labels alone (default: none)"
    )
    for each in (join_parser, status_parser, cancel_parser):
        each.add_argument("--storage", metavar="URL", help="where another machine began it")


def _add_start(commands: Any) -> None:
    parser = add_command(commands, "start", start, "Begin a search, and work for it.")
    parser.add_argument("--teacher", help="model name, run:ID, folder or hub id")
    add_training_options(parser, student=False)
    parser.add_argument("--space", type=Path, metavar="FILE", help="JSON that narrows or fixes the space")
    parser.add_argument("--sampler", choices=SAMPLERS, help=f"default: {Plan.sampler}")
    parser.add_argument("--multi", action="store_true", help="loss and latency as two objectives")
    for name, kind, text in _OWN:
        parser.add_argument(f"--{name}", type=kind, help=text)
    parser.add_argument("--storage", metavar="URL", help="any Optuna URL (default: a file of the search)")
    parser.add_argument("--only-count", action="store_true", help="say how many shapes there are, and end")


def start(
    *, space: Path | None, storage: str | None, only_count: bool, settings: Settings, **options: Any
) -> Answer:
    """Begin a search."""
    from distill.search import searches
    from distill.search.space import read_space
    from distill.search.teachers import space_of, teacher_of

    names = ["sampler", "multi", *(name.replace("-", "_") for name, *_ in _OWN)]
    own = {name: options.pop(name) for name in names}
    plan = Plan.of(run_values(options), space=read_space(space) if space else {}, **own)
    found = space_of(teacher_of(plan.teacher, settings), plan.space)
    _log.info("The space holds %s shapes:", f"{found.count:,}")
    for part, values in found.values.items():
        _log.info("  %s: %s", part, ", ".join(map(str, values)))
    if only_count:
        return {"shapes": found.count, "space": {part: list(each) for part, each in found.values.items()}}, 0
    with processes.RunLock(settings.home, shared=True):
        search = searches.begin(plan, settings, storage)
        _log.info("Search %s", search.search_id)
        return _told(search, searches.go_on(search, settings)), 0


def resume(*, search_id: str, settings: Settings) -> Answer:
    """Go on with a search, as its first worker."""
    from distill.search import searches

    search = searches.find(search_id, settings)
    if search.saved_status().get("status") == "running" and processes.is_alive(search.process()):
        raise RunConflict(f"The search {search_id} is running: `search join {search_id}` helps it.")
    with processes.RunLock(settings.home, shared=True):
        search.go_on()
        return _told(search, searches.go_on(search, settings)), 0


def join(*, search_id: str, storage: str | None, settings: Settings) -> Answer:
    """One more worker."""
    from distill.search import searches

    search = searches.find(search_id, settings, storage)
    with processes.RunLock(settings.home, shared=True):
        return _told(search, searches.join(search, settings)), 0


def status(*, search_id: str, storage: str | None, settings: Settings) -> Answer:
    """How a search stands."""
    from distill.search import searches

    search = searches.find(search_id, settings, storage)
    return _told(search, search.status()), 0


def cancel(*, search_id: str, storage: str | None, settings: Settings) -> Answer:
    """Stop all workers, and wait for the first one."""
    from distill.search import searches

    search = searches.find(search_id, settings, storage)
    search.cancel()
    processes.end(search.unheeding)
    return search.status(), 0


def pick(*, search_id: str, latency_budgets: str, settings: Settings) -> Answer:
    """Pick the best within each budget; `distil` takes them from there."""
    from distill.search import picks, results, searches

    search = searches.find(search_id, settings)
    budgets = [picks.LatencyBudget.parse(text) for text in latency_budgets.split(",")]
    found = picks.pick(results.collect(search), budgets, search.plan().reward)
    search.note("picks", "picks", found)
    for each in found:
        row = each["row"]
        print(f"{each['budget']}: candidate {row['number']}, {results.words(row['shape'])}")
    return {"search_id": search_id, "picks": found}, 0


def distil(*, search_id: str, steps: int, tune: int, settings: Settings) -> Answer:
    """Distil the picks."""
    from transformers.utils.logging import disable_progress_bar

    from distill.search import distilling, searches

    disable_progress_bar()
    search = searches.find(search_id, settings)
    with processes.RunLock(settings.home):
        rows = distilling.Distilling(search, distilling.Training(steps, tune), settings).carry_out()
    print(distilling.table(rows))
    return {"search_id": search_id, "rows": rows}, 0


def retime(*, search_id: str, n: int, settings: Settings) -> Answer:
    """Time candidates again."""
    from distill.search import retiming, searches

    search = searches.find(search_id, settings)
    with processes.RunLock(settings.home):
        found = retiming.retime(search, n, settings)
    print(found.table())
    return {
        "search_id": search_id,
        "before": found.before,
        "again": found.again,
        "spearman": found.spearman,
    }, 0


def _told(search: Any, found: dict[str, Any]) -> dict[str, Any]:
    from distill.search import results

    rows = results.collect(search)
    print(results.table(rows))
    return {**found, "candidates": rows}
