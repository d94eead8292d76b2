"""Start a fresh T5 able to copy from its input.

A small T5 with random weights needs hours before it learns to copy, and a summarizer that cannot copy
invents names. This writes an induction circuit into the random weights. In the first encoder layer one head
lets every position also carry the token before it, another one the tokens two to five places before; in the
first decoder layer one head does the latter for the tokens written; and the last cross-attention looks up
the place that comes after what was just written, and proposes what stands there. The longer look back is for
names: what follows their second half is as often what follows it elsewhere, and the copy would go on there.
What all other parts write is turned down, so that the circuit is heard through any depth, and what it
proposes is turned up, so that it outdoes the token just written. It is an initialisation only; all of it
trains.

In the spirit of mimetic initialisation (Trockman & Kolter, 2023, arXiv:2305.09828) and of induction heads
(Olsson et al., 2022, arXiv:2209.11895).
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

_LOOKBACK_BIAS = 12.0  # softmax weight close to 1; T5's relative position bucket of "n places back" is n
_RECENT = (2, 3, 4, 5)  # places before the one that is looked up
_RECENT_GAIN = 4.0  # their mean is weaker than one token
_SHARPNESS = 0.3
_COPY_GAIN = 12.0
_OTHERS_GAIN = 0.1


@torch.no_grad()
def add_copy_circuit(model: Any, heads: int, seed: int = 42) -> None:
    """Write the copy circuit into a T5 with tied embeddings, in place.

    Args:
        model: A `T5ForConditionalGeneration` with at least 2 heads, and `d_kv` at most `d_model`.
        heads: How many heads of the last cross-attention copy; half of them is a good choice.
        seed: Of the random directions.
    """
    config, generator = model.config, torch.Generator().manual_seed(seed)
    _turn_down(model)
    last, recent, carried_last, carried_recent, written = (
        _orthonormal_rows(config.d_kv, config.d_model, generator) for _ in range(5)
    )
    reading, writing = (part.block[0].layer[0].SelfAttention for part in (model.encoder, model.decoder))
    _look_back(reading, head=0, places=[1], read=last, write=carried_last)
    _look_back(reading, head=1, places=_RECENT, read=recent, write=_RECENT_GAIN * carried_recent)
    written_places = [place - 1 for place in _RECENT]  # of the token written last, not of the next one
    _look_back(writing, head=0, places=written_places, read=recent, write=_RECENT_GAIN * written)
    lookup = model.decoder.block[-1].layer[1].EncDecAttention
    half = config.d_kv // 2
    for head in range(heads):
        rows, part = _rows(lookup, head), slice(head % 2 * half, head % 2 * half + half)
        content = _orthonormal_rows(config.d_kv, config.d_model, generator)
        lookup.q.weight[rows] = _SHARPNESS * torch.cat([last[part], written[part]])
        lookup.k.weight[rows] = torch.cat([carried_last[part], carried_recent[part]])
        lookup.v.weight[rows] = content
        lookup.o.weight[:, rows] = _COPY_GAIN * content.T


def _look_back(attention: Any, head: int, places: Sequence[int], read: Tensor, write: Tensor) -> None:
    """Let a head add the mean of the tokens so many places back to the residual: `read` in, `write` out."""
    rows = _rows(attention, head)
    attention.relative_attention_bias.weight[:, head] = 0.0
    attention.relative_attention_bias.weight[list(places), head] = _LOOKBACK_BIAS
    attention.q.weight[rows] = 0.0
    attention.v.weight[rows] = read
    attention.o.weight[:, rows] = write.T


def _rows(attention: Any, head: int) -> slice:
    size = attention.key_value_proj_dim
    return slice(head * size, (head + 1) * size)


def _turn_down(model: Any) -> None:
    """Scale whatever attention and feed-forward layers add to the residual stream."""
    for name, weight in model.named_parameters():
        if name.endswith((".o.weight", ".wo.weight")):
            weight *= _OTHERS_GAIN


def _orthonormal_rows(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """A random `(rows, columns)` matrix whose rows are orthonormal; needs rows <= columns."""
    return torch.linalg.qr(torch.randn(columns, rows, generator=generator)).Q.T
