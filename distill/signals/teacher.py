"""The teacher's signal, computed live."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from distill.families import family_of
from distill.families.signal import Needs, Signal
from distill.signals.ensemble import mixed


class Teacher(Protocol):
    """Whatever answers a student's batches."""

    def signal(self, inputs: dict[str, Tensor], needs: Needs) -> Signal:
        """Its answer to `input_ids`, `attention_mask` and `labels`; no gradients."""
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
        return family_of(self.model.config.model_type).observe(self.model, inputs, needs)


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
