"""Directions of a T5's residual stream: what a circuit keeps where, so that nothing drowns anything else."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_SAID = 20  # directions of what has been said, or comes
FIGURES = ("each", "stop", "start", "end", "prompt", "short", "early", "again", "theme", "begins", "second")
_PART = 4  # of a head, and of the width, for all windows together


@dataclass(frozen=True)
class Directions:
    """Rows at right angles to each other: `windows`, then one a figure, and `said`. `words` has the rest.

    Args:
        words: Where the embeddings live, (rest, d_model).
        twins: A part of it by which a token knows its like again.
        windows: Of each window of places, (size, d_model).
        each: Every token has it but the end token.
        stop: The full stop has it, and the start of a summary.
        start: The start of a summary has it in place of a word.
        end: The end token has it in place of a word.
        prompt: The prompt's last token has it.
        short: Tokens that tell little have it.
        early: How near a token stands to the beginning.
        again: Whether a token comes again.
        theme: Whether the next ones do.
        begins: Whether a sentence begins with a token.
        second: Whether one began just before.
        said: What the next tokens are, or those written so far, (`_SAID`, d_model).
    """

    words: Tensor
    twins: Tensor
    windows: tuple[Tensor, ...]
    each: Tensor
    stop: Tensor
    start: Tensor
    end: Tensor
    prompt: Tensor
    short: Tensor
    early: Tensor
    again: Tensor
    theme: Tensor
    begins: Tensor
    second: Tensor
    said: Tensor

    @classmethod
    def of(cls, config: Any, windows: int, generator: torch.Generator) -> "Directions":
        """Those of a model; with no room for figures, which are nothing then."""
        width, count = config.d_model, len(FIGURES)
        basis = orthonormal_rows(width, width, generator)
        taken = count + _SAID if has_room(config) else 0
        figures, rest = basis[:taken], basis[taken:]
        if not taken:
            figures = torch.zeros(count, width)
        size = max(1, min(config.d_kv // _PART, width // (_PART * windows)))
        *places, words = rest.split([*[size] * windows, len(rest) - size * windows])
        twins = orthonormal_rows(min(config.d_kv - 1, len(words) * 2 // 3), len(words), generator) @ words
        named = dict(zip(FIGURES, figures, strict=False))
        return cls(words=words, twins=twins, windows=tuple(places), said=figures[count:], **named)


def has_room(config: Any) -> bool:
    """Whether a model has heads and directions enough for more than copying."""
    return config.num_heads >= 8 and config.d_kv >= 32 and config.d_model >= 128


def orthonormal_rows(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """A random `(rows, columns)` matrix whose rows are orthonormal; needs rows <= columns."""
    return torch.linalg.qr(torch.randn(columns, rows, generator=generator)).Q.T
