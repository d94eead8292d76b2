"""A search for the student's shape as a report."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from distill.errors import RunConflict
from distill.report import search_charts
from distill.report.charts import bars
from distill.report.search_says import answer, says
from distill.report.search_tables import tables
from distill.report.searched import Searched, find
from distill.report.sheet import Sheet, facts, flat, made_with, seconds, setting
from distill.runs import Run
from distill.search import Plan, results
from distill.search.folder import Search
from distill.search.importance import importance

__all__ = ["find", "sheet"]
_FROM_ELSEWHERE = ("teacher", "data", "seed")  # settings of a run that a search has options for
_CHOOSERS = {
    "tpe": "TPE, which learns from what it has seen",
    "nsga2": "NSGA-II, which breeds the best ones",
    "controller": "the LSTM controller, which learns by reward",
    "random": "chance",
}


def sheet(found: Searched) -> Sheet:
    """What came of it.

    Raises:
        RunConflict: No candidate has ended yet.
    """
    search, rows, status = found.search, found.rows, found.search.status()
    if not rows:
        raise RunConflict(
            f"No candidate of the search {search.search_id} has ended yet; it is {status['status']}: a report"
            " needs one at least."
        )
    plan, attributes = search.plan(), search.queue().attributes
    parts = importance(search, list(rows))
    return Sheet(
        title=f"Search {search.search_id}",
        asked=_asked(plan, attributes, status),
        answer=answer(found, plan),
        says=says(found, plan, bool(parts)),
        tables=[table for table in tables(found) if table.rows],
        charts=[chart for chart in _charts(found, parts) if chart],
        cost=_cost(rows),
        lineage=_lineage(found, plan, attributes),
        environment=facts(made_with(_first_to_last(search)) | attributes.get("timing", {})),
        commands=_commands(found, plan),
    )


def _asked(plan: Plan, attributes: Mapping[str, Any], status: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    if plan.steps:
        training = f"{plan.steps:,} steps each on as much of the data as these read, {plan.share:.0%} at most"
    else:
        training = f"{plan.config().epochs:g} epochs each, on {plan.share:.0%} of the data"
    alpha = f"{plan.reward_alpha:g}".replace("-", "−")
    reward = f"(1 − loss / reference loss) · (latency / ({plan.reward_beta:g} × the teacher’s))^{alpha}"
    count = attributes.get("shapes")
    space = "the teacher’s" if count is None else f"{count:,} shapes"
    state = status["status"] if status["status"] == "finished" else f"{status['status']}: figures so far"
    return facts(
        {
            "question": f"Which shape of student is near to {plan.teacher} and fast?",
            "space": f"{space}, with {json.dumps(plan.space)}" if plan.space else space,
            "chosen by": _CHOOSERS[plan.sampler],
            "seed": plan.seed,
            "budget": f"{plan.trials:,} candidates, {training}",
            "data": plan.base.get("data"),
            "goal": "a low loss and a low latency, as two objectives" if plan.multi else "a high reward",
            "reward": reward,
            "slowest": f"{plan.slowest:g} × the teacher’s latency; slower ones are not trained",
            "state": f"{status['done']:,} of {status['total']:,} candidates; {state}",
        }
    )


def _charts(found: Searched, parts: Mapping[str, float]) -> list[str]:
    shares = [(results.PARTS.get(part, part), 100 * share, None, None) for part, share in parts.items()]
    return [
        search_charts.scatter(found.rows, results.front(found.rows), None),
        *search_charts.best_rewards(found.compared),
        bars("Which part of the shape counts", shares, "{:.0f}%".format),
    ]


def _cost(rows: Sequence[results.Row]) -> Sequence[tuple[str, str]]:
    paid = [row for row in rows if not row["free"]]
    spent = sum(row["ended"] - row["began"] for row in paid if row["began"] and row["ended"])
    trained = sum(row.get("train_seconds") or 0.0 for row in paid)
    disturbed = sum(bool(row.get("disturbed")) for row in paid)
    return facts(
        {
            "candidates": f"{len(paid):,} in {seconds(spent)} of work, all workers together",
            "their training": seconds(trained) if trained else None,
            "known before": f"{len(rows) - len(paid):,}, free" if len(rows) > len(paid) else None,
            "timings": f"{disturbed:,} of {len(paid):,} disturbed by other work" if disturbed else None,
        }
    )


def _lineage(found: Searched, plan: Plan, attributes: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    sums = {f"{name} (SHA-256)": value for name, value in (attributes.get("fingerprint") or {}).items()}
    runs = [f"{row['name']}: {row['run']}" for row in found.distilled if row["run"]]
    told = {
        "teacher": plan.teacher,
        "data": plan.base.get("data"),
        "reference loss": attributes.get("reference"),
    }
    return facts({**told, **sums, "runs": runs or None})


def _first_to_last(search: Search) -> Iterable[Run]:
    return reversed(Run.newest_first(search.folder / "runs"))


def _commands(found: Searched, plan: Plan) -> list[str]:
    search, start = found.search.search_id, ["python", "-m", "distill", "search", "start", *_options(plan)]
    told = [f"echo {shlex.quote(json.dumps(plan.space))} > space.json"] if plan.space else []
    told.append(shlex.join([*start, *(["--space", "space.json"] if plan.space else [])]))
    if found.picks:
        budgets = ",".join(each["budget"].replace(" × teacher", "x").replace(" ", "") for each in found.picks)
        told.append(f"python -m distill search pick {search} --latency-budgets {budgets}")
    if training := found.search.noted("distilled").get("training"):
        tune = f" --tune {training['tune_steps']}" if training["tune_steps"] else ""
        told.append(f"python -m distill search distil {search} --steps {training['steps']}{tune}")
    return told


def _options(plan: Plan) -> list[str]:
    """What differs from what a search does by itself."""
    base, usual = flat(plan.base), Plan.of({"teacher": plan.teacher}, seed=plan.seed)
    parts = ["--teacher", plan.teacher, *(["--data", str(base["data"])] if "data" in base else [])]
    given, default = asdict(plan), asdict(usual)
    for name, value in given.items():
        if name not in ("base", "space", "seed", "multi") and value != default[name]:
            parts += [f"--{name.replace('_', '-')}", str(value)]
    parts += ["--seed", str(plan.seed), *(["--multi"] if plan.multi else [])]
    for name, value in base.items():
        if name not in _FROM_ELSEWHERE and value != usual.base.get(name):
            parts += ["--set", setting(name, value)]
    return parts
