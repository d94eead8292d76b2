"""Batches that the student writes itself."""

import random
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from distill.families import family_of
from distill.losses.masking import IGNORED
from distill.training.trainer_arguments import writing_as
from models.engines.special_ids import NAMES


@torch.no_grad()
def written(
    model: Any,
    inputs: dict[str, Tensor],
    target_tokens: int,
    seed: str,
    copies: int = 1,
    temperature: float = 1.0,
) -> dict[str, Tensor]:
    """The batch with summaries sampled from the student in place of the labels.

    The student is then corrected where it really goes, not where the labels would have taken it: Agarwal et
    al. (2024), On-Policy Distillation of Language Models, arXiv:2306.13649.

    Args:
        model: The student; its mode (training or not) is left as it is.
        inputs: A batch: `input_ids`, `attention_mask`, `labels`. An example without a label stays without.
        target_tokens: The summaries' length at most.
        seed: Seed of the random numbers. An example's summary depends on the seed and on the example, not on
            the batch.
        copies: Summaries of each text, one row after another; `input_ids` keeps one row for them all.
        temperature: The scores are divided by it.
    """
    if copies > 1:
        rest = {name: inputs[name].repeat_interleave(copies, 0) for name in ("attention_mask", "labels")}
        inputs = {**inputs, **rest}
    training = model.training
    model.eval()
    # Its own distribution: not the shortest length and the repeated n-grams it is forbidden in use.
    special = {name: getattr(model.generation_config, name) for name in NAMES}
    plain = GenerationConfig(max_length=target_tokens + 1, **special)
    with writing_as(model, plain):
        chance = LogitsProcessorList([_Chance(inputs, seed, temperature)])
        tokens = family_of(model.config.model_type).write(model, inputs, chance)
    model.train(training)
    labels = tokens.masked_fill(_after_end(tokens, model.generation_config.eos_token_id), IGNORED)
    labels = labels.masked_fill((inputs["labels"] == IGNORED).all(1, keepdim=True), IGNORED)
    return {**inputs, "labels": labels}


class _Chance(LogitsProcessor):
    """Makes the largest score a draw from the scores' softmax, by Gumbel noise of each example's own.

    The library would draw all rows from one stream of random numbers, and an example's summary would depend
    on the rest of its batch and on the number of processes.
    """

    def __init__(self, inputs: dict[str, Tensor], seed: str, temperature: float = 1.0) -> None:
        self._streams, self._temperature = [], temperature
        copies = len(inputs["attention_mask"]) // len(inputs["input_ids"])
        for row, mask in enumerate(inputs["attention_mask"]):
            ids, copy = inputs["input_ids"][row // copies], row % copies
            own = random.Random(f"{seed} {ids[mask != 0].tolist()}{f' {copy}' * bool(copy)}").getrandbits(63)
            self._streams.append(torch.Generator(ids.device).manual_seed(own))

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        noise = torch.empty_like(scores, dtype=torch.float32)
        for row, stream in zip(noise, self._streams, strict=True):
            row.exponential_(generator=stream)
        return scores.float() / self._temperature - noise.log()


def _after_end(tokens: Tensor, end: Any) -> Tensor:
    """1 for what stands after the first end token."""
    ended = torch.isin(tokens, torch.as_tensor(end, device=tokens.device)).long()
    return (ended.cumsum(1) - ended) > 0
