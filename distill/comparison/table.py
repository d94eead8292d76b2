"""A comparison in words: a table, and one paragraph of what it says."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from distill.comparison.results import TERMS, measures_otherwise

_HEAD = ("method", "ROUGE-1", "ROUGE-2", "ROUGE-L (95% interval)", "ROUGE-L − ce (95% interval)")
_COSTS = ("steps", "seconds", "MB")
_NAMES = {"hard": "cross-entropy", "soft": "teacher's logits"}


def table(result: Mapping[str, Any]) -> str:
    """The rows as two Markdown tables: scores and costs; losses on train and on held-out data.

    ROUGE is F1 times 100. `*` marks a difference whose interval leaves 0 out.
    """
    rows = result["rows"]
    scores = [[*_scores(row), *_costs(row)] for row in rows]
    trained = [row for row in rows if row["trained"]]
    terms = [term for term in TERMS if any(term in row["held_out"] | row["train"] for row in trained)]
    losses = [[row["method"], *(_loss(row, term) for term in terms)] for row in trained]
    parts = [_markdown([*_HEAD, *_COSTS], scores)]
    if losses:
        heads = [f"{_NAMES.get(term, term)}, train / held-out" for term in terms]
        parts.append(_markdown(["method", *heads], losses))
    others = [row["method"] for row in trained if measures_otherwise(row["method"])]
    if others:
        parts.append(f"The teacher's logits by another measure, not to compare: {', '.join(others)}.")
    if result["labelling_seconds"] is not None:
        parts.append(
            f"sequence: {result['labelling_seconds']:.0f} s more, once, for the teacher's summaries."
        )
    parts += [f"{cell} failed: {why}" for cell, why in result["failures"].items()]
    return "\n\n".join(parts)


def _scores(row: Mapping[str, Any]) -> list[str]:
    one, two, longest = (row[kind] for kind in ("rouge1", "rouge2", "rougeL"))
    change = (row["difference"] or {}).get("rougeL")
    return [
        row["method"],
        f"{100 * one['f']:.1f}",
        f"{100 * two['f']:.1f}",
        f"{100 * longest['f']:.1f} ({100 * longest['low']:.1f}–{100 * longest['high']:.1f})",
        f"{_change(change)}{'*' if change['excludes_zero'] else ''}" if change else "–",
    ]


def _change(change: Mapping[str, float]) -> str:
    return f"{100 * change['f']:+.1f} ({100 * change['low']:+.1f} to {100 * change['high']:+.1f})"


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


def describe(result: Mapping[str, Any]) -> str:
    """One plain paragraph: what beats cross-entropy only, what the controls say, where the gradient goes."""
    rows = {row["method"]: row for row in result["rows"]}
    if "ce" not in rows:
        return "Cross-entropy only has not been trained yet, so there is nothing to compare with."
    given, reference = result["conditions"], rows["ce"]
    seeds = len(given["seeds"])
    parts = [
        f"On {given['examples']} held-out texts, with {_count(seeds, 'seed')} a method, cross-entropy only "
        f"comes to ROUGE-L {100 * reference['rougeL']['f']:.1f}; the teacher has {_score(rows, 'teacher')}, "
        f"the student before training {_score(rows, 'start')}, copied layers without training "
        f"{_score(rows, 'copy')}.",
        *_verdicts([row for row in result["rows"] if row["trained"] and row["difference"]]),
        *_controls(rows),
        *_gradients(rows),
        "The intervals cover which texts were drawn, not which seeds.",
    ]
    return " ".join(parts)


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    better = [row for row in rows if _sign(row) > 0]
    worse = [row for row in rows if _sign(row) < 0]
    open_ones = [row for row in rows if _sign(row) == 0]
    said = []
    if better:
        said.append(f"Better than it by more than the interval: {_listed(better)}.")
    elif rows:
        said.append("No method is better than it by more than the interval.")
    if worse:
        said.append(f"Worse by more than the interval: {_listed(worse)}.")
    if open_ones:
        said.append(f"Not told apart from it: {_listed(open_ones)}.")
    return said


def _controls(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Whether training did anything at all."""
    change = rows["start"]["difference"]["rougeL"] if "start" in rows else None
    if change is None or (change["excludes_zero"] and change["f"] < 0):
        return []
    found = "is better than" if change["excludes_zero"] else "is not told apart from"
    return [f"The student before training {found} cross-entropy only, so the budget taught little."]


def _gradients(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The reports' claim that several losses together keep early layers learning."""
    if not {"multi", "logit"} <= set(rows):
        return []
    multi, logit = (rows[name]["early_share_at_the_end"] for name in ("multi", "logit"))
    seeds = sorted(multi.keys() & logit.keys())
    if not seeds:
        return []
    higher = sum(multi[seed] > logit[seed] for seed in seeds)
    verdict = {len(seeds): "agrees with", 0: "contradicts"}.get(higher, "does not settle")
    means = [100 * fmean(shares[seed] for seed in seeds) for shares in (multi, logit)]
    return [
        f"In the last tenth of the steps the lower half of the encoder has {means[0]:.1f}% of the blocks' "
        f"gradient norm with multi and {means[1]:.1f}% with logit (multi has more in {higher} of "
        f"{_count(len(seeds), 'seed')}), which here {verdict} the claim that several losses keep early "
        "layers learning."
    ]


def _sign(row: Mapping[str, Any]) -> int:
    change = row["difference"]["rougeL"]
    return (1 if change["f"] > 0 else -1) if change["excludes_zero"] else 0


def _listed(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{row['method']} {_change(row['difference']['rougeL'])}" for row in rows)


def _score(rows: Mapping[str, Mapping[str, Any]], method: str) -> str:
    return f"{100 * rows[method]['rougeL']['f']:.1f}" if method in rows else "no score"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
