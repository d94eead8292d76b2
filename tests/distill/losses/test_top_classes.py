"""The soft term from the teacher's k largest logits and their tail."""

import math
from functools import partial

import pytest
import torch
from torch import Tensor

from distill.losses import TopK, logit_loss
from distill.losses.top_classes import TopAndRest
from tests.distill.losses.checks import normal

KLS = ["forward_kl", "reverse_kl", "js"]
DIVERGENCES = [*KLS, "mse"]
STUDENT, TEACHER = 2 * normal(3, 4, 30), 3 * normal(3, 4, 30, seed=1)
MASK = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]])
T = 2.0


def _top(teacher: Tensor, k: int, temperature: float = T, vocabulary: int | None = None) -> TopK:
    values, ids = teacher.topk(k)
    tail = (teacher.scatter(-1, ids, -math.inf) / temperature).logsumexp(-1)
    return TopK(values, ids, tail, temperature, vocabulary)


def _merged(logits: Tensor, ids: Tensor) -> Tensor:
    """Log-probabilities of the k and of the sum of all others, naively, in float64."""
    p = (logits.double() / T).softmax(-1)
    top = p.gather(-1, ids)
    return torch.cat([top, 1 - top.sum(-1, keepdim=True)], dim=-1).log()


@pytest.mark.parametrize("divergence", KLS)
@pytest.mark.parametrize("k", [1, 5, 29])
def test_equals_the_full_loss_of_merged_classes(divergence: str, k: int) -> None:
    top = _top(TEACHER, k)
    got = logit_loss(student=STUDENT, teacher=top, mask=MASK, temperature=T, divergence=divergence, beta=0.3)
    merged = logit_loss(
        student=_merged(STUDENT, top.ids),
        teacher=_merged(TEACHER, top.ids),
        mask=MASK,
        divergence=divergence,
        beta=0.3,
    )
    assert got.item() == pytest.approx(T**2 * merged.item(), rel=1e-4)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_all_of_them_are_the_full_loss_with_its_gradient(divergence: str) -> None:
    def run(teacher: Tensor | TopK) -> tuple[Tensor, Tensor]:
        student = STUDENT.clone().requires_grad_()
        loss = logit_loss(student=student, teacher=teacher, mask=MASK, temperature=T, divergence=divergence)
        loss.backward()
        assert student.grad is not None
        return loss.detach(), student.grad

    torch.testing.assert_close(run(_top(TEACHER, 30)), run(TEACHER))


def test_what_is_lost_is_the_divergence_within_the_tail() -> None:
    # Chain rule: full KL − (k + 1)-class KL = p(tail) · KL(p within ‖ q within) ≥ 0, token by token.
    token = torch.ones(1, 1)
    for i, j in MASK.nonzero().tolist():
        student, teacher = STUDENT[i, j].double()[None, None], TEACHER[i, j].double()[None, None]
        loss = partial(logit_loss, student=student, mask=token, temperature=T)
        full = loss(teacher=teacher)
        previous = -1.0
        for k in (1, 4, 16, 29):
            top = _top(teacher, k)
            rest = torch.ones(30, dtype=torch.bool).scatter(0, top.ids[0, 0], False)
            p, q = ((values[0, 0] / T).softmax(-1)[rest] for values in (teacher, student))
            within = (p * ((p / p.sum()).log() - (q / q.sum()).log())).sum()
            cut = loss(teacher=top)
            assert (full - cut).item() == pytest.approx(T**2 * within.item(), abs=1e-9)
            assert previous < cut.item() <= full.item() + 1e-12
            previous = cut.item()


def test_half_of_the_vocabulary_is_close_to_all_of_it() -> None:
    loss = partial(logit_loss, student=STUDENT, mask=MASK, temperature=T)
    full = loss(teacher=TEACHER).item()
    assert 0.9 * full < loss(teacher=_top(TEACHER, 15)).item() <= full


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_any_order_will_do(divergence: str) -> None:
    top, order = _top(TEACHER, 5), [3, 0, 4, 1, 2]
    shuffled = TopK(top.logits[..., order], top.ids[..., order], top.tail, T)
    loss = partial(logit_loss, student=STUDENT, mask=MASK, temperature=T, divergence=divergence)
    torch.testing.assert_close(loss(teacher=shuffled), loss(teacher=top))


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_equal_models_have_no_loss_and_no_gradient(divergence: str) -> None:
    student = TEACHER.clone().requires_grad_()
    loss = logit_loss(
        student=student, teacher=_top(TEACHER, 5), mask=MASK, temperature=T, divergence=divergence
    )
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert student.grad is not None
    assert student.grad.abs().max() < 1e-6


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_all_masked_is_zero_with_no_gradient(divergence: str) -> None:
    student = STUDENT.clone().requires_grad_()
    loss = logit_loss(
        student=student,
        teacher=_top(TEACHER, 5),
        mask=torch.zeros(3, 4),
        temperature=T,
        divergence=divergence,
    )
    loss.backward()
    assert loss.item() == 0
    assert student.grad is not None
    assert torch.equal(student.grad, torch.zeros_like(STUDENT))


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize("k", [1, 3, 7])
def test_gradient_is_right(divergence: str, k: int) -> None:
    few = slice(7)  # classes: each costs two evaluations for every token
    loss = partial(
        logit_loss,
        teacher=_top(TEACHER[..., few].double(), k),
        mask=MASK,
        temperature=T,
        divergence=divergence,
    )
    student = STUDENT[..., few].double().requires_grad_()
    assert torch.autograd.gradcheck(lambda values: loss(student=values), student)


def test_a_student_that_is_sure_keeps_a_gradient_on_the_rest() -> None:
    # The rest holds e⁻⁶⁰: 1 − top would be 0 in any precision, its logarithm infinite.
    student = torch.tensor([[[60.0, 0.0, -1.0]]], requires_grad=True)
    ids = torch.tensor([[[0]]])
    top, rest = TopAndRest.apply(student, ids, 1.0)
    assert top.item() == 60
    assert rest.item() == pytest.approx(math.log(1 + math.exp(-1)))
    teacher = TopK(torch.zeros(1, 1, 1), ids, torch.zeros(1, 1), 1.0)  # (1/2, 1/2)
    loss = logit_loss(student=student, teacher=teacher, mask=torch.ones(1, 1))
    assert loss.item() == pytest.approx(0.5 * (60 - rest.item()) - math.log(2), rel=1e-5)
    loss.backward()
    # q − p: the top should lose half, the rest gain it in its own proportions.
    assert student.grad is not None
    even = 1 / (1 + math.exp(-1))
    assert student.grad.flatten().tolist() == pytest.approx([0.5, -0.5 * even, -0.5 * (1 - even)], rel=1e-5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_widened(dtype: torch.dtype) -> None:
    student, top = STUDENT.to(dtype).requires_grad_(), _top(TEACHER.to(dtype).float(), 5)
    half = TopK(top.logits.to(dtype), top.ids, top.tail, T)
    loss = partial(logit_loss, mask=MASK, temperature=T)
    got = loss(student=student, teacher=half)
    assert got.dtype == torch.float32
    assert torch.equal(got, loss(student=student.float(), teacher=top))
    got.backward()
    assert student.grad is not None
    assert student.grad.dtype == dtype


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_surplus_padding_of_either_vocabulary_is_left_out(divergence: str) -> None:
    loss = partial(logit_loss, mask=MASK, temperature=T, divergence=divergence)
    surplus = torch.full((3, 4, 3), 50.0)
    top = _top(TEACHER, 30, vocabulary=30)
    longer = torch.cat([STUDENT, surplus], dim=-1)
    torch.testing.assert_close(loss(student=longer, teacher=top), loss(student=STUDENT, teacher=TEACHER))
    shorter, whole = STUDENT[..., :27].clone().requires_grad_(), TEACHER.clone()
    got = loss(student=shorter, teacher=top)
    if divergence != "mse":  # that one is a mean over the k, the missing ones counting as equal
        torch.testing.assert_close(got, loss(student=shorter, teacher=whole))
    got.backward()
    assert shorter.grad is not None
    assert shorter.grad.isfinite().all()


@pytest.mark.parametrize(
    "temperature",
    [1.0, torch.tensor(1.0), torch.tensor([2.0, 2.0, 3.0]), torch.tensor(2.0, requires_grad=True)],
)
def test_the_temperature_has_to_be_that_of_the_tail(temperature: float | Tensor) -> None:
    with pytest.raises(ValueError, match=r"hold at temperature 2\.0 alone"):
        logit_loss(student=STUDENT, teacher=_top(TEACHER, 5), mask=MASK, temperature=temperature)


def test_the_same_temperature_may_be_a_tensor() -> None:
    loss = partial(logit_loss, student=STUDENT, teacher=_top(TEACHER, 5), mask=MASK)
    assert torch.equal(loss(temperature=torch.tensor(T)), loss(temperature=T))
