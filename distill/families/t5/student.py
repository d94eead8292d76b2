"""How a student is made: from layers of its teacher, or anew from a shape."""

import copy
from typing import Any

import torch
from torch import nn
from transformers import (
    GenerationConfig,
    PreTrainedModel,
    T5Config,
    T5ForConditionalGeneration,
)

from distill.families.layer_map import evenly_spaced
from distill.families.t5.circuit import add_circuit
from distill.families.t5.shapes import FreshShape
from distill.families.t5.words import Words


def from_teacher_layers(teacher: Any, encoder_layers: int, decoder_layers: int) -> PreTrainedModel:
    """Copy the teacher and keep evenly spaced layers of its encoder and decoder.

    Everything else (embeddings, head, norms, position biases, tied or not) stays as the teacher has it, so a
    forward pass of a full-depth copy equals the teacher's. A single decoder layer is made of both ends: it
    looks back like the teacher's first one, which holds the position bias, and looks into the text like its
    last one, which decides what is written.
    """
    student = copy.deepcopy(teacher)
    _keep(student.encoder, evenly_spaced(len(teacher.encoder.block), encoder_layers))
    _keep(student.decoder, evenly_spaced(len(teacher.decoder.block), decoder_layers))
    student.config.num_layers = encoder_layers
    student.config.num_decoder_layers = decoder_layers
    if decoder_layers == 1:
        only, last = student.decoder.block[0], teacher.decoder.block[-1]
        for part, theirs in list(zip(only.layer, last.layer, strict=True))[1:]:
            part.load_state_dict(theirs.state_dict())
    return student


def _keep(stack: Any, layers: tuple[int, ...]) -> None:
    stack.block = nn.ModuleList(stack.block[layer] for layer in layers)
    stack.config.num_layers = len(layers)
    for index, block in enumerate(stack.block):
        attentions: list[Any] = [part for part in block.modules() if hasattr(part, "layer_idx")]
        for attention in attentions:
            attention.layer_idx = index  # the generation cache is addressed by it


def fresh(
    shape: FreshShape,
    vocabulary: int,
    *,
    words: Words | None = None,
    pad: int = 0,
    eos: int = 1,
    seed: int = 42,
) -> T5ForConditionalGeneration:
    """A new T5 with random weights and a circuit in them, see `distill.families.t5.circuit`.

    Args:
        shape: Its shape.
        vocabulary: Entries of its tokenizer.
        words: What the circuit has to know of these; without, it copies only.
        pad: Id of the token that pads, and starts a summary.
        eos: Id of the token that ends a text.
        seed: Seed of the weights.
    """
    torch.manual_seed(seed)
    config: Any = T5Config(
        vocab_size=-(-vocabulary // 64) * 64,  # a multiple of 64 keeps the matrix kernels fast
        d_model=shape.width,
        d_kv=shape.head_size,
        d_ff=shape.inner,
        num_layers=shape.encoder_layers,
        num_decoder_layers=shape.decoder_layers,
        num_heads=shape.heads,
        dropout_rate=0.0,
        feed_forward_proj=shape.kind,
        pad_token_id=pad,
        eos_token_id=eos,
    )
    config.decoder_start_token_id = pad  # a fresh T5Config has none
    config.n_positions = shape.input_tokens
    model: Any = T5ForConditionalGeneration(config)
    add_circuit(model, words, seed)
    if not shape.tied:
        _untie(model)
    model.generation_config = GenerationConfig(pad_token_id=pad, eos_token_id=eos, decoder_start_token_id=pad)
    return model


def _untie(model: Any) -> None:
    """Give a model an output layer of its own, which at first gives what the embedding would have given."""
    weight = model.shared.weight.detach() * model.config.d_model**-0.5
    model.lm_head.weight = nn.Parameter(weight.clone())
    model.config.tie_word_embeddings = model.config.scale_decoder_outputs = False
