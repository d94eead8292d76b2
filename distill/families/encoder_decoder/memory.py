"""What a training step needs, from the student's shape alone. Imports nothing heavy."""

from collections.abc import Sequence

from distill.config import RunConfig
from distill.families.anatomy import Anatomy

_DECODER_SHARE = 4 / 3
# Float32 values a model with dropout keeps for the backward pass, as measured in
# tests/distill/families/test_memory.py.
_WIDE_ENCODER = 13  # as wide as the model, a token and encoder layer
_WIDE_DECODER = 19  # as wide as the model, a token and decoder layer
_WIDE_CROSS = 3  # as wide as the model, an input token and decoder layer: what the decoder looks at
_INNER = 3  # as wide as the feed-forward layers, a token and layer
_SCORES = 3  # a pair of tokens, a head and a layer


def cut_parameters(anatomy: Anatomy, parameters: int, depths: Sequence[int]) -> int:
    """About how many parameters of a model remain with this many encoder and decoder layers.

    A decoder layer has a third more than an encoder layer in the usual widths, for its second attention.
    """
    encoder, decoder = anatomy.stacks
    embeddings = anatomy.vocabulary * encoder.width
    whole = encoder.depth + _DECODER_SHARE * decoder.depth
    kept = depths[0] + _DECODER_SHARE * depths[1]
    return embeddings + round((parameters - embeddings) * kept / whole)


def activation_bytes(anatomy: Anatomy, depths: Sequence[int], inputs: int, config: RunConfig) -> int:
    """Bytes that the layers keep for the backward pass; the logits are not among them.

    Args:
        anatomy: The student's, or that of the model it is cut from.
        depths: The student's encoder and decoder layers.
        inputs: Input tokens of an example.
        config: Says the batch size and the target tokens.
    """
    stack, _ = anatomy.stacks
    width, targets = stack.width, config.target_tokens
    inner, scores = _INNER * stack.inner, _SCORES * stack.heads
    encoder = inputs * (_WIDE_ENCODER * width + inner + scores * inputs)
    decoder = targets * (_WIDE_DECODER * width + inner + scores * (inputs + targets))
    decoder = (decoder + inputs * _WIDE_CROSS * width) * max(1, config.rollouts)
    if config.gradient_checkpointing:  # the inputs of all layers, and all of the one being worked on
        kept = width * (inputs * depths[0] + targets * depths[1]) + max(encoder, decoder)
    else:
        kept = encoder * depths[0] + decoder * depths[1]
    return config.batch_size * kept * 4
