"""Several summaries of each text that the student writes, and what each is worth."""

from dataclasses import replace
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from distill.data import Example
from distill.jobs import parallel
from distill.losses.masking import IGNORED
from distill.objective.rewards import Rewards
from distill.rules import apply_rules, choose_reward_rules
from distill.tasks import Task
from distill.training.on_policy import written
from models.text.encoding import TextEncoder

_TEMPERATURE = 0.7
"""At 1 a small model's texts fall apart, and it learns to keep them together. In use it searches for the
likeliest text, so it should learn about those."""
_FAULT = 0.1
_LEAST = 1e-3


class Rollouts:
    """Summaries of the student's own that are compared with each other, text by text.

    The reward of a summary is its score against the reference, less 0.1 for each rule that finds a fault. Its
    advantage is how much better it is than the other summaries of the same text: the leave-one-out baseline
    of REINFORCE (Ahmadian et al., 2024, arXiv:2402.14740). ROUGE as a reward is by Ranzato et al. (2016),
    arXiv:1511.06732, and Paulus et al. (2018), arXiv:1705.04304.

    Args:
        number: Summaries of each text, 2 or more.
        rules: Find faults, as in `choose_reward_rules`.
        encoder: Makes the student's inputs.
        task: Scores them.

    Raises:
        BadConfig: There is no such rule, or it may not find them.
    """

    def __init__(self, number: int, rules: str, encoder: TextEncoder, task: Task) -> None:
        self._number, self._encoder, self._task = number, encoder, task
        self._rules = choose_reward_rules(rules)

    def written(self, model: Any, inputs: dict[str, Tensor], target_tokens: int, seed: str) -> dict[str, Any]:
        """The batch with so many summaries of each text in place of its labels, and their `rewards`.

        Args:
            model, inputs, target_tokens, seed: As in `on_policy.written`.
        """
        batch = written(model, inputs, target_tokens, seed, self._number, _TEMPERATURE)
        found = self._rewards(self._examples(inputs), self._texts(batch["labels"]))
        rewards = torch.tensor(found, device=batch["labels"].device).view(-1, self._number)
        better = rewards - (rewards.sum(1, keepdim=True) - rewards) / (self._number - 1)
        return {**batch, "rewards": Rewards(better.flatten(), rewards.mean(), _TEMPERATURE)}

    def _examples(self, inputs: dict[str, Tensor]) -> list[Example]:
        """The texts as far as the student reads them, each with its reference, once for each summary."""
        texts = [
            self._encoder.read(ids[mask != 0].tolist())
            for ids, mask in zip(inputs["input_ids"], inputs["attention_mask"], strict=True)
        ]
        pairs = zip(texts, self._texts(inputs["labels"]), strict=True)
        return [Example(text, reference) for text, reference in pairs for _ in range(self._number)]

    def _texts(self, labels: Tensor) -> list[str]:
        return [self._encoder.tokenizer.decode(row[row != IGNORED].tolist()) for row in labels]

    def _rewards(self, examples: list[Example], summaries: list[str]) -> list[float]:
        scores = self._task.score(summaries, examples)
        shown = [scores[metric.name] for metric in self._task.metrics if metric.shown]
        return [
            fmean(own) - _FAULT * len(apply_rules(example.document, summary, self._rules).touched)
            for example, summary, *own in zip(examples, summaries, *shown, strict=True)
        ]


def scale_rewards(batches: list[dict[str, Any]]) -> None:
    """Divide a step's advantages by their root mean square, so that the step has the size of one on labels.

    Over all its batches and processes; rewards that hardly differ stay small.
    """
    all_of_them = torch.cat([batch["rewards"].advantages for batch in batches])
    sums = torch.stack([all_of_them.square().sum(), torch.ones_like(all_of_them).sum()])
    squares, count = parallel.summed(sums)
    scale = (squares / count).sqrt().clamp(min=_LEAST)
    for batch in batches:
        batch["rewards"] = replace(batch["rewards"], advantages=batch["rewards"].advantages / scale)
