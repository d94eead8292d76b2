"""The two charts of an evaluation."""

from collections.abc import Mapping
from typing import Any

from distill.report.axes import written
from distill.report.charts import Point, scatter


def quality_by_latency(result: Mapping[str, Any]) -> str:
    """ROUGE-L against the median latency; a point's area stands for the parameters."""
    found = [
        Point(
            row["model"],
            row["seconds"],
            100 * row["rougeL"]["f"],
            100 * row["rougeL"]["low"],
            100 * row["rougeL"]["high"],
            row["parameters"],
        )
        for row in _written(result)
        if row.get("seconds")
    ]
    axes = ("latency · larger point: more parameters", _seconds), ("ROUGE-L", written)
    return scatter("Quality against latency", found, *axes, logarithmic=True)


def retention_by_size(result: Mapping[str, Any]) -> str:
    """The share of the teacher's ROUGE-L against the parameters."""
    found = [
        Point(row["model"], row["parameters"] / 1e6, 100 * row["retention"])
        for row in _written(result)
        if row["retention"] is not None
    ]
    title = "Share of the teacher’s quality against size"
    axes = ("million parameters", written), ("ROUGE-L", lambda value: f"{written(value)}%")
    return scatter(title, found, *axes, logarithmic=True)


def _written(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        row for row in result["results"] if not row["baseline"] and row["rougeL"] and row.get("parameters")
    ]


def _seconds(value: float) -> str:
    return f"{written(1000 * value)} ms" if value < 1 else f"{written(value)} s"
