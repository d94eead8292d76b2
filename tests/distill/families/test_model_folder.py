"""A model as a folder: saved whole with its own tokenizer, and loaded as what it is used with."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from distill.families.model_folder import load_model, save_model
from models.errors import ModelUnavailable
from models.folders.tokenizer import open_tokenizer
from tests.tiny import change_json, make_tiny_t5


def test_half_precision_checkpoints_train_in_float32(tiny: Path, tmp_path: Path) -> None:
    load_model(tiny).to(torch.bfloat16).save_pretrained(tmp_path)  # pyright: ignore[reportArgumentType]
    loaded = load_model(tmp_path)
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}


def test_a_model_is_saved_whole_or_not_at_all(tiny: Path, tmp_path: Path) -> None:
    class Full:
        def save_pretrained(self, folder: Path) -> None:
            (folder / "part").touch()
            raise OSError("No space left")

    with pytest.raises(OSError, match="No space"):
        save_model(load_model(tiny), Full(), tmp_path / "new" / "model")  # type: ignore[arg-type]
    assert not list((tmp_path / "new").iterdir())


def test_a_saved_config_allows_a_cache(tiny: Path, tmp_path: Path) -> None:
    """The trainer of transformers switches it off in the config."""
    model = load_model(tiny)
    model.config.use_cache = False
    save_model(model, tiny, tmp_path / "saved")
    assert json.loads((tmp_path / "saved" / "config.json").read_text())["use_cache"] is True


def test_a_saved_student_splits_texts_as_its_source_does(tiny: Path, tmp_path: Path) -> None:
    """transformers would build a tokenizer of its own for the class, and drop the normalizer."""
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(tiny, source)
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    (source / "tokenizer.json").write_text(json.dumps({**tokenizer, "normalizer": {"type": "Lowercase"}}))
    (source / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "T5TokenizerFast"}))
    save_model(load_model(source), source, target)
    for text in ("The CAT sat", "</s> the"):
        assert open_tokenizer(target).encode(text) == open_tokenizer(source).encode(text)
    assert open_tokenizer(target).encode("THE").ids == open_tokenizer(target).encode("the").ids


@pytest.mark.parametrize(
    ("tied", "scaled", "said"),
    [(True, True, True), (False, False, False), (True, False, False), (False, True, False)],
)
def test_a_saved_config_says_what_its_head_is(tied: bool, scaled: bool, said: bool, tmp_path: Path) -> None:
    """Version 4 of transformers reads `tie_word_embeddings` alone: true is T5 1.0, false is T5 1.1."""
    source = make_tiny_t5(tmp_path / "source", tied=tied, spread=0.3)
    change_json(source / "config.json", tie_word_embeddings=True, scale_decoder_outputs=scaled)
    model: Any = load_model(source)
    inputs = {"input_ids": torch.tensor([[5, 6, 1]]), "decoder_input_ids": torch.tensor([[0, 7, 8]])}
    before = model(**inputs).logits
    save_model(model, source, tmp_path / "saved")
    config = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert config["tie_word_embeddings"] is said
    weights = load_file(tmp_path / "saved" / "model.safetensors")
    assert ("lm_head.weight" in weights) is not said
    again: Any = load_model(tmp_path / "saved")
    torch.testing.assert_close(again(**inputs).logits, before)
    change_json(tmp_path / "saved" / "config.json", scale_decoder_outputs=...)  # version 4 wrote none
    again = load_model(tmp_path / "saved")
    torch.testing.assert_close(again(**inputs).logits, before)


def test_a_model_is_trained_from_the_start_token_it_is_used_with(tmp_path: Path) -> None:
    for name, own, start in (("none", {}, 0), ("own", {"decoder_start_token_id": 7}, 7)):
        folder = make_tiny_t5(tmp_path / name)
        change_json(folder / "config.json", decoder_start_token_id=...)
        change_json(folder / "generation_config.json", **{"decoder_start_token_id": ..., **own})
        model: Any = load_model(folder)
        shifted = model.prepare_decoder_input_ids_from_labels(torch.tensor([[20, 21, 1]]))
        assert shifted.tolist() == [[start, 20, 21]]
        assert model.generation_config.decoder_start_token_id == start


def test_a_checkpoint_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.block.1.layer.1.DenseReluDense.wi.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelUnavailable, match=r"lacks 1 weights, such as encoder.block.1"):
        load_model(folder)
