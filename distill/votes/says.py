"""The results of a poll in sentences that the votes support, and as a table for the terminal."""

from collections.abc import Mapping
from typing import Any

NEEDED = 5
"""With fewer people nothing is claimed: that is a matter of who they are."""
_ALIKE = ((0.8, "agree well"), (0.667, "agree fairly well"), (0.2, "agree a little"))
"""The first two limits are Krippendorff's own."""


def describe(found: Mapping[str, Any]) -> list[str]:
    """Who is preferred, and how far people agree."""
    if not found["votes"]:
        return ["Nobody has voted yet."]
    return [_preferred(found), _agreed(found["alpha"], found["people"])]


def _preferred(found: Mapping[str, Any]) -> str:
    """One model is preferred where its strength's interval is above all others'."""
    people = found["people"]
    if people < NEEDED:
        counted = "1 person has" if people == 1 else f"{people} people have"
        return f"No verdict: {counted} voted; it takes at least {NEEDED}."
    best, *others = sorted(found["strengths"], key=lambda row: -row["f"])
    if all(best["low"] > other["high"] for other in others):
        return f"On these texts people prefer {best['model']}."
    return "The votes do not show which model people prefer on these texts."


def _agreed(alpha: float | None, people: int) -> str:
    if alpha is None:
        return "How far people agree cannot be said: no text has two votes, or all votes are the same."
    if people < NEEDED:
        return f"Krippendorff’s alpha, their agreement, is {alpha:.2f}; of so few people it says little."
    told = next((words for limit, words in _ALIKE if alpha >= limit), "hardly agree on single texts")
    return f"The voters {told} (Krippendorff’s alpha {alpha:.2f})."


def table(found: Mapping[str, Any]) -> str:
    """The results as aligned lines."""
    rows = [
        (row["answer"], f"{row['votes']}", f"{100 * row['f']:.1f}%", limits(row, 100, "%"))
        for row in found["answers"]
    ]
    lines = _aligned([("best", "votes", "share", "95% interval"), *rows]) if rows else []
    strong = [
        (row["model"], strength(row), limits(row), f"{100 * row['chance']:.0f}%")
        for row in found["strengths"] or []
    ]
    if strong:
        lines += ["", *_aligned([("model", "log strength", "95% interval", "chance"), *strong])]
    rated = [
        (f"{row['aspect']} of {row['model']}", f"{row['f']:.2f}", limits(row), f"{row['n']}")
        for row in found["ratings"]
    ]
    if rated:
        lines += ["", *_aligned([("rating (1 to 5)", "mean", "95% interval", "n"), *rated])]
    return "\n".join(lines)


def strength(row: Mapping[str, Any]) -> str:
    """A log strength: `+0.28`, `−0.31`."""
    return f"{row['f']:+.2f}".replace("-", "−")


def limits(row: Mapping[str, Any], times: float = 1.0, unit: str = "") -> str:
    """An interval; a dash where one person alone has voted."""
    if row["low"] is None:
        return "—"
    digits = 1 if unit else 2
    low, high = (f"{times * row[end]:.{digits}f}" for end in ("low", "high"))
    return f"{low} to {high}{unit}".replace("-", "−")


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
