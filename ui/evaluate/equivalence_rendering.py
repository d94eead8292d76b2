"""What an evaluation says of meaning, as HTML."""

from collections.abc import Mapping
from html import escape
from typing import Any

from ui.evaluate.tables import model_cell
from ui.shared.tables import sub, table


def equivalence(found: Mapping[str, Any]) -> str:
    """How alike in meaning the summaries are to the first model's and to the references."""
    rows, about = found["results"], found.get("equivalence")
    if not about or about["why"]:  # why not, the sentences say
        return ""
    calibrated = about["calibration"] is not None
    compared = [("", f"{escape(rows[0]['model'])}’s")] if len(rows) > 1 else []
    compared += [("_reference", "the reference")] if found["references"] else []
    heads = ["Model"]
    for _, whom in compared:
        heads += [f"Equivalent to {whom}"] if calibrated else []
        heads += [f"Cosine with {whom}"]
    lines = [
        [model_cell(row), *(cell for end, _ in compared for cell in _cells(row, end, calibrated))]
        for row in rows
        if row["n"]
    ]
    if len(heads) == 1 or not lines:
        return ""
    told = [
        f"embedded by {about['model']} (SHA-256 {about['sha256'][:12]}…)",
        *_calibration(about["calibration"]),
    ]
    note = f'<div class="conditions">{" · ".join(map(escape, told))}</div>'
    return f"<h4>Semantic equivalence</h4>{table(heads, lines, 'Semantic equivalence')}{note}"


def _calibration(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return []
    true, shuffled = (f"{found[pairs]['mean']:.2f}" for pairs in ("true", "shuffled"))
    return [
        f"equivalent: a cosine above {found['threshold']:.2f}",
        f"mean of the true pairs {true}, of the shuffled ones {shuffled}",
    ]


def _cells(row: Mapping[str, Any], end: str, calibrated: bool) -> list[str]:
    share, cosine = row[f"equivalent{end}"], row[f"cosine{end}"]
    shares = [_share(share) if share else "—"] if calibrated else []
    return [*shares, _cosine(cosine) if cosine else "—"]


def _share(found: Mapping[str, float]) -> str:
    limits = f"{100 * found['low']:.0f}–{found['high']:.0%}"
    return f"{found['f']:.0%}{sub(limits)}"


def _cosine(found: Mapping[str, float]) -> str:
    limits = f"{found['low']:.2f} to {found['high']:.2f}"
    return f"{found['f']:.2f}{sub(limits)}"
