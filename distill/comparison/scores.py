"""The scores of a comparison's rows: means with intervals, and differences to cross-entropy only.

Both count texts and seeds: with other texts, or with other seeds, they would have come out otherwise. A
method and cross-entropy only are compared text by text and seed by seed, a row without seeds with each seed.
"""

from collections.abc import Mapping, Sequence
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


def set_differences(rows: Sequence[dict[str, Any]]) -> None:
    """Write into each row, by its `scores`, its difference to the reference: None where there is none.

    ROUGE-L is tested (see `stats.compare_pairs`), all rows together; the other kinds have intervals only.
    """
    reference = next((row for row in rows if row["method"] == REFERENCE), None)
    compared = []
    for row in rows:
        row["difference"] = None
        if reference is not None and row is not reference and _pairs(row, reference):
            compared.append(row)
    if reference is None:
        return
    tested = compare_pairs(
        [_gaps(row, reference, "rougeL") for row in compared], [_why(row, reference) for row in compared]
    )
    for row, found in zip(compared, tested, strict=True):
        others = {kind: mean_interval(_gaps(row, reference, kind), (-1.0, 1.0)) for kind in KINDS[:-1]}
        row["difference"] = {**others, "rougeL": found}


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
