"""Start a fresh T5 able to copy from its input, and to tell what is worth copying.

A small T5 with random weights needs hours before it learns to copy, and a summarizer that cannot copy
invents names; and long after that it knows no better what to say than the text's beginning. This writes both
into the random weights. It is an initialisation only; all of it trains.

**Copying** is an induction circuit. In the first encoder layer a head for each window lets every position
also carry the tokens that many places before it; in the first decoder layer the same heads do so for the
tokens written; and the last cross-attention looks up the place that comes after what was just written, and
proposes what stands there. The longer windows are for names: one of six pieces is often there twice, and the
copy would go on after the other one.

**Choosing** needs more heads (`has_room`) and to know some tokens (`Words`). Encoder heads find out how near
a token is to the beginning, whether it comes again in the text, how many of the next ones do, what these are,
and whether a sentence begins with it. After a full stop the windows are empty, so that a copy need not go on
with the next sentence: the lookup then prefers sentences of many words that come again (Luhn, 1958, The
automatic creation of literature abstracts), early ones, and such as have not been said.

What all other parts write is turned down, so that the circuit is heard through any depth. T5 has one position
bias for all layers, and it hardly moves in a short training; so it says where each head can look.

In the spirit of mimetic initialisation (Trockman & Kolter, 2023, arXiv:2305.09828) and of induction heads
(Olsson et al., 2022, arXiv:2209.11895). The gains were chosen by how well untrained models summarize.
"""

from collections.abc import Iterable
from math import inf, log, sqrt
from typing import Any

import torch
from torch import Tensor

from distill.families.t5.directions import Directions, has_room, orthonormal_rows
from distill.families.t5.words import Words

_WINDOWS = (range(1, 2), range(2, 4), range(4, 8), range(8, 12))  # places before the one that is looked up
_GAINS = (2.0, 2.0, 2.0, 3.0)  # of what is carried from them; a mean of many is weaker
_AHEAD, _EARLY, _AGAIN = (len(_WINDOWS) + number for number in (0, 2, 3))  # of the encoder's further heads
_SAID = len(_WINDOWS)  # of the decoder's
_NOWHERE = 0.01
_REACHES = ((_NOWHERE, 12.0), (12.0, _NOWHERE), (50.0, 50.0), (inf, inf))
"""Of the encoder's further heads: in how many tokens, back and ahead, their weight falls by e."""
_SHARED_BUCKET = 8  # T5's relative position bucket of "n places back" is n; in an encoder 8 to 11 share one
_FAR = 128  # T5's last bucket begins before
_LOOKBACK_BIAS = 12.0  # softmax weight close to 1
_UNSEEN = -8.0  # softmax weight close to 0
_OTHERS_GAIN = 0.1

# Lengths in the residual stream, in parts of an embedding's.
_FLAG = 0.375
_READ = 0.55  # of a token, in each window's directions
_FIGURE = 0.5
# Gains and logits; those of a dot product are for a width of 256.
_STOPPED = 30.0  # of a window's head that looks at the start
_HALF = 200.0  # tokens from the beginning, where `early` has fallen by half
_TWIN = 16.0  # of a token and its like
_ALONE = 17.0  # of a token and the end token; a little more than `_TWIN`, so that several likes show
_MUTED = 15.0  # of one that tells little, beyond that
_THEME = 8.0
_NEXT = 3.0
_SHARPNESS = 0.6
_BEGINS, _THEMES, _EARLIER = 2.5, 0.9, 1.0
_SECOND = 1.0
_AGAINST_SAID = 1.5
_COPY_GAIN = 3.0
_WIDTH = 256


@torch.no_grad()
def add_circuit(model: Any, words: Words | None = None, seed: int = 42) -> None:
    """Write the circuit into a T5 with tied embeddings, in place; with fewer than 4 heads fewer windows.

    Args:
        model: A `T5ForConditionalGeneration`.
        words: What it has to know in order to choose; without, and without room for it, it copies only.
        seed: Seed of the random directions.
    """
    for name, weight in model.named_parameters():
        if name.endswith((".o.weight", ".wo.weight")):
            weight *= _OTHERS_GAIN
    circuit = _Circuit(model, torch.Generator().manual_seed(seed))
    chooses = words is not None and has_room(model.config)
    circuit.embed(words if chooses else None)
    circuit.carry(chooses)
    if chooses:
        circuit.find_early()
        circuit.find_again()
        circuit.sum_up()
    circuit.look_up(chooses)


class _Circuit:
    """The parts, in the order they are to be written in."""

    def __init__(self, model: Any, generator: torch.Generator) -> None:
        self._model, self._config, self._generator = model, model.config, generator
        self._windows = _WINDOWS[: self._config.num_heads]
        self._ways = Directions.of(self._config, len(self._windows), generator)
        self._encoder = [block.layer[0].SelfAttention for block in model.encoder.block]
        self._decoder = model.decoder.block[0].layer[0].SelfAttention

    def embed(self, words: Words | None) -> None:
        """Make room beside the embeddings, and flag the tokens that the circuit has to know."""
        weight, ways, config = self._model.shared.weight, self._ways, self._config
        length = sqrt(config.d_model)
        twins = weight @ ways.twins.T
        others = weight @ ways.words.T @ ways.words - twins @ ways.twins
        share = len(ways.twins) / len(ways.words)
        weight.copy_(length * (sqrt(share) * _unit(twins) @ ways.twins + sqrt(1 - share) * _unit(others)))
        if words is None:
            return
        flag, pad, end = _FLAG * length, config.pad_token_id, config.eos_token_id
        weight[pad], weight[end] = length * ways.start, length * ways.end
        telling = list(words.telling)
        short = torch.ones(len(weight), dtype=torch.bool)
        short[telling] = False
        weight += flag * ways.each
        weight[short] += flag / 3 * ways.short
        weight[[words.stop, pad]] += flag * ways.stop
        weight[words.prompt] += flag * ways.prompt
        weight[end] -= flag * (ways.each + 2 * ways.begins)  # no sentence begins with it
        seen = weight / weight.pow(2).mean(1, keepdim=True).sqrt()  # as the first layers see it
        # Each reads 1 from a token that has the flag.
        self._stop = ways.stop / (seen[words.stop] @ ways.stop)
        self._start = ways.start / (seen[pad] @ ways.start)
        self._begin = self._stop + ways.prompt / (seen[words.prompt] @ ways.prompt)
        self._each = ways.each / (seen[telling] @ ways.each).median()
        self._short = ways.short / (seen[short] @ ways.short).median()
        self._end = ways.end / (seen[end] @ ways.end)
        self._alike = sqrt(_TWIN / (seen[telling] @ ways.twins.T).pow(2).sum(1).median().item())

    def carry(self, chooses: bool) -> None:
        """Let each place carry the tokens before it; show the encoder's further heads the rest of a text."""
        ways, encoder, decoder = self._ways, self._encoder[0], self._decoder
        size = len(ways.windows[0])
        read = _READ * sqrt(len(ways.words) / size) * self._rows(size, ways.words)
        for head, (window, gain) in enumerate(zip(self._windows, _GAINS, strict=False)):
            write = gain * ways.windows[head]
            buckets = {min(place, _SHARED_BUCKET) for place in window}
            rows = _look_back(encoder, head, buckets, read, write)
            if chooses and head < 2:
                figure = (ways.begins, ways.second)[head]
                _set(encoder, rows.stop - 1, v=self._begin, o=self._figure(figure))
            rows = _look_back(decoder, head, {place - 1 for place in window}, read, write)
            if chooses:  # after a full stop it looks at nothing else
                _set(decoder, rows.stop - 1, q=_STOPPED * self._stop, k=self._start)
                if head == 1:
                    _set(decoder, rows.stop - 1, v=self._stop, o=self._figure(ways.second))
        for head in range(len(self._windows), self._config.num_heads):
            _look_around(encoder, head, *_REACHES[(head - len(self._windows)) % len(_REACHES)])

    def find_early(self) -> None:
        """Tell each place how near it is to the beginning: the end token's share among those before it."""
        encoder, ways = self._encoder[0], self._ways
        row = _clear(encoder, _EARLY).start
        _look_around(encoder, _EARLY, inf, _NOWHERE)
        _set(encoder, row, q=(log(_HALF) - _UNSEEN) * self._each, k=self._end)
        _set(encoder, row, v=self._each, o=-2 * self._figure(ways.early))

    def find_again(self) -> None:
        """Tell each place whether its token comes again: it looks for its like, and else at the end token."""
        encoder, ways = self._encoder[0], self._ways
        rows, like = _clear(encoder, _AGAIN), self._alike * ways.twins
        _look_around(encoder, _AGAIN, inf, inf)
        encoder.relative_attention_bias.weight[0, _AGAIN] = -2 * _TWIN  # not at itself
        encoder.q.weight[rows][: len(like)] = encoder.k.weight[rows][: len(like)] = like
        _set(encoder, rows.stop - 1, q=_ALONE * self._each + _MUTED * self._short, k=self._end)
        _set(encoder, rows.start, v=self._each, o=2 * self._figure(ways.again))

    def sum_up(self) -> None:
        """Tell each place what the next tokens are, and how many come again; and what has been written."""
        ways, decoder, said = self._ways, self._decoder, len(self._ways.said)
        words = self._rows(said, ways.twins)
        for attention, head in ((self._encoder[0], _AHEAD), (decoder, _SAID)):
            rows = _clear(attention, head)
            attention.v.weight[rows][:said] = words
            attention.o.weight[:, rows][:, :said] = _NEXT * ways.said.T
        decoder.relative_attention_bias.weight[:, _SAID] = 0.0
        for attention in self._encoder[1:2]:
            _set(attention, _clear(attention, _AHEAD).start, v=ways.again, o=_THEME * ways.theme)

    def look_up(self, chooses: bool) -> None:
        """Look for the place after what was just written, or the next sentence to say, and propose it."""
        ways, config = self._ways, self._config
        lookup = self._model.decoder.block[-1].layer[1].EncDecAttention
        size, taken = len(ways.windows[0]), len(ways.said) + 2 if chooses else 0
        share = min((config.d_kv - taken) // len(self._windows), size)
        for head in range(config.num_heads):
            rows = _clear(lookup, head)
            part = torch.arange(head * share, (head + 1) * share) % size
            places = torch.cat([window[part] for window in ways.windows])
            lookup.q.weight[rows][: len(places)] = self._dot(_SHARPNESS) * places
            lookup.k.weight[rows][: len(places)] = places
            if chooses:
                self._choose(lookup, slice(rows.start + len(places), rows.stop))
            content = self._rows(min(config.d_kv, len(ways.words)), ways.words)
            lookup.v.weight[rows][: len(content)] = content
            lookup.o.weight[:, rows][:, : len(content)] = _COPY_GAIN * content.T

    def _choose(self, lookup: Any, rows: slice) -> None:
        """After a full stop, have these rows prefer sentences worth saying and not yet said."""
        ways = self._ways
        told = slice(rows.start, rows.start + len(ways.said))
        lookup.q.weight[told] = -self._dot(_AGAINST_SAID) * ways.said
        lookup.k.weight[told] = ways.said
        # The decoder finds at a full stop itself, too, that a sentence began just before.
        second = ways.second - _FIGURE / _FLAG * ways.stop
        _set(lookup, rows.stop - 2, q=self._dot(_SECOND) * second, k=ways.second)
        worth = _BEGINS * ways.begins + _THEMES * ways.theme + _EARLIER * ways.early
        _set(lookup, rows.stop - 1, q=self._stop, k=sqrt(self._dot(1.0)) * worth)

    def _dot(self, gain: float) -> float:
        """A gain of a dot product, which grows with the width."""
        return gain * (_WIDTH / self._config.d_model)

    def _rows(self, number: int, space: Tensor) -> Tensor:
        """So many random directions of a space, at right angles."""
        return orthonormal_rows(number, len(space), self._generator) @ space

    def _figure(self, direction: Tensor) -> Tensor:
        return _FIGURE * sqrt(self._config.d_model) * direction


def _look_back(attention: Any, head: int, buckets: Iterable[int], read: Tensor, write: Tensor) -> slice:
    """Let a head add the mean of the tokens in these buckets to the residual: `read` in, `write` out."""
    rows = _clear(attention, head)
    attention.relative_attention_bias.weight[:, head] = 0.0
    attention.relative_attention_bias.weight[list(buckets), head] = _LOOKBACK_BIAS
    attention.v.weight[rows][: len(read)] = read
    attention.o.weight[:, rows][:, : len(write)] = write.T
    return rows


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


def _clear(attention: Any, head: int) -> slice:
    """Empty a head; its rows."""
    size = attention.key_value_proj_dim
    rows = slice(head * size, (head + 1) * size)
    for part in (attention.q, attention.k, attention.v):
        part.weight[rows] = 0.0
    attention.o.weight[:, rows] = 0.0
    return rows


def _set(attention: Any, row: int, **parts: Tensor) -> None:
    """Set one row of some of an attention's four matrices, or one column of its `o`."""
    for name, values in parts.items():
        weight = getattr(attention, name).weight
        weight[(slice(None), row) if name == "o" else row] = values


def _unit(rows: Tensor) -> Tensor:
    return rows / rows.norm(dim=-1, keepdim=True).clamp(min=1e-6)
