"""A training run as a report."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from distill.config import parse_layers
from distill.data import has_validation_split
from distill.errors import RunConflict
from distill.jobs.files import read_object
from distill.report.again import set_options
from distill.report.charts import bars, lines
from distill.report.sheet import (
    MADE_WITH,
    Sheet,
    Table,
    facts,
    flat,
    made_with,
    megabytes,
    millions,
    seconds,
)
from distill.runs import Run
from distill.stats import BETTER, WORSE, interval, limits, points

_SETTINGS = ("method", "preset", "max_steps", "epochs", "batch_size", "learning_rate", "alpha", "temperature")


def sheet(run: Run) -> Sheet:
    """The outcome.

    Raises:
        RunConflict: It has no figures yet.
    """
    found, status = run.result(), run.status()
    if not found or status.status != "finished":
        raise RunConflict(f"The run {run.run_id} is {status.status}: a report needs the figures of its end.")
    settings, lineage, metrics = (
        flat(read_object(run.folder / "config.json") or {}),
        run.lineage(),
        run.metrics(),
    )
    rows = found["rows"]
    return Sheet(
        title=f"Run {status.label}",
        asked=facts(
            {
                "question": f"What does {settings.get('student')} learn from "
                f"{settings.get('teacher') or 'the labels alone'}?",
                "data": settings.get("data"),
                "training examples": lineage.get("train_examples"),
                "validation examples": lineage.get("validation_examples"),
                **{name: settings.get(name) for name in _SETTINGS},
            }
        ),
        answer=_answer(found, rows),
        says=status.warnings,
        tables=[_table(rows, found.get("examples"))],
        charts=[chart for chart in _charts(rows, metrics) if chart],
        cost=_cost(metrics),
        lineage=facts(flat({name: value for name, value in lineage.items() if name not in MADE_WITH})),
        environment=facts(made_with([run])),
        commands=[_command(settings)],
        go_on=_go_on(run.run_id, settings),
    )


def _answer(found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    verdict = found.get("verdict")
    after = next((row for row in rows if row["label"] == "student after"), None)
    if not isinstance(verdict, Mapping) or after is None:
        return "The student was trained; its end table shows how it compares with the others."
    change = verdict["difference"]
    told = f"{points(change['f'], signed=True)} ROUGE-L ({limits(change, signed=True)})"
    told += f" on {verdict['n']:,} texts"
    said = {
        BETTER: f"Training made the student better: {told}",
        WORSE: f"Training made the student worse: {told}",
    }.get(verdict["word"], f"The student cannot be told apart from itself before training: {told}")
    share = after.get("retention")
    return f"{said}." if share is None else f"{said}; it reaches {share:.0%} of its teacher’s ROUGE-L."


def _table(rows: Sequence[Mapping[str, Any]], examples: Any) -> Table:
    heads = (
        "",
        "model",
        "parameters",
        "ROUGE-1",
        "ROUGE-2",
        "ROUGE-L (95% interval)",
        "of the teacher",
        "latency",
    )
    told = [
        (
            row["label"],
            row["model"],
            millions(row.get("parameters")),
            points(row["rouge1"]["f"]),
            points(row["rouge2"]["f"]),
            interval(row["rougeL"]),
            "–" if row.get("retention") is None else f"{row['retention']:.0%}",
            seconds(row.get("seconds")),
        )
        for row in rows
    ]
    return Table(f"On {examples} validation texts: ROUGE F1 × 100", heads, told)


def _charts(rows: Sequence[Mapping[str, Any]], metrics: Sequence[Mapping[str, Any]]) -> list[str]:
    scores = [(row["label"], *(100 * row["rougeL"][end] for end in ("f", "low", "high"))) for row in rows]
    curves = [("training", _curve(metrics, "loss")), ("held out", _curve(metrics, "validation_loss"))]
    return [
        bars("ROUGE-L with its 95% interval", scores, "{:.1f}".format),
        lines("Loss", curves, "step"),
    ]


def _curve(metrics: Sequence[Mapping[str, Any]], key: str) -> list[tuple[float, float]]:
    return [(row["step"], row[key]) for row in metrics if isinstance(row.get(key), int | float)]


def _cost(metrics: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    steps = [row for row in metrics if "loss" in row]
    spent = sum(row.get("seconds") or 0.0 for row in steps)
    memory = max((row.get("memory_bytes") or 0 for row in steps), default=0)
    return [
        ("training", f"{len(steps):,} steps in {seconds(spent)}"),
        *([("peak memory", megabytes(memory))] if memory else []),
    ]


def _go_on(run_id: str, settings: Mapping[str, Any]) -> list[str]:
    """How to hand the student over, and to judge it on texts it has not learnt from, where there are any."""
    told = [shlex.join(["python", "-m", "distill", "export", run_id, "FOLDER"])]
    unseen, data = settings.get("validation"), str(settings.get("data"))
    if not unseen and has_validation_split(data):
        unseen = data
    if unseen:
        teacher, student = settings.get("teacher"), str(settings.get("student"))
        models = [f"run:{run_id}", "lead:=", *([str(teacher)] if teacher else [])]
        models += [] if parse_layers(student) else [student]
        told.append(shlex.join(["python", "-m", "distill", "evaluate", *models, "--data", str(unseen)]))
    return told


def _command(settings: Mapping[str, Any]) -> str:
    """How to start the same run."""
    command = "train" if settings.get("teacher") else "finetune"
    return shlex.join(["python", "-m", "distill", command, *set_options(settings)])
