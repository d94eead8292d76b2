"""An ablation in plain sentences: which cell is best, and what may be said after the correction."""

from collections.abc import Mapping, Sequence
from typing import Any

from distill.stats import BETTER, NO_VERDICT, UNDECIDED, WORSE, interval, points

Rows = Mapping[str, Mapping[str, Any]]
Cells = Sequence[Mapping[str, Any]]
_NAMED = 4


def describe_grid(result: Mapping[str, Any]) -> list[str]:
    """Sentences on the cells of a result, the answer first."""
    rows: Rows = {row["method"]: row for row in result["rows"]}
    reference = rows.get(result["reference"])
    if reference is None:
        return ["The cell to compare the others with has not been trained, so nothing can be said yet."]
    cells = [row for row in rows.values() if row["trained"] and row["difference"]]
    if not cells:
        return ["Only one cell has been trained, so there is nothing to compare it with."]
    found = _by_verdict(cells)
    without, tested = found[NO_VERDICT], len(found[NO_VERDICT]) < len(cells)
    answer = _against_best if result["chosen"] else _against_base
    return [
        answer(reference["method"], found) if tested else _why(without),
        *([f"Without a verdict: {_names(without)}. {_why(without)}"] if without and tested else []),
        _scores(reference, rows, result["conditions"]),
        *_budget(reference, rows.get("start")),
        *(_how(result) if tested else []),
    ]


def _by_verdict(cells: Cells) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {BETTER: [], WORSE: [], UNDECIDED: [], NO_VERDICT: []}
    for row in cells:
        found[row["difference"]["rougeL"]["verdict"]].append(row)
    return found


def _against_best(best: str, found: Mapping[str, Cells]) -> str:
    worse, undecided = found[WORSE], found[UNDECIDED]
    if not worse:
        return (
            f"No cell can be told apart from the one with the highest score, {best}: it may lead by chance."
        )
    if not undecided:
        others = _of(worse, "other cell") if found[NO_VERDICT] else "each of the other cells"
        return f"{best} is better than {others}."
    return (
        f"{best} is better than {_of(worse, 'other cell')}; it cannot be told apart from {_names(undecided)}."
    )


def _against_base(base: str, found: Mapping[str, Cells]) -> str:
    rest = ((WORSE, "worse"), (UNDECIDED, "not to be told apart from it"))
    told = "".join(f"; {words}: {_of(found[word], 'cell')}" for word, words in rest if found[word]) + "."
    if not found[BETTER]:
        return f"No cell is better than the base, {base}{told}"
    highest = sorted(found[BETTER], key=lambda row: -row["difference"]["rougeL"]["f"])
    better = [f"{row['method']} {interval(row['difference']['rougeL'], signed=True)}" for row in highest]
    return f"Better than the base, {base}: {_listed(better)}{told}"


def _why(cells: Cells) -> str:
    return cells[0]["difference"]["rougeL"]["why"]


def _names(cells: Cells) -> str:
    return _listed([row["method"] for row in cells])


def _listed(parts: Sequence[str]) -> str:
    """The first ones by name: a sentence of 24 is read by nobody, and the table has them all."""
    more = f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else ""
    return ", ".join(parts[:_NAMED]) + more


def _scores(reference: Mapping[str, Any], rows: Rows, given: Mapping[str, Any]) -> str:
    others = "; ".join(
        f"the {words} has {points(rows[name]['rougeL']['f'])}"
        for name, words in (("teacher", "teacher"), ("start", "student before training"))
        if name in rows
    )
    seeds = "1 seed" if reference["seeds"] == 1 else f"{reference['seeds']} seeds"
    return (
        f"On {given['examples']} held-out texts, with {seeds} a cell, {reference['method']} comes to ROUGE-L "
        f"{interval(reference['rougeL'])}; {others}."
    )


def _budget(reference: Mapping[str, Any], start: Mapping[str, Any] | None) -> list[str]:
    """Whether training had any effect at all."""
    change = (start or {}).get("difference")
    if not change or change["rougeL"]["verdict"] not in (BETTER, UNDECIDED):
        return []
    found = "is better than" if change["rougeL"]["verdict"] == BETTER else "cannot be told apart from"
    return [f"The student before training {found} {reference['method']}, so this budget taught little."]


def _how(result: Mapping[str, Any]) -> list[str]:
    told = "Tested on ROUGE-L, text by text and seed by seed, with Holm's correction for "
    told += _of(range(result["comparisons"]), "comparison")
    if not result["chosen"]:
        return [f"{told}; intervals count texts and seeds."]
    return [
        f"{told}, those between all rows, since the best cell was chosen by the same scores; for that reason "
        "its own score is somewhat too high. Intervals count texts and seeds."
    ]


def _of(rows: Sequence[Any], what: str) -> str:
    return f"1 {what}" if len(rows) == 1 else f"{len(rows)} {what}s"
