"""Start a fresh T5 able to copy from its input.

A small T5 with random weights needs hours before it learns to copy, and a summarizer that cannot copy
invents names. This writes an induction circuit into the random weights. In the first encoder layer a head
for each window lets every position also carry the tokens that many places before it; in the first decoder
layer the same heads do so for the tokens written; and the last cross-attention looks up the place that comes
after what was just written, and proposes what stands there. The longer windows are for names: one of six
pieces is often there twice, and the copy would go on after the other one. Each window has directions of its
own in the residual stream, at right angles to the others', so that they do not drown each other. What all
other parts write is turned down, so that the circuit is heard through any depth, and what it proposes is
turned up, so that it outdoes the token just written.

T5 has one position bias for all layers, and it hardly moves in a short training: the heads of the windows
look back a few tokens in every layer. So further heads are needed to see the rest of a text. They look ahead,
back, around, and everywhere, from the first step on. It is an initialisation only; all of it trains.

In the spirit of mimetic initialisation (Trockman & Kolter, 2023, arXiv:2305.09828) and of induction heads
(Olsson et al., 2022, arXiv:2209.11895).
"""

from collections.abc import Iterable
from math import inf
from typing import Any

import torch
from torch import Tensor

_WINDOWS = (range(1, 2), range(2, 4), range(4, 8), range(8, 12))  # places before the one that is looked up
_GAINS = (2.0, 2.0, 2.0, 3.0)  # of what is carried from them; a mean of many is weaker
_LOOKBACK_BIAS = 12.0  # softmax weight close to 1
_NOWHERE = 0.01
_SHARED_BUCKET = 8  # T5's relative position bucket of "n places back" is n; in an encoder 8 to 11 share one
_REACHES = ((_NOWHERE, 12.0), (12.0, _NOWHERE), (50.0, 50.0), (inf, inf))
"""Of the encoder's further heads: in how many tokens, back and ahead, their weight falls by e."""
_FAR = 128  # T5's last bucket begins before
_UNSEEN = -8.0  # softmax weight close to 0
_SHARPNESS = 0.45
_COPY_GAIN = 20.0
_OTHERS_GAIN = 0.1


@torch.no_grad()
def add_copy_circuit(model: Any, seed: int = 42) -> None:
    """Write the copy circuit into a T5 with tied embeddings, in place; with fewer than 4 heads fewer windows.

    Args:
        model: A `T5ForConditionalGeneration` with at least 2 heads, and `d_kv` at most `d_model`.
        seed: Seed of the random directions.
    """
    config, generator = model.config, torch.Generator().manual_seed(seed)
    _turn_down(model)
    windows = _WINDOWS[: config.num_heads]
    size = min(config.d_kv, config.d_model // len(windows))  # directions of a window
    # A decoder's position is that of the token written last, whose own embedding is the first window.
    asked, carried = (
        _orthonormal_rows(size * len(windows), config.d_model, generator).split(size) for _ in range(2)
    )
    reading, writing = (part.block[0].layer[0].SelfAttention for part in (model.encoder, model.decoder))
    for head, (window, gain) in enumerate(zip(windows, _GAINS, strict=False)):
        buckets = {min(place, _SHARED_BUCKET) for place in window}
        _look_back(reading, head, buckets, read=asked[0], write=gain * carried[head])
        if head:
            written = {place - 1 for place in window}
            _look_back(writing, head, written, read=asked[0], write=gain * asked[head])
    for head in range(len(windows), config.num_heads):
        _look_around(reading, head, *_REACHES[(head - len(windows)) % len(_REACHES)])
    lookup = model.decoder.block[-1].layer[1].EncDecAttention
    share = config.d_kv // len(windows)
    for head in range(config.num_heads):
        rows, part = _rows(lookup, head), torch.arange(head * share, (head + 1) * share) % size
        content = _orthonormal_rows(config.d_kv, config.d_model, generator)
        used = slice(rows.start, rows.start + share * len(windows))
        lookup.q.weight[rows] = lookup.k.weight[rows] = 0.0
        lookup.q.weight[used] = _SHARPNESS * torch.cat([directions[part] for directions in asked])
        lookup.k.weight[used] = torch.cat([directions[part] for directions in carried])
        lookup.v.weight[rows] = content
        lookup.o.weight[:, rows] = _COPY_GAIN * content.T


def _look_back(attention: Any, head: int, buckets: Iterable[int], read: Tensor, write: Tensor) -> None:
    """Let a head add the mean of the tokens in these buckets to the residual: `read` in, `write` out."""
    rows = _rows(attention, head)
    attention.relative_attention_bias.weight[:, head] = 0.0
    attention.relative_attention_bias.weight[list(buckets), head] = _LOOKBACK_BIAS
    attention.q.weight[rows] = attention.v.weight[rows] = 0.0
    used = slice(rows.start, rows.start + len(read))
    attention.v.weight[used] = read
    attention.o.weight[:, used] = write.T


def _look_around(attention: Any, head: int, back: float, ahead: float) -> None:
    """Let an encoder's head see near tokens more than far ones; see `_REACHES`."""
    places = torch.arange(_FAR, 0, -1)  # the nearest of a bucket last, as it counts
    bias = attention.relative_attention_bias.weight
    sizes = attention.relative_attention_num_buckets, attention.relative_attention_max_distance
    bias[:, head] = 0.0
    for sign, reach in ((-1, back), (1, ahead)):
        for place in places.tolist():
            bucket = attention._relative_position_bucket(torch.tensor(sign * place), True, *sizes)
            bias[bucket, head] = max(-place / reach, _UNSEEN)


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
