"""A search's candidates, picks and students as tables."""

from collections.abc import Mapping
from typing import Any

from distill.report.searched import Searched
from distill.report.sheet import Table, millions, seconds
from distill.search import results
from distill.stats import interval, points
from distill.tasks import SHOWN

_MOST = 200  # candidates in the table; the CSV of the page has all


def tables(found: Searched) -> list[Table]:
    """Picks, students, searches beside it, candidates, failures: each without rows where there are none."""
    return [_picked(found), _distilled(found), _samplers(found), _candidates(found), _failed(found)]


def _picked(found: Searched) -> Table:
    became = {_key(row["shape"]): f"run {row['run']}" for row in found.distilled if row["run"]}
    rows = [
        (
            _candidate(each["row"]),
            each["budget"],
            seconds(each["cautious_seconds"]),
            f"{each['cautious_reward']:.3f}",
            became.get(_key(each["row"]["shape"]), "not distilled yet"),
        )
        for each in found.picks
    ]
    heads = ("candidate", "latency budget", "latency at most", "reward at least", "became")
    return Table(
        "Picked: the best within each budget, by the slow end of its latency’s interval", heads, rows
    )


def _distilled(found: Searched) -> Table:
    rouge = (metric.label for metric in SHOWN)
    heads = ("student", "parameters", "latency", "× teacher", *rouge, "loss")
    rows = [
        (
            f"{row['name']}\n{results.words(row['shape'])}, {row['birth']}",
            millions(row["parameters"]),
            results.latency(row),
            _stacked(results.share(row)),
            *(_stacked(interval(row[metric.name])) for metric in SHOWN),
            "–" if row["loss"] is None else f"{row['loss']:.3f}",
        )
        for row in found.distilled
    ]
    title = "Distilled on all the data, beside evenly cut and random students: ROUGE F1 × 100, 95% intervals"
    return Table(title, heads, rows)


def _samplers(found: Searched) -> Table:
    """Who chose, and the best that came of it; nothing where there is no other search."""
    rows = []
    for name, own in found.compared.items():
        best, paid = results.best(own), sum(not row["free"] for row in own)
        told = ("–", "–") if best is None else (f"{best['reward']:.3f}", str(best["number"]))
        rows.append((name, f"{paid:,}", *told))
    heads = ("chosen by", "candidates paid for", "best reward", "of candidate")
    return Table("Beside other searches of the same question", heads, rows if len(rows) > 1 else [])


def _candidates(found: Searched) -> Table:
    good, on_front = found.good, results.front(found.rows)
    rows = [
        (
            f"{_candidate(row)}, {row['birth']}",
            millions(row["parameters"]),
            results.latency(row),
            _stacked(results.share(row)),
            f"{row['loss']:.3f}",
            "–" if row.get("rougeL") is None else points(row["rougeL"]),
            f"{row['reward']:.3f}",
            ", ".join(["front"] * (row["number"] in on_front) + ["free"] * row["free"]),
        )
        for row in good[:_MOST]
    ]
    few = (
        f"The best {_MOST} of {len(good):,} candidates" if len(good) > _MOST else "Candidates, the best first"
    )
    title = f"{few}: latencies as medians with 95% intervals, held-out loss, ROUGE-L F1 × 100"
    heads = ("candidate", "parameters", "latency", "× teacher", "loss", "ROUGE-L", "reward", "")
    return Table(title, heads, rows)


def _failed(found: Searched) -> Table:
    rows = [(_candidate(row), row["reason"]) for row in found.rows if row["failed"]]
    return Table("Candidates that failed", ("candidate", "why"), rows)


def _candidate(row: Mapping[str, Any]) -> str:
    return f"{row['number']}: {results.words(row['shape'])}"


def _stacked(value: str) -> str:
    """A value over its interval, which stays in one line: a dash else lets it break."""
    return value.replace(" (", "\n(").replace("–", "–\u2060")


def _key(shape: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(shape.items()))
