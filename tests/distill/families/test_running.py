"""Batches, and what models say of them."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LogitsProcessorList

from distill.errors import IncompatibleModels
from distill.families import family_of
from distill.families.model_folder import cut, load_model
from distill.families.signal import Needs
from tests.tiny import make_tiny_bart, make_tiny_t5

ROWS = [{"input_ids": [5, 6, 1], "labels": [7, 1]}, {"input_ids": [5, 1], "labels": [8, 9, 1]}]


@pytest.fixture(params=["t5", "bart"])
def model(request: pytest.FixtureRequest, tiny: Path, tmp_path: Path) -> Any:
    """A model of each family."""
    return load_model(tiny if request.param == "t5" else make_tiny_bart(tmp_path / "bart")).eval()


def test_batches_are_padded(model: Any) -> None:
    batch = family_of(model.config.model_type).collate(ROWS, pad=3)
    rows = {name: values[:, :4].tolist() for name, values in batch.items()}
    assert rows == {
        "input_ids": [[5, 6, 1, 3], [5, 1, 3, 3]],
        "attention_mask": [[1, 1, 1, 0], [1, 1, 0, 0]],
        "labels": [[7, 1, -100, -100], [8, 9, 1, -100]],
    }
    assert {values.shape for values in batch.values()} == {(2, 8)}


def test_logits_are_aligned_with_the_labels(model: Any) -> None:
    """The library's own loss on the labels is the cross-entropy of the logits at the labels' places."""
    family = family_of(model.config.model_type)
    batch = family.collate(ROWS, pad=model.config.pad_token_id)
    logits: Any = family.observe(model, batch, Needs()).logits
    expected = model(**batch).loss
    found = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten())
    torch.testing.assert_close(found, expected)


def test_hidden_states_go_by_the_stack(model: Any) -> None:
    family = family_of(model.config.model_type)
    signal = family.observe(model, family.collate(ROWS, pad=0), Needs(hidden=True))
    depths = family.anatomy(model.config.to_dict()).depths
    assert {name: len(states) - 1 for name, states in signal.hidden.items()} == depths
    assert not signal.attentions
    assert not signal.relations


def test_a_decoder_deeper_than_the_encoder_writes(tmp_path: Path) -> None:
    model = load_model(make_tiny_t5(tmp_path / "deep", layers=1, decoder_layers=3)).eval()
    family, batch = family_of("t5"), {"input_ids": torch.tensor([[5, 6, 1]])}
    batch["attention_mask"] = torch.ones_like(batch["input_ids"])
    model.generation_config.max_new_tokens = 4
    written = family.write(model, batch, LogitsProcessorList())
    expected = model.generate(**batch, use_cache=False)
    assert torch.equal(written, expected[:, 1:])


def test_what_cannot_be_cut_is_refused(tmp_path: Path) -> None:
    teacher = load_model(make_tiny_bart(tmp_path / "bart"))
    with pytest.raises(IncompatibleModels, match="cannot be cut from a bart model"):
        cut(teacher, (1, 1))
