"""What a search has found: a row a candidate, and the table of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from distill.errors import DistillError
from distill.jobs.files import write_rows
from distill.search.folder import Search, alike
from distill.stats import points
from models.settings import Settings

Row = dict[str, Any]
PARTS = {
    "encoder_layers": "Encoder layers",
    "decoder_layers": "Decoder layers",
    "width": "Width",
    "heads": "Heads",
    "head_size": "Size of a head",
    "inner": "Feed-forward width",
    "kind": "Feed-forward kind",
    "tied": "Output layer",
}
"""What people call each part of a shape."""
_BESIDE = 5  # other searches at most
_COLUMNS = (
    "number", "slot", "failed", "reason", "free", "birth", "parameters", "seconds", "teacher_seconds",
    "share", "share_low", "share_high", "loss", "rougeL", "reward", "steps", "train_seconds", "began",
    "ended",
)  # fmt: skip


def collect(search: Search) -> list[Row]:
    """All candidates that ended, by number.

    Returns:
        Rows of `number`, `slot`, `shape`, `free`; `birth`, `parameters`, `seconds`, `teacher_seconds`,
        `share` (of the teacher's latency, with `share_low` and `share_high`), `loss`, `rougeL`, `reward`,
        `train_seconds`, as far as each came; `reason` where it failed; `began` and `ended`, in seconds since
        1970.
    """
    from optuna.trial import TrialState

    from distill.search.slots import ENDED

    rows = []
    for trial in search.queue().trials():
        if trial.state in ENDED:
            told = {name: value for name, value in trial.user_attrs.items() if name != "worker"}
            began, ended = trial.datetime_start, trial.datetime_complete
            failed = trial.state == TrialState.PRUNED
            rows.append(
                {
                    "number": trial.number,
                    "free": False,
                    **told,
                    "failed": failed,
                    "began": began.timestamp() if began else None,
                    "ended": ended.timestamp() if ended else None,
                }
            )
    return rows


def best(rows: Sequence[Row]) -> Row | None:
    """The candidate of the highest reward; None where none came through."""
    return max((row for row in rows if not row["failed"]), key=lambda row: row["reward"], default=None)


def ranked(rows: Sequence[Row]) -> list[Row]:
    """The best candidate first, those that failed last."""
    return sorted(rows, key=lambda row: (row["failed"], -(row.get("reward") or 0.0), row["number"]))


def beside(
    search: Search, settings: Settings, read: Callable[[Search], list[Row]] = collect
) -> dict[str, list[Row]]:
    """The newest searches whose rewards can be compared with this one's, without those that are broken.

    Where the held-out texts are split off the data, another seed splits off others, and then the loss that is
    worth nothing is another one too: such a search is left out.

    Args:
        search: It.
        settings: The studio's.
        read: As `collect`.

    Returns:
        The rows of each by its name: who chose, the seed and the id.
    """
    own, found = _reference(read(search)), {}
    for other in alike(search, settings):
        with suppress(DistillError):
            rows = read(other)
            if own is None or _reference(rows) in (None, own):
                found[f"{name(other)} ({other.search_id})"] = rows
        if len(found) == _BESIDE:
            break
    return found


def _reference(rows: Sequence[Row]) -> float | None:
    """The loss that is worth nothing to a search; None before its first candidate."""
    return next((round(row["reference"], 4) for row in rows if row.get("reference") is not None), None)


def name(search: Search) -> str:
    """Who chooses its candidates, and with which seed."""
    plan = search.plan()
    return f"{plan.sampler}, seed {plan.seed}"


def front(rows: Sequence[Row]) -> set[int]:
    """The numbers of the candidates that no other one beats in both loss and latency."""
    good = [row for row in rows if not row["failed"]]
    return {
        row["number"]
        for row in good
        if not any(
            other["loss"] <= row["loss"]
            and other["share"] <= row["share"]
            and (other["loss"], other["share"]) != (row["loss"], row["share"])
            for other in good
        )
    }


def table(rows: Sequence[Row]) -> str:
    """The candidates for people to read, the best first; a star marks the front."""
    if not rows:
        return "No candidate has ended yet."
    on_front = front(rows)
    good = sorted((row for row in rows if not row["failed"]), key=lambda row: -row["reward"])
    lines = [
        "| | candidate | shape | parameters | latency | × teacher | loss | ROUGE-L | reward |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in good:
        mark = "★" if row["number"] in on_front else ""
        free = " (free)" if row["free"] else ""
        lines.append(
            f"| {mark} | {row['number']}{free} | {words(row['shape'])}, {row['birth']}"
            f" | {row['parameters'] / 1e6:.2f} M | {latency(row)} | {share(row)} | {row['loss']:.4f}"
            f" | {_rouge(row)} | {row['reward']:.4f} |"
        )
    failed = [row for row in rows if row["failed"]]
    lines += [f"Candidate {row['number']} ({words(row['shape'])}): {row['reason']}." for row in failed]
    return "\n".join(lines)


def write_table(file: Path, rows: Sequence[Row]) -> None:
    """All candidates as CSV, a column for each part of the shape; losses, seconds and ROUGE-L from 0 to 1."""
    on_front = front(rows)
    parts = next((list(row["shape"]) for row in rows if "shape" in row), [])
    told = [
        {name: row.get(name) for name in _COLUMNS}
        | {"front": row["number"] in on_front}
        | {part: row.get("shape", {}).get(part) for part in parts}
        for row in rows
    ]
    write_rows(file, told)


def words(shape: Mapping[str, Any]) -> str:
    """A shape in a line."""
    layers = f"{shape['encoder_layers']}+{shape['decoder_layers']} layers"
    heads = f"{shape['heads']} × {shape['head_size']} heads"
    tied = "tied" if shape["tied"] else "untied"
    return f"{layers}, {shape['width']} wide, {heads}, {shape['inner']} inside ({shape['kind']}), {tied}"


def latency(row: Mapping[str, Any]) -> str:
    """The median latency."""
    return f"{1000 * row['seconds']:.1f} ms"


def share(row: Mapping[str, Any]) -> str:
    """The latency as a share of the teacher's, with its interval."""
    return f"{row['share']:.2f} ({row['share_low']:.2f}–{row['share_high']:.2f})"


def _rouge(row: Mapping[str, Any]) -> str:
    return "–" if row.get("rougeL") is None else points(row["rougeL"])
