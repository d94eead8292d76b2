"""Soft targets: match the teacher's distribution over the next token."""

import math
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor

from distill.losses.by_token import by_token
from distill.losses.masking import at_least_float32, masked_mean
from distill.losses.top_classes import top_differences, top_log_probabilities
from distill.losses.topk import TopK

Divergence = Literal["forward_kl", "reverse_kl", "js", "mse"]


def logit_loss(
    *,
    student: Tensor,
    teacher: Tensor | TopK,
    mask: Tensor,
    temperature: float | Tensor = 1.0,
    divergence: Divergence = "forward_kl",
    beta: float = 0.5,
    count: Tensor | None = None,
) -> Tensor:
    """Divergence of softened distributions times T², in nats per unmasked token.

    With p the teacher's and q the student's softmax of logits / T, and m = β p + (1 − β) q:

    - `forward_kl`: T² KL(p ‖ q) (Hinton et al., 2015). T² keeps the gradient's size whatever T is.
    - `reverse_kl`: T² KL(q ‖ p), which seeks the teacher's modes (Gu et al., 2024).
    - `js`: T² (β KL(p ‖ m) + (1 − β) KL(q ‖ m)), the generalised Jensen-Shannon divergence of GKD (Agarwal
      et al., 2024, equation 1). At β = 0 and 1, where it vanishes, the limit of its direction is taken:
      forward and reverse KL, as TRL's GKDTrainer does. TRL leaves T² out.
    - `mse`: the mean over vocabulary and tokens of (student − teacher)² (Ba & Caruana, 2014; Kim et al.,
      2021). It has no temperature: T² · MSE(logits / T) is the same for every T. For logits of mean 0,
      T² KL tends to half of it as T grows.

    Softmax and sums are computed in float32 or wider. Where one model pads its vocabulary further than the
    other (32100 and 32128), the surplus logits are left out of both.

    With a `TopK` teacher the distributions have k + 1 classes, the last being all the rest together. This
    is a lower bound of the full divergence, exact for k = vocabulary; `mse` is over the k alone.

    Args:
        student: Logits, `(batch, target_length, vocab)`.
        teacher: The same, or the largest ones.
        mask: `(batch, target_length)`, 1 = counts.
        temperature: T > 0; one, or one per example: `(batch,)` or `(batch, 1, 1)`. May want a gradient.
        divergence, beta: See above; `beta`, 0 to 1, is for `js` alone.
        count: See `masked_mean`.

    Raises:
        ValueError: On another divergence, a beta outside 0 to 1, or a temperature that is not the `TopK`'s.

    References:
        arXiv:1503.02531 (Hinton), 2306.08543 (Gu), 2306.13649 (Agarwal), 1312.6184 (Ba), 2105.08919 (Kim).
    """
    if divergence not in get_args(Divergence):
        raise ValueError(f"divergence={divergence!r}: choose forward_kl, reverse_kl, js or mse.")
    if not 0 <= beta <= 1:
        raise ValueError(f"beta={beta}: choose 0 to 1.")
    if isinstance(teacher, TopK):
        _check_temperature(temperature, teacher)
        parts = [teacher.logits, teacher.ids, teacher.tail]
    else:
        parts = [teacher]

    def values(logits: Tensor, scale: Tensor, *answer: Tensor) -> Tensor:
        part, *rest = answer
        if isinstance(teacher, TopK):
            ids, tail = rest
            part = TopK(part, ids, tail, teacher.temperature, teacher.vocabulary)
        if divergence == "mse":
            return _difference(logits, part).square().mean(-1)
        return scale.squeeze(-1) ** 2 * _diverge(*_log_probabilities(logits, part, scale), divergence, beta)

    return masked_mean(by_token(values, student, _a_token(temperature, student), *parts), mask, count)


def _log_probabilities(student: Tensor, teacher: Tensor | TopK, scale: Tensor) -> tuple[Tensor, Tensor]:
    if isinstance(teacher, TopK):
        return top_log_probabilities(student, teacher)
    student, teacher = _shared(student, teacher)
    return F.log_softmax(student / scale, dim=-1), F.log_softmax(teacher / scale, dim=-1)


def _difference(student: Tensor, teacher: Tensor | TopK) -> Tensor:
    """`(…, classes)` over the vocabulary or over the k."""
    if isinstance(teacher, TopK):
        return top_differences(student, teacher)
    student, teacher = _shared(student, teacher)
    return student - teacher


def _shared(student: Tensor, teacher: Tensor) -> tuple[Tensor, Tensor]:
    """The logits of the vocabulary that both have, wide enough to compute with."""
    size = min(student.shape[-1], teacher.shape[-1])
    return at_least_float32(student[..., :size]), at_least_float32(teacher[..., :size])


def _a_token(temperature: float | Tensor, student: Tensor) -> Tensor:
    """The temperature of each token, `(batch, target_length, 1)`, as precise as what is divided by it."""
    known = torch.as_tensor(temperature, dtype=at_least_float32(student[:0]).dtype, device=student.device)
    return known.reshape(-1, 1, 1).expand(*student.shape[:2], 1)


def _diverge(student_log: Tensor, teacher_log: Tensor, divergence: str, beta: float) -> Tensor:
    """`(…)` from log-probabilities `(…, classes)`."""
    if divergence == "forward_kl" or (divergence == "js" and beta == 0):
        return _kl(teacher_log, student_log)
    if divergence == "reverse_kl" or beta == 1:
        return _kl(student_log, teacher_log)
    mixture = torch.logaddexp(teacher_log + math.log(beta), student_log + math.log1p(-beta))
    return beta * _kl(teacher_log, mixture) + (1 - beta) * _kl(student_log, mixture)


def _kl(log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(p ‖ q); torch's function takes q first."""
    return F.kl_div(log_q, log_p, log_target=True, reduction="none").sum(-1)


def _check_temperature(temperature: float | Tensor, teacher: TopK) -> None:
    """The rest was summed up at one temperature: another, or one that is learned, cannot be computed from
    it."""
    if isinstance(temperature, Tensor):
        wrong = temperature.requires_grad or bool((temperature != teacher.temperature).any())
    else:
        wrong = temperature != teacher.temperature  # no device is asked
    if wrong:
        raise ValueError(
            f"These top logits hold at temperature {teacher.temperature} alone; the temperature given is"
            f" {temperature}. Use that one, or the teacher's full logits."
        )
