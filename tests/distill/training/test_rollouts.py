"""What the student's own summaries are worth, and what it learns from that."""

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from distill.config import RunConfig
from distill.data import Example
from distill.errors import BadConfig
from distill.families.encoder_decoder.running import observe
from distill.families.model_folder import load_model
from distill.families.signal import Needs
from distill.losses.masking import IGNORED
from distill.objective.feature_terms import Masks
from distill.objective.objective import Objective
from distill.objective.rewards import Rewards
from distill.tasks import task_of
from distill.training.rollouts import Rollouts, scale_rewards
from models.text.encoding import open_encoder

SOURCE = "The envoy left the building in Tehran. He met the people. It rained on all of them."


def _rollouts(plain: Path) -> Rollouts:
    return Rollouts(2, "unfinished,fragments", open_encoder(plain), task_of("summarize"))


def test_a_reward_is_the_mean_of_rouge_less_a_tenth_for_each_fault(plain: Path) -> None:
    """The second has 2 of 4 words and 1 of 3 pairs, and no verb."""
    examples = [Example(SOURCE, "He met the people.")] * 2
    whole, piece = _rollouts(plain)._rewards(examples, ["He met the people.", "The people."])
    assert whole == pytest.approx(1.0)
    assert piece == pytest.approx((2 / 3 + 1 / 2 + 2 / 3) / 3 - 0.1)


def test_each_summary_is_compared_with_the_others_of_its_text(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rewards 1 and 3, 2 and 2: better by −2, 2, 0, 0, whose root mean square is √2."""
    rollouts = _rollouts(plain)
    monkeypatch.setattr(rollouts, "_rewards", lambda examples, summaries: [1.0, 3.0, 2.0, 2.0])
    ids = torch.tensor([[5, 6, 7, 1], [8, 9, 1, 0]])
    batch = {
        "input_ids": ids,
        "attention_mask": (ids != 0).long(),
        "labels": ids.masked_fill(ids == 0, IGNORED),
    }
    found = rollouts.written(load_model(plain), batch, 6, "0")
    assert len(found["labels"]) == 4
    assert len(found["input_ids"]) == 2
    assert found["rewards"].mean == pytest.approx(2.0)
    assert found["rewards"].advantages.tolist() == [-2, 2, 0, 0]
    scale_rewards([found])
    torch.testing.assert_close(found["rewards"].advantages, torch.tensor([-(2**0.5), 2**0.5, 0.0, 0.0]))


def test_the_scale_is_that_of_all_of_a_step_s_batches_and_equal_rewards_stay_equal() -> None:
    """Squares 4, 4, 0, 0, whose mean is 2; one batch alone would have 4."""

    def batch(*advantages: float) -> dict[str, Any]:
        return {"rewards": Rewards(torch.tensor(advantages), torch.tensor(0.0), 1.0)}

    step = [batch(2, -2), batch(0, 0)]
    scale_rewards(step)
    found = [part["rewards"].advantages.tolist() for part in step]
    assert found == [pytest.approx([2**0.5, -(2**0.5)]), [0, 0]]
    alike = [batch(3e-8, -3e-8)]
    scale_rewards(alike)
    assert alike[0]["rewards"].advantages.abs().max() < 1e-4


def test_what_is_judged_is_the_text_that_was_read_without_the_prefix(plain: Path) -> None:
    encoder = open_encoder(plain)
    ids = torch.tensor([encoder.input_ids(SOURCE)])
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": ids}
    [one, two] = _rollouts(plain)._examples(batch)
    assert one == two
    assert one.document == encoder.tokenizer.decode(encoder.tokenizer.encode(encoder.seen(SOURCE)).ids)


def test_a_text_is_encoded_once_for_all_its_rows(plain: Path) -> None:
    model: Any = load_model(plain).eval()
    ids, labels = torch.randint(5, 90, (3, 7)), torch.randint(5, 90, (6, 4))
    ids[1, 5:] = 0
    mask = (ids != 0).long().repeat_interleave(2, 0)
    shared = observe(model, {"input_ids": ids, "attention_mask": mask, "labels": labels}, Needs())
    each = {"input_ids": ids.repeat_interleave(2, 0), "attention_mask": mask, "labels": labels}
    torch.testing.assert_close(shared.logits, observe(model, each, Needs()).logits)


def test_the_loss_makes_what_is_better_likelier() -> None:
    """−Σ advantage · log p over the tokens that count, by hand; labels and teacher have no say."""
    logits = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    labels = torch.tensor([[1, 2, 3], [4, 0, IGNORED]])
    masks = Masks(torch.ones(2, 4), (labels != IGNORED).long())
    rewards = Rewards(torch.tensor([1.5, -0.5]), torch.tensor(0.3), 0.5)
    outcome = Objective(RunConfig(student="s"))(
        student=type("Signal", (), {"logits": logits})(),
        teacher=None,
        labels=labels,
        masks=masks,
        rewards=rewards,
    )
    likely = F.log_softmax(logits / 0.5, -1)
    by_hand = -(1.5 * sum(likely[0, place, place + 1] for place in range(3)))
    by_hand += 0.5 * (likely[1, 0, 4] + likely[1, 1, 0])
    torch.testing.assert_close(outcome.total, by_hand / 5)
    assert outcome.settings["reward"] == pytest.approx(0.3)


def test_a_rule_with_a_memory_is_refused_where_the_rules_are_used(plain: Path) -> None:
    with pytest.raises(BadConfig, match="cannot have duplicate"):
        Rollouts(2, "all", open_encoder(plain), task_of("summarize"))


def test_what_cannot_work_is_refused() -> None:
    for values, message in (
        ({"rollouts": 1, "on_policy": 1}, "set it to 2 or more"),
        ({"rollouts": 2}, "set on_policy too"),
        ({"rollouts": 2, "on_policy": 1, "task": "lead"}, "scored against summaries"),
    ):
        with pytest.raises(BadConfig, match=message):
            RunConfig.from_dict({"student": "s", **values})
