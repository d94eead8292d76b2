"""The shapes a T5 student may have: which there are for a teacher, how many weights they have, how one is
made. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distill.errors import BadConfig, IncompatibleModels
from distill.families import anatomy
from models.decoding import INPUT_LEAST
from models.folders.inspection import ModelInfo

if TYPE_CHECKING:
    from distill.families.t5.words import Words

KINDS = ("relu", "gelu", "gated-gelu", "gated-silu")
PARTS = ("encoder_layers", "decoder_layers", "width", "heads", "head_size", "inner", "kind", "tied")
"""What a shape consists of, under the names of `FreshShape`."""
DEPTHS = PARTS[:2]
_MODEL_TYPE = "t5"
_QUARTERS = (1, 2, 3, 4)
_UNIT = 8  # odd widths are slow on every processor
_BUCKETS = 32  # of the relative positions
_MOST = 131_072  # of any part; the widest of the T5s is half of it


@dataclass(frozen=True)
class FreshShape:
    """The shape of a fresh T5: `width` is d_model, `inner` d_ff, `head_size` d_kv.

    `input_tokens` is how much it reads, `kind` the activation of its feed-forward layers; `tied`: its output
    layer is its embedding. No dropout.

    Few decoder layers make generation fast: the encoder runs once a text, the decoder once a token.
    """

    width: int = 256
    inner: int = 1024
    encoder_layers: int = 4
    decoder_layers: int = 3
    heads: int = 8
    input_tokens: int = 512
    head_size: int = 64
    kind: str = "relu"
    tied: bool = True

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name not in ("kind", "tied") and not 1 <= value <= _MOST:
                raise BadConfig(f"The shape's {name} is {value}; use a whole number from 1 to {_MOST:,}.")
        if self.kind not in KINDS:
            raise BadConfig(f"The shape's kind is {self.kind!r}; use one of {', '.join(KINDS)}.")
        if self.width < self.head_size:  # the circuit needs that many directions of its own
            raise BadConfig(f"The shape's width is {self.width}; use {self.head_size} or more.")
        if self.input_tokens < INPUT_LEAST:
            raise BadConfig(f"The shape's input_tokens is {self.input_tokens}; use {INPUT_LEAST} or more.")
        if self.heads < 2:  # one looks one place back, one further
            raise BadConfig(f"The shape's heads is {self.heads}; use 2 or more.")


def shape_of(teacher: ModelInfo) -> dict[str, Any]:
    """A model's own shape.

    Raises:
        IncompatibleModels: It is no T5.
    """
    if teacher.model_type != _MODEL_TYPE:
        raise IncompatibleModels(
            f"{teacher.folder} is a {teacher.model_type} model, and the shapes known here are those of t5"
            " models: choose a T5 as the teacher."
        )
    config = teacher.config
    encoder, decoder = anatomy(config).stacks
    return {
        "encoder_layers": encoder.depth,
        "decoder_layers": decoder.depth,
        "width": encoder.width,
        "heads": encoder.heads,
        "head_size": encoder.attention_width // encoder.heads,
        "inner": encoder.inner,
        "kind": config.get("feed_forward_proj", "relu"),
        "tied": bool(config.get("scale_decoder_outputs", config.get("tie_word_embeddings", True))),
    }


def default_space(teacher: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The values of each part that may make a student of a teacher of this shape, in order.

    All depths up to its own, even numbers of heads, quarters of the widths, half heads and whole ones.
    """
    heads = {*range(2, teacher["heads"] + 1, 2), max(2, teacher["heads"])}
    sizes = {max(_UNIT, teacher["head_size"] // 2), teacher["head_size"]}
    return {
        **{part: tuple(range(1, teacher[part] + 1)) for part in DEPTHS},
        "width": _quarters(teacher["width"]),
        "heads": tuple(sorted(heads)),
        "head_size": tuple(sorted(sizes)),
        "inner": _quarters(teacher["inner"]),
        "kind": tuple(dict.fromkeys((teacher["kind"], "relu", "gated-gelu"))),
        "tied": (True, False),
    }


def allowed(part: str, value: Any) -> str:
    """What a part's value would have to be; None if it is fine."""
    if part == "kind":
        return "" if value in KINDS else f"one of {', '.join(KINDS)}"
    if part == "tied":
        return "" if isinstance(value, bool) else "true or false"
    least = 2 if part == "heads" else 1
    whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if whole and value >= least else f"a whole number from {least} up"


def parameters(shape: Mapping[str, Any], vocabulary: int) -> Any:
    """The parameters of a T5, tied ones once.

    Args:
        shape: A value of each part, or arrays of them that broadcast.
        vocabulary: Rows of the embedding.
    """
    width, heads = shape["width"], shape["heads"]
    attention = 4 * width * heads * shape["head_size"]
    matrices = 2 + _each(shape["kind"], lambda kind: kind.startswith("gated"))
    inner = matrices * width * shape["inner"]
    encoder = shape["encoder_layers"] * (attention + inner + 2 * width)
    decoder = shape["decoder_layers"] * (2 * attention + inner + 3 * width)
    embeddings = (2 - _each(shape["tied"], bool)) * vocabulary * width
    return embeddings + encoder + decoder + 2 * (_BUCKETS * heads + width)


def buildable(shape: Mapping[str, Any]) -> Any:
    """Whether a student of this shape can be made: see `FreshShape`. Arrays as in `parameters`."""
    return shape["head_size"] <= shape["width"]


def is_cut(shape: Mapping[str, Any], teacher: Mapping[str, Any]) -> bool:
    """Whether a student of this shape can be made of the teacher's layers: it differs in depth alone."""
    same = all(shape[part] == teacher[part] for part in PARTS if part not in DEPTHS)
    return same and all(shape[part] <= teacher[part] for part in DEPTHS)


def born(
    shape: Mapping[str, Any],
    teacher: Any,
    teacher_shape: Mapping[str, Any],
    seed: int,
    words: Words | None = None,
) -> Any:
    """A student of this shape: layers cut from the teacher where the widths agree, else a fresh one.

    Args:
        shape: The student's.
        teacher: The loaded teacher, which gives its layers or its vocabulary.
        teacher_shape: As `shape_of` has it.
        seed: Of a fresh student's weights.
        words: What a fresh student's circuit has to know of the teacher's vocabulary.
    """
    from distill.families.t5.student import fresh, from_teacher_layers

    if is_cut(shape, teacher_shape):
        return from_teacher_layers(teacher, shape["encoder_layers"], shape["decoder_layers"])
    config = teacher.config
    reads = {"input_tokens": config.n_positions} if getattr(config, "n_positions", None) else {}
    ids = {"pad": config.pad_token_id, "eos": config.eos_token_id}
    return fresh(FreshShape(**shape, **reads), config.vocab_size, words=words, seed=seed, **ids)


def _quarters(whole: int) -> tuple[int, ...]:
    found = {min(whole, -(-whole * part // 4 // _UNIT) * _UNIT) for part in _QUARTERS}
    return tuple(sorted(found))


def _each(value: Any, of: Any) -> Any:
    """`of` as 0 or 1, of one value or of an array of them."""
    import numpy as np

    return int(of(value)) if isinstance(value, str | bool) else np.vectorize(lambda one: int(of(one)))(value)
