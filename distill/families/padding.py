"""Rows of token ids as one tensor."""

from collections.abc import Sequence

import torch
from torch import Tensor

_MULTIPLE = 8  # lengths are padded to: odd sizes make slow matrix kernels, and each new size a new kernel


def rounded(length: int) -> int:
    """The length that this many tokens are padded to."""
    return -(-length // _MULTIPLE) * _MULTIPLE


def padded(rows: Sequence[Sequence[int]], filler: int, least: int = 1) -> Tensor:
    """Rows filled up to the longest of them, or to `least`, rounded up: `(rows, length)`."""
    length = rounded(max(least, *map(len, rows)))
    return torch.tensor([[*row, *[filler] * (length - len(row))] for row in rows])
