"""A comparison of ways to teach, or an ablation, as a report."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from distill.comparison import Comparison
from distill.comparison.grid import written
from distill.comparison.plan import REFERENCE
from distill.errors import RunConflict
from distill.jobs.files import read_object
from distill.report.again import set_options
from distill.report.charts import bars
from distill.report.heat_map import heat_map
from distill.report.sheet import Sheet, Table, facts, flat, made_with, megabytes, millions, seconds
from distill.runs import Run
from distill.stats import BETTER, NO_VERDICT, VERDICTS, interval, points

_NAMED = ("teacher", "student", "data")
"""Settings that the command has options for."""
_MOST_STUDENTS = 6


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
    rows, given, grid = found["rows"], found["conditions"], found.get("grid")
    command, says = ("ablate" if grid else "compare"), list(found.get("says") or [])
    failures = [f"{cell} failed: {why}" for cell, why in (found.get("failures") or {}).items()]
    return Sheet(
        title=f"{'Ablation' if grid else 'Comparison'} {comparison.comparison_id}",
        asked=facts(
            {
                "question": f"Which {_varied(grid)} the best student of {given.get('student')}?",
                **{name: ", ".join(map(written, values)) for name, values in (grid or {}).items()},
                "method": (given.get("method") or "logit") if grid else None,
                "teacher": given.get("teacher"),
                "data": given.get("data"),
                "held-out texts": given.get("examples"),
                "seeds": given.get("seeds"),
                "budget": f"{given['steps']} steps"
                if given.get("steps")
                else f"{given.get('minutes')} minutes",
            }
        ),
        answer=says[0] if grid else _answer(rows),
        says=(says[1:] if grid else says) + failures,
        tables=[_table(found)],
        charts=[chart for chart in [heat_map(found) if grid else _chart(rows)] if chart],
        cost=_cost(rows, found),
        lineage=[(row["method"], f"runs {', '.join(row['runs'])}") for row in rows if row["trained"]],
        environment=facts(
            {name: given.get(name) for name in ("engine", "dtype", "device")}
            | made_with(_first_to_last(comparison))
        ),
        commands=[
            _command(comparison, found),
            f"python -m distill {command} --resume {comparison.comparison_id}",
        ],
        go_on=_go_on(comparison, rows),
    )


def _first_to_last(comparison: Comparison) -> list[Run]:
    """Its runs, also those that were deleted since."""
    home = comparison.folder.parents[1]
    return [Run(home / "runs" / run_id) for run_id in comparison.progress("runs").values()]


def _varied(grid: Mapping[str, Any] | None) -> str:
    if not grid:
        return "way of teaching makes"
    return f"{' and '.join(grid)} {'makes' if len(grid) == 1 else 'make'}"


def _answer(rows: Sequence[Mapping[str, Any]]) -> str:
    trained = [row for row in rows if row["trained"] and row.get("difference")]
    tested = {row["method"]: row["difference"]["rougeL"]["verdict"] for row in trained}
    if not tested or set(tested.values()) == {NO_VERDICT}:
        return "Too few texts, seeds or steps to say which way of teaching is better."
    better = [name for name, verdict in tested.items() if verdict == BETTER]
    if better:
        return f"Better than cross-entropy only: {', '.join(better)}."
    return "No way of teaching is better than cross-entropy only by what was measured here."


def _table(found: Mapping[str, Any]) -> Table:
    rows, grid, reference = found["rows"], found.get("grid"), found.get("reference", REFERENCE)
    heads = (
        "cell" if grid else "method",
        "runs",
        *([] if grid else ["parameters"]),  # the cells are all of one size
        "ROUGE-1",
        "ROUGE-2",
        "ROUGE-L (95% interval)",
        f"less {_lines(reference or 'the best')}",
        "of the teacher",
    )
    told = [
        (
            _lines(row["method"]),
            str(row["seeds"]) if row["trained"] else "not trained",
            *([] if grid else [millions(row.get("parameters"))]),
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


def _lines(name: str) -> str:
    """A cell's name, a setting on each line."""
    return name.replace(",", "\n")


def _difference(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "–"
    return f"{interval(found, signed=True)}\n{VERDICTS.get(found.get('verdict', ''), '')}".strip()


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


def _go_on(comparison: Comparison, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How to judge a student of each row text by text, of the first rows if there are many."""
    students = [f"run:{row['runs'][0]}" for row in rows if row["trained"] and row["runs"]]
    data = str(comparison.folder / "data" / "validation.jsonl")
    parts = ["python", "-m", "distill", "evaluate", *students[:_MOST_STUDENTS], "--data", data]
    return [shlex.join(parts)] if students else []


def _command(comparison: Comparison, found: Mapping[str, Any]) -> str:
    """How to start the same comparison."""
    plan = comparison.plan()
    base = flat((read_object(comparison.folder / "plan.json") or {}).get("base") or {})
    budget = f"{plan.budget.minutes:g}m" if plan.budget.minutes else str(plan.budget.steps)
    parts = ["python", "-m", "distill", plan.command]
    parts += [part for name in _NAMED for part in (f"--{name}", str(base.get(name)))]
    if plan.grid:
        axes = [f"{name}={','.join(map(written, values))}" for name, values in plan.grid.axes.items()]
        parts += [part for axis in axes for part in ("--grid", axis)]
        parts += ["--base", plan.grid.base] if plan.grid.base else []
    else:
        parts += ["--methods", ",".join(plan.methods)]
    parts += ["--seeds", str(len(plan.seeds)), "--budget", budget]
    return shlex.join([*parts, *set_options(base, (*_NAMED, "max_steps", *(found.get("grid") or ())))])
