"""Batches that the student writes itself."""

from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig

from distill.arguments import special_ids, writing_as
from distill.batches import IGNORED


@torch.no_grad()
def written(model: Any, inputs: dict[str, Tensor], target_tokens: int) -> dict[str, Tensor]:
    """The batch with summaries sampled from the student in place of the labels.

    The student is then corrected where it really goes, not where the labels would have taken it: Agarwal et
    al. (2024), On-Policy Distillation of Language Models, arXiv:2306.13649.

    Args:
        model: The student; its own mode (training or not) is left as it is.
        inputs: A batch: `input_ids`, `attention_mask`, `labels`, `decoder_input_ids`.
        target_tokens: The summaries' length at most.
    """
    student = getattr(model, "module", model)
    training = student.training
    student.eval()
    # Its own distribution: not the shortest length and the repeated n-grams it is forbidden in use.
    drawn = GenerationConfig(
        do_sample=True, top_k=0, max_length=target_tokens + 1, **special_ids(student.generation_config)
    )
    with writing_as(student, drawn):
        found = student.generate(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    student.train(training)
    tokens = found[:, 1:]  # without the start token
    labels = tokens.masked_fill(_after_end(tokens, student.generation_config.eos_token_id), IGNORED)
    return {
        **inputs,
        "labels": labels,
        "decoder_input_ids": student.prepare_decoder_input_ids_from_labels(labels),
    }


def _after_end(tokens: Tensor, end: Any) -> Tensor:
    """1 for what stands after the first end token."""
    ended = torch.isin(tokens, torch.as_tensor(end, device=tokens.device)).long()
    return (ended.cumsum(1) - ended) > 0
