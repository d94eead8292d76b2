"""What the student writes for itself to learn from."""

from pathlib import Path
from typing import Any

import torch

from distill.families.model_folder import load_model
from distill.losses.masking import IGNORED
from distill.training.on_policy import _Chance, written

LONGEST = 8


def _inputs() -> dict[str, torch.Tensor]:
    ids = torch.randint(5, 90, (64, 6), generator=torch.Generator().manual_seed(0))
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": ids}


def _written(model: Any) -> torch.Tensor:
    return written(model, _inputs(), LONGEST, "7 3")["labels"]


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


def test_what_an_example_gets_does_not_hang_on_its_company(plain: Path) -> None:
    model: Any = load_model(plain)
    whole, one = _inputs(), {name: part[40:41] for name, part in _inputs().items()}
    padded = {name: torch.nn.functional.pad(part, (0, 3)) for name, part in one.items()}
    expected = written(model, whole, LONGEST, "7 3")["labels"][40]
    for alone in (one, padded):
        [found] = written(model, alone, LONGEST, "7 3")["labels"]
        assert found.tolist() == expected[: len(found)].tolist()
    assert written(model, one, LONGEST, "7 4")["labels"][0].tolist() != expected.tolist()


def test_each_of_a_text_s_summaries_is_another_draw_and_the_first_the_usual_one(plain: Path) -> None:
    model: Any = load_model(plain)
    several = written(model, _inputs(), LONGEST, "7 3", copies=3)
    assert (len(several["input_ids"]), len(several["attention_mask"])) == (64, 192)
    whole = _written(model)
    width = min(whole.shape[1], several["labels"].shape[1])
    assert torch.equal(several["labels"][::3, :width], whole[:, :width])
    assert not torch.equal(several["labels"][1::3], several["labels"][::3])


def test_near_a_temperature_of_0_all_draws_are_the_likeliest(plain: Path) -> None:
    cold = written(load_model(plain), _inputs(), LONGEST, "7 3", copies=2, temperature=1e-6)["labels"]
    assert torch.equal(cold[::2], cold[1::2])


def test_the_draws_follow_the_student_s_distribution() -> None:
    """20,000 draws from (0.5, 0.3, 0.2): each share within five standard errors."""
    shares = torch.tensor([0.5, 0.3, 0.2])
    ids = torch.arange(20_000).unsqueeze(1)
    chance = _Chance({"input_ids": ids, "attention_mask": torch.ones_like(ids)}, "0")
    drawn = chance(ids, shares.log().expand(len(ids), 3)).argmax(-1)
    found = torch.bincount(drawn, minlength=3) / len(ids)
    assert ((found - shares).abs() < 5 * (shares * (1 - shares) / len(ids)).sqrt()).all()


def test_an_example_that_only_fills_up_the_batch_stays_without_words(plain: Path) -> None:
    inputs = {**_inputs(), "labels": _inputs()["labels"].clone()}
    inputs["labels"][5] = IGNORED
    labels = written(load_model(plain), inputs, LONGEST, "0")["labels"]
    assert (labels[5] == IGNORED).all()
    assert (labels != IGNORED).any(1).sum() == 63
