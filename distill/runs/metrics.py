"""The rows of a run's metrics: one a training step, one a validation. Imports nothing heavy.

A training step's row has `step`, `loss`, each term by its name, `alpha`, `temperature`, `gradient/BLOCK` (the
norm of each block's gradient), `learning_rate`, `gradient_norm`, `seconds`, `tokens_per_second`,
`memory_bytes` and `eta_seconds`. A validation's row has `step` and, each with `validation_` before its name,
the loss and its terms on the held-out examples, the scores of what the student writes, and `examples`, how
many these were.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

Row = TypeVar("Row", bound=Mapping[str, Any])
_HELD_OUT, _GRADIENT = "validation_", "gradient/"
TIMED = frozenset({"seconds", "tokens_per_second", "memory_bytes", "eta_seconds"})
"""What differs between equal runs."""


def held_out(name: str) -> str:
    """The key of a figure on the held-out examples."""
    return _HELD_OUT + name


def of_gradient(block: str) -> str:
    """The key of the gradient norm of a block, such as `encoder.0`."""
    return _GRADIENT + block


def is_validation(row: Mapping[str, Any]) -> bool:
    """Whether it is a validation's row."""
    return held_out("loss") in row


def training_rows(rows: Iterable[Row]) -> list[Row]:
    """Those of training steps."""
    return [row for row in rows if "loss" in row]


def validation_rows(rows: Iterable[Row]) -> list[Row]:
    """Those of validations."""
    return [row for row in rows if is_validation(row)]


def blocks(row: Mapping[str, Any], stack: str) -> list[str]:
    """The blocks of a stack whose gradients a row tells, from its first to its last: `encoder.0`, …"""
    keys = [key.removeprefix(_GRADIENT) for key in row if key.startswith(f"{_GRADIENT}{stack}.")]
    return sorted(keys, key=lambda block: int(block.rpartition(".")[2]))
