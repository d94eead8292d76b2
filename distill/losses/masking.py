"""What all losses share: the one mean, and how masked places are left out."""

import torch
from torch import Tensor

# The logarithm of "never". Finite, so that 0 · NEVER and NEVER − NEVER are 0 and not NaN.
NEVER = -1e30
IGNORED = -100  # the label that PyTorch and transformers leave out of a loss


def masked_mean(values: Tensor, mask: Tensor, count: Tensor | float | None = None) -> Tensor:
    """Mean of `values` where `mask` is 1; exactly 0 (with a gradient of 0) where nothing counts.

    Args:
        values, mask: Of one shape, `(batch, length)`.
        count: Divide by this instead of the number of unmasked places: under gradient accumulation the
            number over all accumulated batches, so that every token weighs the same.
    """
    kept = values.masked_fill(mask == 0, 0.0).sum()
    total = mask.sum() if count is None else count
    return kept / torch.as_tensor(total, device=kept.device).clamp(min=1)  # no wait for a GPU


def zero_masked(values: Tensor, mask: Tensor) -> Tensor:
    """`values` in float32 or wider, 0 where `mask` (which broadcasts) is 0, whatever was there, even NaN."""
    return at_least_float32(values).masked_fill(mask == 0, 0.0)


def at_least_float32(values: Tensor) -> Tensor:
    """Half precisions widened: a softmax over a vocabulary loses too much in them."""
    return values.float() if values.dtype in (torch.float16, torch.bfloat16) else values
