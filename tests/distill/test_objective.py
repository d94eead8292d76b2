"""The weighted sum and its named terms."""

import pytest
import torch

from distill.losses import label_loss, logit_loss
from distill.objective import Objective

GENERATOR = torch.Generator().manual_seed(0)
STUDENT, TEACHER = (torch.randn(2, 3, 5, generator=GENERATOR) for _ in range(2))
LABELS = torch.tensor([[1, 2, 3], [4, -100, -100]])
MASK = (LABELS != -100).long()


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_alpha_weighs_the_soft_term(alpha: float) -> None:
    total, terms = Objective(alpha, 2.0)(student=STUDENT, teacher=TEACHER, labels=LABELS, mask=MASK)
    soft = logit_loss(student=STUDENT, teacher=TEACHER, mask=MASK, temperature=2.0)
    hard = label_loss(student=STUDENT, labels=LABELS, mask=MASK)
    assert terms == {"soft": soft, "hard": hard}
    torch.testing.assert_close(total, alpha * soft + (1 - alpha) * hard)


def test_without_a_teacher_the_labels_are_all() -> None:
    total, terms = Objective(0.7, 2.0)(student=STUDENT, teacher=None, labels=LABELS, mask=MASK)
    assert torch.equal(total, label_loss(student=STUDENT, labels=LABELS, mask=MASK))
    assert terms == {"hard": total}


def test_the_terms_hold_no_graph() -> None:
    student = STUDENT.clone().requires_grad_()
    total, terms = Objective(0.7, 2.0)(student=student, teacher=TEACHER, labels=LABELS, mask=MASK)
    assert total.requires_grad
    assert not any(term.requires_grad for term in terms.values())


def test_count_is_shared_by_all_terms() -> None:
    objective = Objective(0.7, 2.0)
    whole, whole_terms = objective(student=STUDENT, teacher=TEACHER, labels=LABELS, mask=MASK)
    half, half_terms = objective(
        student=STUDENT, teacher=TEACHER, labels=LABELS, mask=MASK, count=2 * MASK.sum()
    )
    torch.testing.assert_close(half, whole / 2)
    for name, term in half_terms.items():
        torch.testing.assert_close(term, whole_terms[name] / 2)
