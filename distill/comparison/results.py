"""From finished runs and judged texts to the rows of the table. Imports nothing heavy."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

from distill import runs
from distill.comparison.folder import Comparison
from distill.comparison.grid import CHANGE_LABELS, CHANGE_SOFT
from distill.comparison.scores import pooled, set_differences
from distill.config import FEATURE_TERMS
from distill.config.presets import METHODS
from distill.data import HUB_DATASETS
from distill.runs.metrics import blocks, held_out, of_gradient, training_rows, validation_rows
from models.settings import Settings

STACKS = ("encoder", "decoder")
TERMS = ("soft", "hard", *FEATURE_TERMS)
"""The terms of a loss, as the metrics name them: the teacher's soft targets, the labels, the features."""


def cell_name(method: str, seed: int) -> str:
    """The name of one run of a comparison."""
    return f"{method}-{seed}"


def seed_of(cell: str) -> str:
    """The seed in the name of a run of a comparison."""
    return cell.rpartition("-")[2]


def collect(comparison: Comparison, settings: Settings) -> dict[str, Any]:
    """Everything found so far.

    Returns:
        `comparison_id`, `folder`, `conditions` (models, data, seeds, budget, `examples`, machine), `rows`,
        `labelling_seconds` and `failures` by run; `grid` (the values of each setting that an ablation varies,
        else None), `reference` and `comparisons` (see `scores.set_differences`) and `chosen`, whether the
        reference is the best by its scores. A row: `method`, `cell` (its settings in an ablation), `trained`,
        `runs` (ids), `seeds`, per kind of ROUGE (`f`, `low`, `high`, `by_seed`), `difference` to the
        reference (per kind `f`, `low`, `high`; of ROUGE-L also the test, see `stats.compare_pairs`),
        `parameters`, `bytes` on disk, `retention` of the teacher's ROUGE-L; and if trained `train` and
        `held_out` (a loss by term), `steps`, `seconds` of training a run, `memory_bytes` at its most (about:
        on a CPU by how much the process grew), `early_share` (see `early_share`) and `early_share_at_the_end`
        by seed.
    """
    plan = comparison.plan()
    known = comparison.progress("runs")
    cells = plan.grid.cells if plan.grid else {}
    rows = []
    for method in (*plan.untrained, *plan.methods):
        trained = method in plan.methods
        names = [cell_name(method, seed) for seed in plan.seeds] if trained else [method]
        judged = {name: comparison.judged(name) for name in names}
        judged = {name: found for name, found in judged.items() if found}
        done = list(judged)
        if not done:
            continue
        scores = {seed_of(name) if trained else "": found["scores"] for name, found in judged.items()}
        row = {"method": method, "cell": cells.get(method), "trained": trained, "seeds": len(scores)}
        row |= {**pooled(scores), "difference": None}
        row |= {name: judged[done[0]]["row"].get(name) for name in ("parameters", "bytes")}
        if trained:
            row |= _training(comparison, [runs.find(known[name], settings) for name in done], done)
            on_sentences = method == "sequence" and plan.base.task != "summarize"
            if on_sentences or CHANGE_LABELS & set(row["cell"] or ()):
                row["held_out"] = {}  # its loss is on other labels than the others' is
        rows.append({**row, "scores": scores})
    tested = [row for row in rows if not plan.grid or row["method"] != "teacher"]
    against = set_differences(tested, plan.reference)
    _add_retention(rows)
    return {
        "comparison_id": comparison.comparison_id,
        "folder": str(comparison.folder),
        "conditions": _conditions(comparison),
        "rows": [{name: value for name, value in row.items() if name != "scores"} for row in rows],
        "labelling_seconds": comparison.progress("seconds").get("labelling"),
        "failures": comparison.progress("failures"),
        "grid": {name: list(values) for name, values in plan.grid.axes.items()} if plan.grid else None,
        **against,
        "chosen": plan.reference is None,
    }


def _add_retention(rows: Sequence[dict[str, Any]]) -> None:
    """Write into each row its share of the teacher's ROUGE-L."""
    best = next((row["rougeL"]["f"] for row in rows if row["method"] == "teacher"), 0.0)
    for row in rows:
        row["retention"] = row["rougeL"]["f"] / best if best else None


def _training(comparison: Comparison, done: Sequence[runs.Run], cells: Sequence[str]) -> dict[str, Any]:
    """What the runs of a method wrote down."""
    steps = [training_rows(run.metrics()) for run in done]
    validations = [validation_rows(run.metrics())[-1:] for run in done]
    ends = [rows[-max(1, len(rows) // 10) :] for rows in steps]
    before = comparison.progress("memory")
    return {
        "runs": [run.run_id for run in done],
        "train": _means([row for rows in ends for row in rows]),
        "held_out": _means([row for rows in validations for row in rows], held_out),
        "steps": max(len(rows) for rows in steps),
        "seconds": fmean(sum(row["seconds"] for row in rows) for rows in steps),
        "memory_bytes": max(
            max(row["memory_bytes"] for row in rows) - before.get(cell, 0)
            for rows, cell in zip(steps, cells, strict=True)
        ),
        "early_share": _early_shares(cells, steps),
        "early_share_at_the_end": _early_shares(cells, ends),
    }


def _early_shares(cells: Sequence[str], metrics: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, float]:
    """By seed, where anything is known."""
    found = {seed_of(cell): early_share(rows) for cell, rows in zip(cells, metrics, strict=True)}
    return {seed: share for seed, share in found.items() if share is not None}


def _means(rows: Sequence[Mapping[str, Any]], key: Callable[[str], str] = str) -> dict[str, float]:
    """The mean of each term over the rows that have it; a batch the student wrote has no `hard`."""
    found = {term: [row[key(term)] for row in rows if key(term) in row] for term in TERMS}
    return {term: fmean(values) for term, values in found.items() if values}


def early_share(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """The mean share of the lower half of the encoder's blocks in the gradient norms of all blocks.

    A share, as the losses of two methods differ in size, and their gradients with them. Steps that overflowed
    in float16 were skipped, and have no norms; None where no step has any.
    """
    early, every = early_blocks(rows[0]), block_keys(rows[0])
    known = [row for row in rows if every and all(row[key] is not None for key in every)]
    shares = [sum(row[key] for key in early) / (sum(row[key] for key in every) or 1.0) for row in known]
    return fmean(shares) if shares else None


def block_keys(row: Mapping[str, Any]) -> list[str]:
    """The keys of the gradient norms of a row, from the encoder's first block to the decoder's last."""
    return [of_gradient(block) for stack in STACKS for block in blocks(row, stack)]


def early_blocks(row: Mapping[str, Any]) -> list[str]:
    """Those of the lower half of the encoder, at least one."""
    encoder = [of_gradient(block) for block in blocks(row, STACKS[0])]
    return encoder[: max(1, len(encoder) // 2)]


def measures_otherwise(row: Mapping[str, Any]) -> bool:
    """Whether the distance to the teacher's logits is another quantity than in other rows."""
    changed = {"divergence", "temperature_schedule"} & set(METHODS.get(row["method"], ()))
    return bool(changed or CHANGE_SOFT & set(row.get("cell") or ()))


def _conditions(comparison: Comparison) -> dict[str, Any]:
    plan = comparison.plan()
    base, judged = plan.base, comparison.judged("start") or {}
    row, axes = judged.get("row", {}), set(plan.grid.axes if plan.grid else ())
    return {
        "teacher": base.teacher,
        "student": base.student,
        "data": base.data if base.data in HUB_DATASETS else base.data.rpartition("/")[2],
        "seeds": list(plan.seeds),
        "steps": plan.budget.steps,
        "minutes": plan.budget.minutes,
        "method": base.method,
        "batch": None if {"batch_size", "accumulation"} & axes else base.batch_size * base.accumulation,
        "learning_rate": None if "learning_rate" in axes else base.learning_rate,
        "examples": row.get("n"),
        **{name: row.get(name) for name in ("beams", "engine", "device", "dtype")},
    }
