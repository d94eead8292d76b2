"""The least time a model of a given shape can take on a machine: a roofline.

Williams, Waterman and Patterson (2009), Roofline: work takes at least as long as reading its bytes, and at
least as long as its multiply-adds. Counted is only what no implementation of these weights can leave
out, so a floor is rather a little too low than too high: embeddings looked up, normalisation, softmax,
quantizing, choosing tokens and all of Python count nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from distill.benchmark.cases import Case, Sample
from distill.benchmark.machine import Machine, measure_machine
from distill.families import anatomy
from models.engines import Engine
from models.folders.inspection import ModelInfo

_WEIGHT_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int16": 2, "int8": 1, "int8_float16": 1}
_RATES = {"float32": "float32", "float16": "half", "bfloat16": "half"}  # else int8: an upper bound of int16


@dataclass(frozen=True)
class WeightCounts:
    """A model in numbers of weights.

    Args:
        encoder: Weights of the encoder's layers.
        memory: Weights that turn the encoder's output into the keys and values of cross-attention, once.
        decoder: Weights of the decoder's layers that each step reads.
        head: Weights of the output layer: width times vocabulary.
        encoder_attention: Width of all attention heads together, times encoder layers.
        decoder_attention: The same, times decoder layers.
    """

    encoder: int
    memory: int
    decoder: int
    head: int
    encoder_attention: int
    decoder_attention: int


@dataclass(frozen=True)
class Floor:
    """The least seconds of encoding and of decoding, and what bounds the decoding: `memory` or `compute`."""

    encode: float
    decode: float
    bound: str


@cache
def count_weights(info: ModelInfo) -> WeightCounts:
    """The weights of an encoder-decoder. Biases and norms are left out: they are small."""
    encoder, decoder = anatomy(info.config).stacks
    attention = decoder.attention_weights
    return WeightCounts(
        encoder=encoder.depth * (encoder.attention_weights + encoder.feed_forward_weights),
        memory=decoder.depth * attention // 2,
        decoder=decoder.depth * (attention + attention // 2 + decoder.feed_forward_weights),
        head=decoder.width * info.vocab_size,
        encoder_attention=encoder.depth * encoder.attention_width,
        decoder_attention=decoder.depth * decoder.attention_width,
    )


@cache
def floor(
    counts: WeightCounts, dtype: str, inputs: tuple[int, ...], steps: int, beams: int, machine: Machine
) -> Floor:
    """The least time it takes to summarise inputs of this many tokens at once, in this many steps.

    All hypotheses of a step share one reading of the weights. The attention's keys and values count once for
    each text, though beams keep their own. Attention is reckoned in float32 where only the weights are whole
    numbers.
    """
    size, rate = _WEIGHT_BYTES[dtype], machine.rates[_RATES.get(dtype, "int8")]
    narrow = dtype in ("float16", "bfloat16", "int8_float16")
    kept, attention_rate = (2, machine.rates["half"]) if narrow else (4, machine.rates["float32"])

    weights = counts.encoder + counts.memory
    multiplying = sum(inputs) * weights / rate
    multiplying += 2 * counts.encoder_attention * sum(tokens**2 for tokens in inputs) / attention_rate
    encode = max(multiplying, _reading(weights * size, machine))

    weights = counts.decoder + counts.head
    decode, in_memory = 0.0, 0
    for step in range(1, steps + 1):
        hypotheses = 1 if step == 1 else beams
        attended = 2 * counts.decoder_attention * sum(tokens + step for tokens in inputs)
        reading = _reading(weights * size + attended * kept, machine)
        multiplying = hypotheses * (len(inputs) * weights / rate + attended / attention_rate)
        decode += max(reading, multiplying)
        in_memory += reading >= multiplying
    return Floor(encode, decode, "memory" if 2 * in_memory >= steps else "compute")


def machine_of(engine: Engine) -> Machine:
    """What the device of an engine can do with as many threads as the engine uses."""
    if engine.device.startswith("cuda"):
        return measure_machine("cuda", 1)
    return measure_machine("cpu", engine.threads)


def share(
    samples: Sequence[Sample], info: ModelInfo, dtype: str, case: Case, machine: Machine
) -> dict[str, Any]:
    """Medians of the floor in seconds, and of the share of it reached: floor ÷ measured, call by call.

    `decode_bound` says what bounds the decoding: `memory` or `compute`.
    """
    counts = count_weights(info)
    pairs = [
        (floor(counts, dtype, sample.tokens_in, sample.steps, case.beams, machine), sample)
        for sample in samples
    ]
    return {
        "floor_seconds": median(least.encode + least.decode for least, _ in pairs),
        "encode_floor_seconds": median(least.encode for least, _ in pairs),
        "decode_floor_seconds": median(least.decode for least, _ in pairs),
        "share": median((least.encode + least.decode) / sample.engine_seconds for least, sample in pairs),
        "encode_share": _median((least.encode, sample.encode_seconds) for least, sample in pairs),
        "decode_share": _median((least.decode, sample.decode_seconds) for least, sample in pairs),
        "decode_bound": pairs[0][0].bound,
    }


def _reading(size: float, machine: Machine) -> float:
    return size / machine.bandwidth_at(size)


def _median(pairs: Iterable[tuple[float, float | None]]) -> float | None:
    shares = [least / measured for least, measured in pairs if measured]
    return median(shares) if shares else None
