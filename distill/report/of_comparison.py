"""A comparison of ways to teach as a report."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from distill.comparison import Comparison
from distill.errors import RunConflict
from distill.jobs.environment import environment
from distill.jobs.files import read_object
from distill.report.charts import bars
from distill.report.sheet import Sheet, Table, facts, flat, megabytes, millions, seconds
from distill.stats import BETTER, NO_VERDICT, UNDECIDED, WORSE, interval, points

_WORDS = {BETTER: "better", WORSE: "worse", UNDECIDED: "cannot be told apart", NO_VERDICT: "no verdict"}


def sheet(comparison: Comparison) -> Sheet:
    """What it found.

    Raises:
        RunConflict: It is not finished.
    """
    found = comparison.result()
    if not found or not found.get("complete"):
        state = comparison.status()["status"]
        raise RunConflict(
            f"The comparison {comparison.comparison_id} is {state}: a report needs all of its figures."
        )
    rows, given = found["rows"], found["conditions"]
    return Sheet(
        title=f"Comparison {comparison.comparison_id}",
        asked=facts(
            {
                "question": f"Which way of teaching makes the best student of {given.get('student')}?",
                "teacher": given.get("teacher"),
                "data": given.get("data"),
                "held-out texts": given.get("examples"),
                "seeds": given.get("seeds"),
                "budget": f"{given['steps']} steps"
                if given.get("steps")
                else f"{given.get('minutes')} minutes",
            }
        ),
        answer=_answer(rows),
        says=found.get("says") or [],
        tables=[_table(rows)],
        charts=[chart for chart in [_chart(rows)] if chart],
        cost=_cost(rows, found),
        lineage=[(row["method"], f"runs {', '.join(row['runs'])}") for row in rows if row["trained"]],
        environment=facts({name: given.get(name) for name in ("engine", "dtype", "device")} | environment()),
        commands=[_command(comparison), f"python -m distill compare --resume {comparison.comparison_id}"],
    )


def _answer(rows: Sequence[Mapping[str, Any]]) -> str:
    trained = [row for row in rows if row["trained"] and row.get("difference")]
    tested = {row["method"]: row["difference"]["rougeL"]["verdict"] for row in trained}
    if not tested or set(tested.values()) == {NO_VERDICT}:
        return "Too few texts, seeds or steps to say which way of teaching is better."
    better = [name for name, verdict in tested.items() if verdict == BETTER]
    if better:
        return f"Better than cross-entropy only: {', '.join(better)}."
    return "No way of teaching is better than cross-entropy only by what was measured here."


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    heads = (
        "method",
        "runs",
        "parameters",
        "ROUGE-1",
        "ROUGE-2",
        "ROUGE-L (95% interval)",
        "less ce",
        "of the teacher",
    )
    told = [
        (
            row["method"],
            str(row["seeds"]) if row["trained"] else "not trained",
            millions(row.get("parameters")),
            points(row["rouge1"]["f"]),
            points(row["rouge2"]["f"]),
            interval(row["rougeL"]),
            _difference((row.get("difference") or {}).get("rougeL")),
            "–" if row.get("retention") is None else f"{row['retention']:.0%}",
        )
        for row in rows
    ]
    return Table(
        "ROUGE F1 × 100 over texts and seeds; paired tests on ROUGE-L with Holm’s correction", heads, told
    )


def _difference(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "–"
    return f"{interval(found, signed=True)}\n{_WORDS.get(found.get('verdict', ''), '')}".strip()


def _chart(rows: Sequence[Mapping[str, Any]]) -> str:
    told = [(row["method"], *(100 * row["rougeL"][end] for end in ("f", "low", "high"))) for row in rows]
    return bars("ROUGE-L with its 95% interval", told, "{:.1f}".format)


def _cost(rows: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = [
        (
            row["method"],
            f"{row['steps']:,} steps in {seconds(row['seconds'])} a run, {megabytes(row['memory_bytes'])}",
        )
        for row in rows
        if row["trained"]
    ]
    labelling = found.get("labelling_seconds")
    return told if labelling is None else [*told, ("the teacher’s summaries", seconds(labelling))]


def _command(comparison: Comparison) -> str:
    plan = comparison.plan()
    base = flat((read_object(comparison.folder / "plan.json") or {}).get("base") or {})
    methods = ",".join(plan.methods)
    budget = f"{plan.budget.minutes:g}m" if plan.budget.minutes else str(plan.budget.steps)
    parts = ["python", "-m", "distill", "compare", "--teacher", str(base.get("teacher")), "--student"]
    parts += [str(base.get("student")), "--data", str(base.get("data")), "--methods", methods]
    return shlex.join([*parts, "--seeds", str(len(plan.seeds)), "--budget", budget])
