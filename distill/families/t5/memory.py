"""What a training step needs, from the models' shapes alone; and giving it back. Imports nothing heavy."""

import ctypes
import gc
import sys
from contextlib import suppress

from distill.config import RunConfig
from models.folders.inspection import ModelInfo

_DECODER_SHARE = 4 / 3
_ADAM_STATES = 4  # weights, gradients and AdamW's two moments, all float32
# Float32 values a T5 with dropout keeps for the backward pass, as measured in tests/distill/test_memory.py.
_WIDE_ENCODER = 13  # d_model-wide, a token and encoder layer
_WIDE_DECODER = 19  # d_model-wide, a token and decoder layer
_WIDE_CROSS = 3  # d_model-wide, an input token and decoder layer: what the decoder looks at
_INNER = 3  # d_ff-wide, a token and layer
_SCORES = 3  # a pair of tokens, a head and a layer
_LOGIT_COPIES = 8  # of both models, softened, normalised, and their gradients


def step_bytes(
    teacher: ModelInfo, student: ModelInfo, layers: tuple[int, int], config: RunConfig
) -> dict[str, int]:
    """Bytes of one training step in float32: the teacher's, the student's with AdamW's, the activations'.

    Args:
        teacher: The teacher.
        student: The student, or the teacher where the student is cut from it.
        layers: The student's encoder and decoder layers.
        config: The batch and its lengths.
    """
    return {
        "teacher_bytes": teacher.parameters * 4,
        "student_bytes": cut_parameters(student, layers) * 4 * _ADAM_STATES,
        "activation_bytes": activation_bytes(student, layers, config)
        + config.batch_size * config.target_tokens * student.vocab_size * 4 * _LOGIT_COPIES,
    }


def cut_parameters(model: ModelInfo, layers: tuple[int, int]) -> int:
    """About how many parameters of a model remain with this many encoder and decoder layers.

    A decoder layer has a third more than an encoder layer in T5's usual widths, for its second attention.
    """
    embeddings = model.vocab_size * model.d_model
    whole = model.encoder_layers + _DECODER_SHARE * model.decoder_layers
    kept = layers[0] + _DECODER_SHARE * layers[1]
    return embeddings + round((model.parameters - embeddings) * kept / whole)


def activation_bytes(student: ModelInfo, layers: tuple[int, int], config: RunConfig) -> int:
    """Bytes the student's layers keep for the backward pass; the logits are not among them."""
    width, inputs, targets = (
        student.d_model,
        config.input_tokens or student.input_tokens,
        config.target_tokens,
    )
    inner, scores = _INNER * student.d_ff, _SCORES * student.heads
    encoder = inputs * (_WIDE_ENCODER * width + inner + scores * inputs)
    decoder = targets * (_WIDE_DECODER * width + inner + scores * (inputs + targets))
    decoder += inputs * _WIDE_CROSS * width
    if config.gradient_checkpointing:  # the inputs of all layers, and all of the one being worked on
        kept = width * (inputs * layers[0] + targets * layers[1]) + max(encoder, decoder)
    else:
        kept = encoder * layers[0] + decoder * layers[1]
    return config.batch_size * kept * 4


def free_memory() -> None:
    """Give the memory of what is no longer in use back to the system and the GPU, where others need it."""
    gc.collect()  # trained models hang in circles of references
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    with suppress(OSError, AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
