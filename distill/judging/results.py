"""An evaluation's table: one row per model, with means, intervals, differences to the first, and costs."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Any

from distill.judging.lead import is_lead
from distill.judging.measures import FAULTS
from distill.judging.plan import EvaluationPlan
from distill.stats import compare_pairs, mean_interval, share_interval, spread, too_little
from distill.tasks.summarize.evaluation import ROUGE_KINDS

EQUIVALENCE = ("cosine", "equivalent", "cosine_reference", "equivalent_reference")
"""What a row says of meaning, each with its interval; None where it is not known."""

Answers = Mapping[int, Mapping[str, Any]]
"""What a model wrote by the text's place, with `measures` of each summary, and its `agreement` with those of
the models before it (see `cases.agreement`); `failed` in place of a summary."""


def collect(
    plan: EvaluationPlan,
    answers: Mapping[str, Answers],
    about: Mapping[str, Mapping[str, Any]],
    threshold: float | None = None,
) -> list[dict[str, Any]]:
    """The rows of the models that have written all they were to write, in the order they were named.

    Args:
        plan: The evaluation's.
        answers: By model.
        about: What each model is, by model.
        threshold: The cosine above which two summaries are equivalent, where it is known.

    Returns:
        One row per model: `model`; `n`, its summaries; `failed`, the texts it failed on; the ROUGE means with
        their intervals and `retention` (None without references); `difference` to the first model (see
        `stats.compare_pairs`; None for the first and without references), text by text, on those of which
        both have a summary; `cosine` with the first model's summaries, `equivalent`, the share of them above
        the threshold, and likewise `cosine_reference` and `equivalent_reference`, each with its interval, or
        None; shares, lengths and costs.
    """
    names = [name for name in plan.models if name in answers]
    rows = [_row(name, answers[name], about.get(name, {}), threshold) for name in names]
    scores = {name: _scores(answers[name]) for name in names}
    whole = scores.get(plan.reference or "")
    for row in rows:
        row["retention"] = _retention(scores[row["model"]], whole)
        row["difference"] = None
    if rows and rows[0]["model"] == plan.models[0]:
        _set_differences(rows, scores)
    return rows


def _set_differences(rows: list[dict[str, Any]], scores: Mapping[str, Mapping[int, float]]) -> None:
    first, gaps = scores[rows[0]["model"]], {}
    for row in rows[1:]:
        own = scores[row["model"]]
        if shared := sorted(own.keys() & first.keys()):
            gaps[row["model"]] = [own[place] - first[place] for place in shared]
    found = compare_pairs([*gaps.values()], [too_little(text=len(gap)) for gap in gaps.values()])
    by_model = dict(zip(gaps, found, strict=True))
    for row in rows[1:]:
        row["difference"] = by_model.get(row["model"])


def _retention(own: Mapping[int, float], whole: Mapping[int, float] | None) -> float | None:
    """ROUGE-L as a share of the teacher's, on the texts that both have summarised."""
    shared = sorted(own.keys() & whole.keys()) if whole else []
    best = fmean(whole[place] for place in shared) if whole and shared else 0.0
    return fmean(own[place] for place in shared) / best if best else None


def _scores(answers: Answers) -> dict[int, float]:
    """The ROUGE-L of each text; of none where there are no references."""
    found = ((place, row.get("measures", {})) for place, row in sorted(answers.items()))
    return {place: measures["rougeL"] for place, measures in found if "rougeL" in measures}


def _row(name: str, answers: Answers, about: Mapping[str, Any], threshold: float | None) -> dict[str, Any]:
    written = [row for _, row in sorted(answers.items()) if "summary" in row]
    failed = [
        {"text": place + 1, "why": row["failed"]} for place, row in sorted(answers.items()) if "failed" in row
    ]
    row = {"model": name, "baseline": is_lead(name), "n": len(written), "failed": failed}
    measures = [each["measures"] for each in written]
    row |= _quality(measures) | _equivalence(measures, threshold)
    if not is_lead(name):
        row |= _costs(written) | {key: value for key, value in about.items() if key != "written"}
    return row


def _quality(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rouge = {
        kind: mean_interval([each[kind] for each in found]) if found and kind in found[0] else None
        for kind in ROUGE_KINDS
    }
    if not found:
        return rouge
    told = [each for each in found if each["garbled"] is not None]
    words = sum(each["words"] for each in told)
    return {
        **rouge,
        "novel_bigrams": fmean(each["novel_bigrams"] for each in found),
        "repeated_trigrams": fmean(each["repeated_trigram"] for each in found),
        "flaws": {rule: fmean(rule in each["faults"] for each in found) for rule in FAULTS},
        "faulty": fmean(bool(each["faults"]) for each in found),
        "mean_words": fmean(each["words"] for each in found),
        "empty": sum(each["words"] == 0 for each in found),
        "copied_sentences": fmean(each["copies_sentences"] for each in found),
        "is_lead": fmean(each["is_lead"] for each in found),
        "garbled_words": sum(len(each["garbled"]) for each in told) / words if words else None,
        "garbled_summaries": fmean(bool(each["garbled"]) for each in told) if told else None,
    }


def _equivalence(found: Sequence[Mapping[str, Any]], threshold: float | None) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for whom in ("", "_reference"):
        cosines = [each[f"cosine{whom}"] for each in found if f"cosine{whom}" in each]
        row[f"cosine{whom}"] = mean_interval(cosines, (-1.0, 1.0)) if cosines else None
        row[f"equivalent{whom}"] = None
        if cosines and threshold is not None:
            above = sum(cosine > threshold for cosine in cosines)
            row[f"equivalent{whom}"] = share_interval(above, len(cosines))
    return row


def _costs(written: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Latency and what goes with it, of the texts that were summarised one by one."""
    timed = [row for row in written if "seconds" in row]
    costs: dict[str, Any] = {"timed_texts": len(timed)}
    if written:
        costs["mean_tokens"] = fmean(row["tokens_out"] for row in written)
    if not timed:
        return costs
    seconds = [row["seconds"] for row in timed]
    joules = [row["joules"] for row in timed if row["joules"] is not None]
    peaks = [row["peak_bytes"] for row in timed if row["peak_bytes"] is not None]
    return {
        **costs,
        "seconds": median(seconds),
        "latency": spread(seconds).as_dict(),
        "tokens_per_second": sum(row["tokens_out"] for row in timed) / sum(seconds),
        "weights_bytes": timed[-1]["weights_bytes"],
        "process_bytes": max(row["process_bytes"] for row in timed),
        "peak_bytes": max(peaks, default=None),
        "joules": fmean(joules) if joules else None,
        "disturbed": sum(row["busy"] for row in timed),
    }
