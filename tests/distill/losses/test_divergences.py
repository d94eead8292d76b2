"""The other divergences of the soft term, and temperatures that are tensors."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from distill.losses import logit_loss
from tests.distill.losses.checks import normal

DIVERGENCES = ["forward_kl", "reverse_kl", "js", "mse"]
STUDENT, TEACHER = normal(3, 4, 9), 2 * normal(3, 4, 9, seed=1)
MASK = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]])
TOKEN = torch.ones(1, 1)
QUARTERS, HALVES = torch.tensor([[[0.0, math.log(3)]]]), torch.zeros(1, 1, 2)  # (1/4, 3/4) and (1/2, 1/2)


def _numpy(student: Tensor, teacher: Tensor, divergence: str, temperature: float, beta: float) -> np.ndarray:
    """`(batch, target_length)` straight from the formulas, in float64."""

    def softmax(logits: Tensor) -> np.ndarray:
        exps = np.exp(logits.double().numpy() / temperature)
        return exps / exps.sum(-1, keepdims=True)

    def kl(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        return (p * np.log(p / q)).sum(-1)

    if divergence == "mse":
        return ((student.double().numpy() - teacher.double().numpy()) ** 2).mean(-1)
    q, p = softmax(student), softmax(teacher)
    m = beta * p + (1 - beta) * q
    by_name = {"forward_kl": kl(p, q), "reverse_kl": kl(q, p), "js": beta * kl(p, m) + (1 - beta) * kl(q, m)}
    return temperature**2 * by_name[divergence]


def test_known_numbers() -> None:
    loss = partial(logit_loss, student=QUARTERS, teacher=HALVES, mask=TOKEN)
    assert loss(divergence="reverse_kl").item() == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    # The mixture is (3/8, 5/8).
    teacher_part = 0.5 * math.log(4 / 3) + 0.5 * math.log(4 / 5)
    student_part = 0.25 * math.log(2 / 3) + 0.75 * math.log(6 / 5)
    assert loss(divergence="js").item() == pytest.approx((teacher_part + student_part) / 2)
    assert loss(divergence="mse").item() == pytest.approx(math.log(3) ** 2 / 2)


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize(("temperature", "beta"), [(1.0, 0.5), (3.0, 0.1), (0.7, 0.9)])
def test_equals_numpy(divergence: str, temperature: float, beta: float) -> None:
    values = _numpy(STUDENT, TEACHER, divergence, temperature, beta)
    got = logit_loss(
        student=STUDENT, teacher=TEACHER, mask=MASK, temperature=temperature, divergence=divergence, beta=beta
    )
    assert got.item() == pytest.approx(values[MASK.numpy() == 1].mean(), rel=1e-5)


def test_js_at_the_ends_of_beta_is_the_limit_of_its_direction() -> None:
    loss = partial(logit_loss, student=STUDENT.double(), teacher=TEACHER.double(), mask=MASK)
    for end, near, name in ((0.0, 1e-6, "forward_kl"), (1.0, 1 - 1e-6, "reverse_kl")):
        assert torch.equal(loss(divergence="js", beta=end), loss(divergence=name))
        limit = loss(divergence="js", beta=near) / min(near, 1 - near)
        torch.testing.assert_close(limit, loss(divergence=name), rtol=1e-4, atol=0)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_equal_models_have_no_loss_and_no_gradient(divergence: str) -> None:
    student = TEACHER.clone().requires_grad_()
    loss = logit_loss(student=student, teacher=TEACHER, mask=MASK, temperature=2.0, divergence=divergence)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert student.grad is not None
    assert student.grad.abs().max() < 1e-6


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_masked_places_and_the_company_in_a_batch_change_nothing(divergence: str) -> None:
    loss = partial(logit_loss, temperature=2.0, divergence=divergence)
    whole = loss(student=STUDENT, teacher=TEACHER, mask=MASK)
    alone = sum(
        loss(
            student=STUDENT[i : i + 1, :n],
            teacher=TEACHER[i : i + 1, :n],
            mask=TOKEN.expand(1, n),
            count=MASK.sum(),
        )
        for i, n in enumerate(MASK.sum(1).tolist())
    )
    torch.testing.assert_close(alone, whole)
    student, teacher = STUDENT.clone(), TEACHER.clone()
    student[MASK == 0], teacher[MASK == 0] = 1e4, -1e4
    torch.testing.assert_close(loss(student=student, teacher=teacher, mask=MASK), whole)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_all_masked_is_zero_with_no_gradient(divergence: str) -> None:
    student = STUDENT.clone().requires_grad_()
    loss = logit_loss(student=student, teacher=TEACHER, mask=torch.zeros(3, 4), divergence=divergence)
    loss.backward()
    assert loss.item() == 0
    assert student.grad is not None
    assert torch.equal(student.grad, torch.zeros(3, 4, 9))


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_surplus_padding_of_a_vocabulary_is_left_out(divergence: str) -> None:
    padded = torch.cat([TEACHER, torch.full((3, 4, 2), 50.0)], dim=-1)
    loss = partial(logit_loss, mask=MASK, divergence=divergence)
    assert torch.equal(loss(student=STUDENT, teacher=padded), loss(student=STUDENT, teacher=TEACHER))
    assert torch.equal(loss(student=padded, teacher=STUDENT), loss(student=TEACHER, teacher=STUDENT))


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_the_gradient_keeps_its_size_over_temperatures(divergence: str) -> None:
    def size(temperature: float) -> float:
        logits = STUDENT.clone().requires_grad_()
        logit_loss(
            student=logits, teacher=TEACHER, mask=MASK, temperature=temperature, divergence=divergence
        ).backward()
        assert logits.grad is not None
        return float(logits.grad.norm())

    assert size(64.0) / size(32.0) == pytest.approx(1, abs=0.02)
    assert size(4.0) / size(1.0) == pytest.approx(1, abs=0.6)  # without T² it would be near 1/16


def test_hot_kl_tends_to_half_the_squared_error_of_centred_logits() -> None:
    student, teacher = (values - values.mean(-1, keepdim=True) for values in (STUDENT, TEACHER))
    loss = partial(logit_loss, student=student.double(), teacher=teacher.double(), mask=MASK)
    hot, squared = loss(temperature=1000.0), loss(divergence="mse")
    assert hot.item() == pytest.approx(squared.item() / 2, rel=0.01)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_gradient_is_right(divergence: str) -> None:
    student, teacher = STUDENT.double().requires_grad_(), TEACHER.double()
    loss = partial(logit_loss, teacher=teacher, mask=MASK, temperature=2.0, divergence=divergence, beta=0.3)
    assert torch.autograd.gradcheck(lambda values: loss(student=values), student)


@pytest.mark.parametrize("divergence", ["forward_kl", "reverse_kl", "js"])
def test_gradient_of_a_temperature_is_right(divergence: str) -> None:
    student, teacher = STUDENT.double(), TEACHER.double()
    loss = partial(logit_loss, student=student, teacher=teacher, mask=MASK, divergence=divergence)
    for start in (torch.tensor(2.0), torch.tensor([1.5, 2.0, 3.0])):
        temperature = start.double().requires_grad_()
        assert torch.autograd.gradcheck(lambda values: loss(temperature=values), temperature)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_a_temperature_for_every_example(divergence: str) -> None:
    temperatures = [1.5, 2.0, 3.0]
    loss = partial(logit_loss, divergence=divergence)
    expected = sum(
        loss(
            student=STUDENT[i : i + 1],
            teacher=TEACHER[i : i + 1],
            mask=MASK[i : i + 1],
            temperature=temperature,
            count=MASK.sum(),
        )
        for i, temperature in enumerate(temperatures)
    )
    for given in (torch.tensor(temperatures), torch.tensor(temperatures)[:, None, None]):
        got = loss(student=STUDENT, teacher=TEACHER, mask=MASK, temperature=given)
        torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("temperature", [torch.tensor(2.0), torch.tensor([2.0]), torch.full((3, 1, 1), 2.0)])
def test_a_tensor_is_as_good_as_a_number(temperature: Tensor) -> None:
    loss = partial(logit_loss, student=STUDENT, teacher=TEACHER, mask=MASK)
    torch.testing.assert_close(loss(temperature=temperature), loss(temperature=2.0))


def test_errors() -> None:
    loss = partial(logit_loss, student=STUDENT, teacher=TEACHER, mask=MASK)
    with pytest.raises(ValueError, match="divergence='kl': choose forward_kl, reverse_kl, js or mse"):
        loss(divergence="kl")
    with pytest.raises(ValueError, match=r"beta=1\.5: choose 0 to 1"):
        loss(divergence="js", beta=1.5)
