"""A comparison as Markdown tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from distill.comparison.results import TERMS, measures_otherwise
from distill.stats import VERDICTS, interval, points

_HEAD = ("M parameters", "ROUGE-1", "ROUGE-2", "ROUGE-L (95% interval)")
_COSTS = ("steps", "seconds", "MB")
_NAMES = {"hard": "cross-entropy", "soft": "teacher's logits"}


def comparison_table(result: Mapping[str, Any]) -> str:
    """The rows as two Markdown tables: scores and costs; losses on train and on held-out data.

    ROUGE is F1 × 100. A difference is called better or worse where the test says so.
    """
    rows, kind = result["rows"], "cell" if result.get("grid") else "method"
    head = [kind, *_HEAD, f"ROUGE-L − {result['reference'] or 'best'} (95% interval)", *_COSTS]
    scores = [[*_scores(row), *_costs(row)] for row in rows]
    trained = [row for row in rows if row["trained"]]
    terms = [term for term in TERMS if any(term in row["held_out"] | row["train"] for row in trained)]
    losses = [[row["method"], *(_loss(row, term) for term in terms)] for row in trained]
    parts = [_markdown(head, scores)]
    if losses:
        heads = [f"{_NAMES.get(term, term)}, train / held-out" for term in terms]
        parts.append(_markdown([kind, *heads], losses))
    others = [row["method"] for row in trained if measures_otherwise(row)]
    if others:
        parts.append(f"The teacher's logits by another measure, not to compare: {', '.join(others)}.")
    if result["labelling_seconds"] is not None:
        parts.append(
            f"sequence: {result['labelling_seconds']:.0f} s more, once, for the teacher's summaries."
        )
    parts += [f"{cell} failed: {why}" for cell, why in result["failures"].items()]
    return "\n\n".join(parts)


def _scores(row: Mapping[str, Any]) -> list[str]:
    change = (row["difference"] or {}).get("rougeL")
    word = VERDICTS[change["verdict"]] if change else ""
    return [
        row["method"],
        f"{row['parameters'] / 1e6:.1f}" if row.get("parameters") else "–",
        points(row["rouge1"]["f"]),
        points(row["rouge2"]["f"]),
        interval(row["rougeL"]),
        f"{interval(change, signed=True)} {word}" if change else "–",
    ]


def _costs(row: Mapping[str, Any]) -> list[str]:
    if not row["trained"]:
        return ["–"] * len(_COSTS)
    return [str(row["steps"]), f"{row['seconds']:.0f}", f"{row['memory_bytes'] / 1e6:.0f}"]


def _loss(row: Mapping[str, Any], term: str) -> str:
    shown = [f"{part[term]:.3g}" if term in part else "–" for part in (row["train"], row["held_out"])]
    return "–" if shown == ["–", "–"] else " / ".join(shown)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )
