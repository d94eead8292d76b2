"""An evaluation text by text: what each model wrote, and where they differ."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from distill.data import Example
from distill.judging.lead import is_lead
from distill.judging.results import Answers
from distill.tasks.summarize.evaluation import rouge_l

Case = Mapping[str, Any]
_KEPT = ("summary", "failed", "tokens_in", "tokens_out", "seconds")


def agreement(summary: str, others: Sequence[str]) -> float | None:
    """The lowest ROUGE-L between a summary and others of the same text; None without others."""
    return min((rouge_l(other, summary) for other in others), default=None)


def collect(examples: Sequence[Example], answers: Mapping[str, Answers]) -> list[dict[str, Any]]:
    """One case per text.

    Returns:
        `text` (from 1 on), `document`, `reference`; `answers` by model: `summary` (or `failed`, why there is
        none), its measures and costs; `gap`, the best ROUGE-L less the worst, None without references or
        fewer than two summaries; `agreement`, the lowest ROUGE-L between two models' summaries, likewise;
        `cosine`, the lowest of a model's summary with the first model's, None where it is not known.
    """
    return [
        _case(place, example, {name: found[place] for name, found in answers.items() if place in found})
        for place, example in enumerate(examples)
    ]


def _case(place: int, example: Example, answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    shown = {
        name: {key: row[key] for key in _KEPT if key in row} | row.get("measures", {})
        for name, row in answers.items()
    }
    scores = [row["rougeL"] for row in shown.values() if "rougeL" in row]
    agreements = [row["agreement"] for row in answers.values() if row.get("agreement") is not None]
    return {
        "text": place + 1,
        "document": example.document,
        "reference": example.summary or None,
        "answers": shown,
        "gap": max(scores) - min(scores) if len(scores) > 1 else None,
        "agreement": min(agreements, default=None),
        "cosine": min((row["cosine"] for row in shown.values() if "cosine" in row), default=None),
    }


def _at_fault(case: Case) -> int:
    """How many models have a fault in their summary of it, or failed."""
    return sum(bool(row.get("faults")) or "failed" in row for row in _written(case))


def _written(case: Case) -> list[Mapping[str, Any]]:
    """What the models wrote; a lead is cut, which is no fault."""
    return [row for name, row in case["answers"].items() if not is_lead(name)]


FILTERS: dict[str, Callable[[Case], bool]] = {
    "all": lambda case: True,
    "fault": lambda case: any(row.get("faults") for row in _written(case)),
    "one": lambda case: _at_fault(case) == 1 and len(_written(case)) > 1,
    "garbled": lambda case: any(row.get("garbled") for row in case["answers"].values()),
    "failed": lambda case: any("failed" in row for row in case["answers"].values()),
    "marked": lambda case: bool(case.get("marked")),
}
"""Which cases to show: a rule found a fault in some summary, exactly one model has a fault or failed, a word
is garbled, a model failed, somebody marked it (see `marks.noted`)."""
ORDERS: dict[str, Callable[[Case], float]] = {
    "data": lambda case: case["text"],
    "gap": lambda case: -(case["gap"] or 0.0),
    "disagreement": lambda case: 1.0 if case["agreement"] is None else case["agreement"],
    "meaning": lambda case: 1.0 if case.get("cosine") is None else case["cosine"],
}
"""In which order: the data's, the largest gap in ROUGE-L first, where the summaries share the fewest words,
or where one is furthest from the first model's in meaning."""


def chosen(cases: Sequence[Case], which: str = "all", order: str = "data") -> list[Case]:
    """The cases of one of `FILTERS`, in one of `ORDERS`."""
    return sorted(filter(FILTERS[which], cases), key=ORDERS[order])
