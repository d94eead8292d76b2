"""A comparison in plain sentences: what is better, what the controls show, and why there is no
verdict where there is none."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from distill.comparison.grid_says import describe_grid
from distill.stats import BETTER, NO_VERDICT, UNDECIDED, WORSE, interval, points

Rows = Mapping[str, Mapping[str, Any]]


def describe(result: Mapping[str, Any]) -> list[str]:
    """Sentences on the rows of a result, the most important first."""
    if result.get("grid"):
        return describe_grid(result)
    rows: Rows = {row["method"]: row for row in result["rows"]}
    if "ce" not in rows:
        return ["Cross-entropy only has not been trained yet, so there is nothing to compare with."]
    tested = [row for row in result["rows"] if row["difference"]]
    return [
        _scores(rows, result["conditions"]),
        *_verdicts([row for row in tested if row["trained"]]),
        *_budget(rows),
        *_size(rows),
        *_gradients(rows),
        *_how(tested),
    ]


def _scores(rows: Rows, given: Mapping[str, Any]) -> str:
    seeds = _count(rows["ce"]["seeds"], "seed")
    return (
        f"On {given['examples']} held-out texts, with {seeds} a method, cross-entropy only comes to ROUGE-L "
        f"{points(rows['ce']['rougeL']['f'])}; the teacher has {_score(rows, 'teacher')}, the student before "
        f"training {_score(rows, 'start')}."
    )


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    by_verdict: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_verdict.setdefault(row["difference"]["rougeL"]["verdict"], []).append(row)
    words = {
        BETTER: "Better than cross-entropy only",
        WORSE: "Worse than cross-entropy only",
        UNDECIDED: "Cannot be told apart from cross-entropy only",
    }
    said = [f"{text}: {_listed(by_verdict[word])}." for word, text in words.items() if word in by_verdict]
    reasons = [row["difference"]["rougeL"]["why"] for row in by_verdict.get(NO_VERDICT, [])]
    return said + list(dict.fromkeys(reasons))


def _budget(rows: Rows) -> list[str]:
    """Whether training had any effect at all."""
    change = (rows["start"]["difference"] or {}).get("rougeL") if "start" in rows else None
    if change is None or change["verdict"] not in (BETTER, UNDECIDED):
        return []
    found = "is better than" if change["verdict"] == BETTER else "cannot be told apart from"
    return [f"The student before training {found} cross-entropy only, so this budget taught little."]


def _size(rows: Rows) -> list[str]:
    """The copied layers are as wide as the teacher: another model, not just another start."""
    mine, student = (rows.get(name, {}).get("parameters") for name in ("copy", "start"))
    if not mine or not student:
        return []
    times = mine / student
    told = f"Copied layers without training have ROUGE-L {_score(rows, 'copy')}"
    if 0.95 < times < 1.05:
        return [f"{told}."]
    size = f"{times:.1f} times the student's {student / 1e6:.1f} M parameters"
    return [f"{told}, but are another size: the teacher's width makes it {size}."]


def _gradients(rows: Rows) -> list[str]:
    """On the reports' claim that several losses keep early layers learning; too few seeds to test it."""
    if not {"multi", "logit"} <= set(rows):
        return []
    multi, logit = (rows[name]["early_share_at_the_end"] for name in ("multi", "logit"))
    seeds = sorted(multi.keys() & logit.keys())
    if not seeds:
        return []
    higher = sum(multi[seed] > logit[seed] for seed in seeds)
    means = [100 * fmean(shares[seed] for seed in seeds) for shares in (multi, logit)]
    return [
        f"In the last tenth of the steps the lower half of the encoder has {means[0]:.1f}% of the blocks' "
        f"gradient norm with multi and {means[1]:.1f}% with logit; multi has more in {higher} of "
        f"{_count(len(seeds), 'seed')}."
    ]


def _how(tested: Sequence[Mapping[str, Any]]) -> list[str]:
    if not tested or tested[0]["difference"]["rougeL"]["verdict"] == NO_VERDICT:
        return []
    number = f", with Holm's correction for {len(tested)} comparisons" if len(tested) > 1 else ""
    return [f"Tested on ROUGE-L, text by text and seed by seed{number}; intervals count texts and seeds."]


def _listed(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{row['method']} {interval(row['difference']['rougeL'], signed=True)}" for row in rows)


def _score(rows: Rows, method: str) -> str:
    return points(rows[method]["rougeL"]["f"]) if method in rows else "no score"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
