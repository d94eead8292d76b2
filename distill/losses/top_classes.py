"""The k + 1 classes that a teacher's largest logits leave: each of the k, and all the rest together."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from distill.losses.masking import NEVER, at_least_float32
from distill.losses.topk import TopK


def top_log_probabilities(student: Tensor, teacher: TopK) -> tuple[Tensor, Tensor]:
    """Log-probabilities of both models, the rest last, `(batch, target_length, k + 1)`."""
    student, known = _aligned(student, teacher)
    top, rest = TopAndRest.apply(student, teacher.ids, teacher.temperature)
    student_log = torch.cat([top, rest.unsqueeze(-1)], dim=-1)
    largest = (at_least_float32(teacher.logits) / teacher.temperature).masked_fill(~known, NEVER)
    tail = at_least_float32(teacher.tail).clamp(min=NEVER)
    teacher_log = torch.cat([largest, tail.unsqueeze(-1)], dim=-1)
    return F.log_softmax(student_log, dim=-1), F.log_softmax(teacher_log, dim=-1)


def top_differences(student: Tensor, teacher: TopK) -> Tensor:
    """Student minus teacher at the k, `(batch, target_length, k)`; 0 where the student lacks a class."""
    aligned, known = _aligned(student, teacher)
    return (aligned.gather(-1, teacher.ids) - at_least_float32(teacher.logits)).masked_fill(~known, 0.0)


def _aligned(student: Tensor, teacher: TopK) -> tuple[Tensor, Tensor]:
    """The student's logits over the teacher's vocabulary, and which of the k it really has."""
    missing = 0 if teacher.vocabulary is None else teacher.vocabulary - student.shape[-1]
    wide = at_least_float32(student[..., : teacher.vocabulary])
    # The surplus gets no probability in either model, so it counts in neither.
    return (F.pad(wide, (0, missing), value=NEVER) if missing > 0 else wide), teacher.ids < student.shape[-1]


class TopAndRest(torch.autograd.Function):
    """Logits / T at `ids`, and the logsumexp of all others / T: one buffer of the vocabulary's size each way.

    The others are summed up by themselves: total minus top would cancel to nothing where the top holds nearly
    everything. Plain autograd does the same in four buffers and twice the time.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, ids: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """`(…, vocab)` and `(…, k)` to `(…, k)` and `(…)`."""
        others = logits.scatter(-1, ids, NEVER)
        largest = others.amax(-1, keepdim=True)
        others.sub_(largest).div_(temperature).exp_()
        total = others.sum(-1, keepdim=True)
        ctx.save_for_backward(others, total, ids)
        ctx.temperature = temperature
        return logits.gather(-1, ids) / temperature, (largest / temperature + total.log()).squeeze(-1)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """A softmax over the others, and the top's own gradient in its places."""
        grad_top, grad_rest = grad_outputs
        others, total, ids = ctx.saved_tensors
        gradient = others * (grad_rest.unsqueeze(-1) / (total * ctx.temperature))
        return gradient.scatter_(-1, ids, grad_top / ctx.temperature), None, None
