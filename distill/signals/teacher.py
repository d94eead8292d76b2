"""The teacher's signal, computed live."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from distill.signals.ensemble import mixed
from distill.signals.features import Needs, Signal, observe


class Teacher(Protocol):
    """Whatever answers a student's batches."""

    def signal(self, inputs: dict[str, Tensor], needs: Needs) -> Signal:
        """Its answer to `input_ids`, `attention_mask`, `decoder_input_ids`, `labels`; no gradients."""
        ...


class LiveTeacher:
    """Runs the teacher on the student's own batches, without gradients and without dropout."""

    def __init__(self, model: Any) -> None:
        self.model = model.eval().requires_grad_(False)

    @torch.no_grad()
    def signal(self, inputs: dict[str, Tensor], needs: Needs) -> Signal:
        """See `Teacher.signal`."""
        if self.model.device != inputs["input_ids"].device:
            self.model.to(inputs["input_ids"].device)
        return observe(self.model, {name: inputs[name] for name in inputs if name != "labels"}, needs)[0]

    def logits(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor) -> Tensor:
        """Logits `(batch, target_length, vocab)` for inputs `(batch, input_length)` and forced labels."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        shifted = self.model.prepare_decoder_input_ids_from_labels(labels)
        answer: Any = self.signal({**inputs, "decoder_input_ids": shifted}, Needs()).logits
        return answer


class Teachers:
    """Several teachers of one vocabulary: averaged logits, and the features of the first.

    Args:
        teachers: The first one leads.
        weights, confidence: See `distill.signals.ensemble.mixed`.
    """

    def __init__(
        self, teachers: Sequence[LiveTeacher], weights: Sequence[float] | None, confidence: bool
    ) -> None:
        self.teachers, self.weights, self.confidence = teachers, weights, confidence

    def signal(self, inputs: dict[str, Tensor], needs: Needs) -> Signal:
        """See `Teacher.signal`."""
        first, *others = self.teachers
        leading = first.signal(inputs, needs)
        answers: list[Any] = [leading.logits, *(other.signal(inputs, Needs()).logits for other in others)]
        logits = mixed(answers, self.weights, self.confidence)
        return Signal(logits, leading.hidden, leading.attentions, leading.relations)
