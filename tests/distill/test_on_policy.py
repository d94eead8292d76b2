"""What the student writes for itself to learn from."""

from pathlib import Path
from typing import Any

import torch

from distill.batches import IGNORED
from distill.on_policy import written
from distill.student import load_model

LONGEST = 8


def _written(model: Any) -> torch.Tensor:
    torch.manual_seed(0)
    ids = torch.randint(5, 90, (64, 6))
    return written(model, {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, LONGEST)["labels"]


def test_the_student_ends_when_it_would_whatever_it_is_allowed_in_use(plain: Path) -> None:
    model: Any = load_model(plain).train()
    free = _written(model)
    model.generation_config.min_new_tokens = LONGEST
    model.generation_config.no_repeat_ngram_size = 1
    assert torch.equal(_written(model), free)
    end = model.generation_config.eos_token_id
    assert ((free == end).sum(1) <= 1).all()
    assert (free[(free == end).any(1)][:, -1] == IGNORED).any(), "some must end early"
    assert (model.generation_config.min_new_tokens, model.training) == (LONGEST, True)
