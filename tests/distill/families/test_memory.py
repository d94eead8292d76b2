"""The memory estimate against what a real step keeps."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration

from distill.config import RunConfig
from distill.families import anatomy
from distill.families.t5 import T5
from distill.pairing.memory import step_bytes
from models.decoding import Usual
from models.folders.inspection import ModelInfo


def _info(parameters: int = 1000, **shape: int) -> ModelInfo:
    config = {"vocab_size": 500, "d_model": 128, "d_ff": 512, "num_heads": 4, "num_layers": 4}
    config |= {"num_decoder_layers": 2, **shape}
    config["d_kv"] = config["d_model"] // config["num_heads"]
    told: dict[str, Any] = {"model_type": "t5", "stored": "float32", "eos": 1, "input_tokens": 512}
    sizes = {"vocab_size": 500, "parameters": parameters, "disk_bytes": 0}
    return ModelInfo(Path(), config={"model_type": "t5", **config}, usual=Usual(), **told, **sizes)


def _measured(info: ModelInfo, config: RunConfig) -> int:
    """Bytes saved for the backward pass, weights and logits aside, each memory block once."""
    shape = T5Config(**info.config)
    shape.decoder_start_token_id = 0
    model = T5ForConditionalGeneration(shape).train()
    ids = torch.ones(config.batch_size, config.input_tokens, dtype=torch.long)
    targets = torch.ones(config.batch_size, config.target_tokens, dtype=torch.long)
    aside = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    saved: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in aside:
            saved[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(input_ids=ids, attention_mask=ids, decoder_input_ids=targets, use_cache=False)
    return sum(tensor.untyped_storage().nbytes() for tensor in saved.values())


@pytest.mark.parametrize(
    ("shape", "lengths"),
    [
        ({}, {}),
        ({"num_layers": 2, "num_decoder_layers": 4}, {}),
        (
            {"num_layers": 1, "num_decoder_layers": 6, "d_ff": 128},
            {"input_tokens": 32, "target_tokens": 64},
        ),
        ({"d_model": 256, "num_heads": 8}, {}),
        ({"d_ff": 128}, {}),
        ({"d_ff": 1024}, {}),
        ({"num_heads": 8}, {}),
        ({}, {"input_tokens": 256}),
        ({}, {"target_tokens": 96}),
        ({}, {"batch_size": 1}),
    ],
    ids=str,
)
def test_the_estimate_is_within_a_fiftieth_of_what_is_kept(
    shape: dict[str, int], lengths: dict[str, int]
) -> None:
    """A constant of the estimate that is off by one is off by more than that for one of these."""
    info = _info(**shape)
    sizes: dict[str, Any] = {"batch_size": 2, "input_tokens": 128, "target_tokens": 32, **lengths}
    config = RunConfig(student="s", **sizes)
    depths = tuple(anatomy(info.config).depths.values())
    assert T5().activation_bytes(info, depths, config) == pytest.approx(_measured(info, config), rel=0.02)


def test_checkpointing_keeps_less() -> None:
    info = _info()
    plain, sparing = (RunConfig(student="s", gradient_checkpointing=on) for on in (False, True))
    assert T5().activation_bytes(info, (4, 2), sparing) < T5().activation_bytes(info, (4, 2), plain) / 2


def test_a_student_cut_from_its_teacher_has_a_share_of_it() -> None:
    info = _info(parameters=500 * 128 + 4 * 30 + 2 * 40)  # embeddings, encoder layers, decoder layers
    config = RunConfig(student="layers:2+1")
    whole, half = step_bytes(info, info, (4, 2), config), step_bytes(info, info, (2, 1), config)
    assert whole["teacher_bytes"] == half["teacher_bytes"] == 4 * 64_200
    assert whole["student_bytes"] == 16 * 64_200
    assert half["student_bytes"] == 16 * 64_100
    assert whole["activation_bytes"] > half["activation_bytes"]
