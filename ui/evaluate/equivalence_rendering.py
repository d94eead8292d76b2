"""What an evaluation says of meaning, as HTML."""

from collections.abc import Mapping
from html import escape
from typing import Any

from ui.evaluate.tables import model_cell, sub, table


def equivalence(found: Mapping[str, Any]) -> str:
    """How alike in meaning the summaries are to the first model's and to the references."""
    rows, about = found["results"], found.get("equivalence")
    if not about or about["why"]:  # why not, the sentences say
        return ""
    first = escape(rows[0]["model"])
    heads = ["Model"]
    heads += [f"Equivalent to {first}’s", f"Cosine with {first}’s"] if len(rows) > 1 else []
    heads += ["Equivalent to the reference", "Cosine with the reference"] if found["references"] else []
    lines = [
        [
            model_cell(row),
            *(_share_and_cosine(row, "") if len(rows) > 1 else []),
            *(_share_and_cosine(row, "_reference") if found["references"] else []),
        ]
        for row in rows
        if row["n"]
    ]
    if len(heads) == 1 or not lines:
        return ""
    told = [f"embedded by {about['model'].rpartition('/')[2]}", *_calibration(about["calibration"])]
    note = f'<div class="conditions">{" · ".join(map(escape, told))}</div>'
    return f"<h4>Semantic equivalence</h4>{table(heads, lines)}{note}"


def _calibration(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return []
    true, shuffled = (f"{found[pairs]['mean']:.2f}" for pairs in ("true", "shuffled"))
    return [
        f"equivalent: a cosine above {found['threshold']:.2f}",
        f"mean of the true pairs {true}, of the shuffled ones {shuffled}",
    ]


def _share_and_cosine(row: Mapping[str, Any], whom: str) -> list[str]:
    share, cosine = row[f"equivalent{whom}"], row[f"cosine{whom}"]
    return [_share(share) if share else "—", _cosine(cosine) if cosine else "—"]


def _share(found: Mapping[str, float]) -> str:
    limits = f"{100 * found['low']:.0f}–{found['high']:.0%}"
    return f"{found['f']:.0%}{sub(limits)}"


def _cosine(found: Mapping[str, float]) -> str:
    limits = f"{found['low']:.2f} to {found['high']:.2f}"
    return f"{found['f']:.2f}{sub(limits)}"
