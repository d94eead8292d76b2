"""Which examples a run gets."""

from pathlib import Path

import pytest

from distill.config import RunConfig
from distill.errors import BadConfig
from distill.training.materials import load_examples, load_materials
from models.settings import Settings


def test_a_small_run_validates_on_as_many_texts_as_a_large_one(articles: Path, settings: Settings) -> None:
    for most in (2, 20):
        config = RunConfig(student="s", data=str(articles), max_examples=most, validation_examples=8)
        train, held_out, _ = load_examples(config, settings)
        assert (len(train), len(held_out)) == (most, 8)


def test_frozen_weights_are_left_out_of_training(articles: Path, plain: Path, settings: Settings) -> None:
    def loaded(frozen: str) -> set[str]:
        config = RunConfig(student=str(plain), data=str(articles), frozen=frozen)
        student = load_materials(config, settings).student
        return {name for name, weight in student.named_parameters() if not weight.requires_grad}

    assert loaded("relative_attention_bias, final_layer_norm") == {
        f"{stack}.{weight}.weight"
        for stack in ("encoder", "decoder")
        for weight in ("block.0.layer.0.SelfAttention.relative_attention_bias", "final_layer_norm")
    }
    assert loaded("embed_tokens") == {"shared.weight"}
    with pytest.raises(BadConfig, match="leaves nothing to train"):
        loaded("weight")
    with pytest.raises(BadConfig, match=r"no weight with 'biases' in its name; it has .*final_layer_norm"):
        loaded("biases")
