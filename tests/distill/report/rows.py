"""Candidates of a search whose figures are written by hand."""

from typing import Any

from distill.search import results

NASTY = "<b>bold</b>"
SHAPE = {
    "encoder_layers": 2, "decoder_layers": 1, "width": 64, "heads": 2, "head_size": 32, "inner": 128,
    "kind": "relu", "tied": True,
}  # fmt: skip


def row(number: int, share: float, loss: float, reward: float, **more: Any) -> results.Row:
    """A candidate that took 30 seconds, with the teacher at 100 ms."""
    seconds = {"seconds": share / 10, "teacher_seconds": 0.1, "share": share, "share_low": share * 0.9}
    told = {"birth": "fresh", "parameters": 1000 * (number + 1), "share_high": share * 1.1, "rougeL": 0.25}
    when = {"began": 60.0 * number, "ended": 60.0 * number + 30}
    base = {"number": number, "shape": SHAPE, "free": False, "failed": False, "loss": loss, "reward": reward}
    return {**base, **seconds, **told, **when, "reference": 4.0, **more}


ROWS = [
    row(0, 0.9, 2.0, 0.2),
    row(1, 0.5, 1.5, 0.4),
    row(2, 0.3, 1.8, 0.3, free=True),
    {**row(3, 0.0, 0.0, 0.0), "failed": True, "reason": NASTY},
]
