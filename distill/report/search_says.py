"""What a search's candidates support, in sentences."""

from collections.abc import Sequence

from distill.report.searched import Searched
from distill.report.sheet import millions
from distill.search import Plan, results
from distill.search.importance import too_few

_SHARES = (
    "What a part of the shape counts is its share in what sets the best quarter of the candidates apart from"
    " all (PED-ANOVA); a small share is chance."
)


def answer(found: Searched, plan: Plan) -> str:
    """Which candidate is the best by the goal of the search, and what it is like."""
    good, failed = found.good, sum(row["failed"] for row in found.rows)
    if not good:
        return f"No candidate came through; {failed:,} failed, as the table says."
    best = good[0]
    place = f"Of {len(good):,} candidates that came through, number {best['number']} has the best reward"
    if len(good) == 1:
        place = f"One candidate came through, number {best['number']}"
    return (
        f"{place}: {results.words(best['shape'])}, {millions(best['parameters'])} parameters;"
        f" it takes {results.share(best)} times as long as {plan.teacher}; its held-out loss is"
        f" {best['loss']:.3f}."
    )


def says(found: Searched, plan: Plan, has_parts: bool) -> list[str]:
    """What else there is to say; `has_parts` where the parts of the shape have their chart."""
    good, on_front = found.good, results.front(found.rows)
    if not good:
        return []
    told = [_lead(good, plan)] if len(good) > 1 else []
    told.append(
        "Each candidate was trained once and for a short while. How far its loss would move with another seed"
        " is not known, so a small lead may be chance."
    )
    told += _front([row for row in good if row["number"] in on_front])
    told.append(_SHARES if has_parts else f"Which part of the shape counts: {too_few(len(good)).lower()}")
    return told if found.picks else [*told, "No candidate has been picked for a full training yet."]


def _front(ahead: Sequence[results.Row]) -> list[str]:
    if len(ahead) < 2:
        return []
    fastest, nearest = min(ahead, key=lambda row: row["share"]), min(ahead, key=lambda row: row["loss"])
    ends = [
        f"{row['number']} ({row['share']:.2f} × the teacher’s latency, loss {row['loss']:.3f})"
        for row in (fastest, nearest)
    ]
    return [
        f"{len(ahead)} candidates are on the front: none is both faster and nearer to the teacher than one of"
        f" them. The fastest is {ends[0]}, the nearest {ends[1]}."
    ]


def _lead(good: Sequence[results.Row], plan: Plan) -> str:
    """How sure the best candidate's place is, by the intervals of the latencies."""
    low, high = _rewards(good[0], plan)
    rivals = sum(_rewards(row, plan)[1] >= low for row in good[1:])
    as_high = {0: "that of no other one may be as high", 1: "that of one other may be as high"}
    said = as_high.get(rivals, f"those of {rivals:,} others may be as high")
    return f"By the interval of its latency its reward is from {low:.3f} to {high:.3f}; {said}."


def _rewards(row: results.Row, plan: Plan) -> tuple[float, float]:
    """The reward at the slow and at the fast end of the latency's interval."""
    worth = plan.reward
    low, high = (worth(row["loss"], row["reference"], row[end]) for end in ("share_high", "share_low"))
    return low, high
