import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from distill.losses import by_token as module
from distill.losses.by_token import by_token


def entropy_against(logits: Tensor, ids: Tensor) -> Tensor:
    return F.cross_entropy(logits, ids, reduction="none")


def inputs(dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(3, 5, 7, generator=generator, dtype=torch.float64).to(dtype)
    return logits, torch.randint(7, (3, 5), generator=generator), torch.rand(3, 5, generator=generator)


@pytest.mark.parametrize("tokens_at_once", [1, 4, 15, 100])
def test_pieces_give_what_the_whole_gives(tokens_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CPU_BYTES", tokens_at_once * 4 * 7)
    logits, ids, weights = inputs()
    whole, pieces = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    expected = entropy_against(whole.flatten(0, 1), ids.flatten()).view(3, 5)
    got = by_token(entropy_against, pieces, ids)
    (expected * weights).sum().backward()
    (got * weights).sum().backward()
    torch.testing.assert_close(got, expected)
    torch.testing.assert_close(pieces.grad, whole.grad)


def test_what_does_not_count_has_no_gradient_whatever_stands_there() -> None:
    logits, ids, _ = inputs()
    logits[0, 2] = float("nan")
    logits.requires_grad_()
    by_token(entropy_against, logits, ids)[1:].sum().backward()
    assert logits.grad is not None
    assert torch.equal(logits.grad[0], torch.zeros(5, 7, dtype=torch.float64))
    assert logits.grad[1:].isfinite().all()


def test_another_tensor_may_want_a_gradient() -> None:
    logits, _, weights = inputs()
    scale = weights.double().requires_grad_()
    by_token(lambda row, by: row.sum(-1) * by, logits, scale).sum().backward()
    torch.testing.assert_close(scale.grad, logits.sum(-1))


def test_without_gradients_only_values() -> None:
    logits, ids, _ = inputs()
    with torch.no_grad():
        assert not by_token(entropy_against, logits.requires_grad_(), ids).requires_grad


def test_the_gradient_is_as_wide_as_the_logits() -> None:
    logits, ids, _ = inputs(torch.bfloat16)
    logits.requires_grad_()
    by_token(lambda row, at: entropy_against(row.float(), at), logits, ids).mean().backward()
    assert logits.grad is not None
    assert logits.grad.dtype == torch.bfloat16


@pytest.mark.parametrize("learnt", [False, True])
def test_only_the_gradient_is_as_large_as_the_logits(learnt: bool) -> None:
    """The most memory at once beyond what comes in, by the allocator: one copy, of the gradient."""
    from torch.profiler import profile

    from distill.losses import logit_loss

    logits, teacher = torch.randn(8, 128, 8000, requires_grad=True), torch.randn(8, 128, 8000)
    temperature = torch.tensor(2.0, requires_grad=learnt)

    def passes() -> None:
        loss = logit_loss(student=logits, teacher=teacher, mask=torch.ones(8, 128), temperature=temperature)
        loss.backward()

    with profile(profile_memory=True) as seen:
        passes()
    now = most = 0
    for event in seen.profiler.kineto_results.events():  # pyright: ignore
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    assert most < 1.5 * logits.nbytes, "with the few pieces in work"


def test_the_pieces_are_computed_in_one_thread() -> None:
    logits, ids, _ = inputs()
    seen = []

    def noting(row: Tensor, at: Tensor) -> Tensor:
        seen.append(torch.get_num_threads())
        return entropy_against(row, at)

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        by_token(noting, logits, ids)
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def test_a_kept_graph_may_be_gone_through_twice() -> None:
    logits, ids, weights = inputs()
    logits.requires_grad_()
    loss = (by_token(entropy_against, logits, ids) * weights).sum()
    [first] = torch.autograd.grad(loss, logits, retain_graph=True)
    [second] = torch.autograd.grad(loss, logits)
    assert torch.equal(first, second)
