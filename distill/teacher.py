"""The teacher's signal, computed live."""

from typing import Any

import torch
from torch import Tensor


class LiveTeacher:
    """Runs the teacher on the student's own batches, without gradients and without dropout."""

    def __init__(self, model: Any) -> None:
        self.model = model.eval().requires_grad_(False)

    @torch.no_grad()
    def logits(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor) -> Tensor:
        """Logits `(batch, target_length, vocab)` for inputs `(batch, input_length)` and forced labels."""
        if self.model.device != input_ids.device:
            self.model.to(input_ids.device)
        return self.model(
            input_ids=input_ids, attention_mask=attention_mask, labels=labels, use_cache=False
        ).logits
