"""The scores of a comparison's rows: means with intervals, and differences to the reference.

Both count texts and seeds: with other texts, or with other seeds, they would have come out otherwise. Two
rows are compared text by text and seed by seed, a row without seeds with each seed.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import Any

from distill.comparison.plan import REFERENCE
from distill.stats import compare_pairs, mean_interval, too_little
from distill.tasks import SHOWN

KINDS = tuple(metric.name for metric in SHOWN)
Scores = Mapping[str, Mapping[str, Sequence[float]]]
"""By seed (`""` for a row that has none) and by kind: one score per text."""


def pooled(scores: Scores) -> dict[str, Any]:
    """Mean and interval of each kind, and the mean of each seed."""
    return {
        kind: {
            **mean_interval([seed[kind] for seed in scores.values()]),
            "by_seed": [fmean(seed[kind]) for seed in scores.values()],
        }
        for kind in KINDS
    }


def set_differences(rows: Sequence[dict[str, Any]], named: str | None = REFERENCE) -> dict[str, Any]:
    """Write into each row, by its `scores`, its difference to the reference: None where there is none.

    ROUGE-L is tested (see `stats.compare_pairs`), all rows together; the other kinds have intervals only.

    Args:
        rows: The rows.
        named: Which of them is the reference; None for the best one that was trained. It is best by the same
            scores, so the correction then counts the differences between all rows.

    Returns:
        `reference`, its name, None while none is trained; `comparisons`, how many the correction counts.
    """
    reference = _reference(rows, named)
    compared = []
    for row in rows:
        row["difference"] = None
        if reference is not None and row is not reference and _pairs(row, reference):
            compared.append(row)
    if reference is None:
        return {"reference": named, "comparisons": 0}
    others = () if named else [pair for pair in combinations(compared, 2) if _pairs(*pair)]
    tested = compare_pairs(
        [_gaps(row, reference, "rougeL") for row in compared],
        [_why(row, reference) for row in compared],
        [_gaps(*pair, "rougeL") for pair in others],
    )
    for row, found in zip(compared, tested, strict=True):
        by_kind = {kind: mean_interval(_gaps(row, reference, kind), (-1.0, 1.0)) for kind in KINDS[:-1]}
        row["difference"] = {**by_kind, "rougeL": found}
    return {"reference": reference["method"], "comparisons": len(compared) + len(others)}


def _reference(rows: Sequence[dict[str, Any]], named: str | None) -> dict[str, Any] | None:
    if named:
        return next((row for row in rows if row["method"] == named), None)
    trained = [row for row in rows if row["trained"]]
    return max(trained, key=lambda row: (len(row["scores"]), _mean(row)), default=None)


def _mean(row: Mapping[str, Any]) -> float:
    return fmean(fmean(seed["rougeL"]) for seed in row["scores"].values())


def _pairs(row: Mapping[str, Any], reference: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The seeds to set against each other."""
    return [(seed if row["trained"] else "", seed) for seed in reference["scores"] if _has(row, seed)]


def _has(row: Mapping[str, Any], seed: str) -> bool:
    return not row["trained"] or seed in row["scores"]


def _gaps(row: Mapping[str, Any], reference: Mapping[str, Any], kind: str) -> list[list[float]]:
    return [
        [
            one - two
            for one, two in zip(row["scores"][mine][kind], reference["scores"][other][kind], strict=True)
        ]
        for mine, other in _pairs(row, reference)
    ]


def _why(row: Mapping[str, Any], reference: Mapping[str, Any]) -> str | None:
    pairs = _pairs(row, reference)
    texts = len(reference["scores"][pairs[0][1]]["rougeL"])
    return too_little(
        text=texts, seed=len(pairs), step=min(row.get("steps", reference["steps"]), reference["steps"])
    )
