"""Both engines are the same function for every kind of T5: they give each token the same probability."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.decoding import Decoding
from models.engines import conversion, open_engine, prepare
from models.engines.convert import main
from models.errors import ModelUnavailable
from models.settings import Settings
from tests.tiny import change_json, make_tiny_t5

INPUT, SUMMARY = [9, 8, 7, 6, 5, 4, 1], [100, 101, 17, 8, 90]


def score_both(folder: Path, home: Path) -> tuple[list[float], list[float]]:
    settings = Settings(home=home, threads=1)
    engines: list[Any] = [
        open_engine(folder, prepare(folder, name, settings, "float32"), settings)
        for name in ("ctranslate2", "torch")
    ]
    fast, reference = (engine.score(INPUT, SUMMARY) for engine in engines)
    return fast, reference


def nothing(folder: Path) -> None:
    """As the library in use writes it."""


def config(**values: Any) -> Callable[[Path], None]:
    return lambda folder: change_json(folder / "config.json", **values)


def generation(**values: Any) -> Callable[[Path], None]:
    return lambda folder: change_json(folder / "generation_config.json", **values)


AS_VERSION_4: dict[str, Any] = {"tie_word_embeddings": False, "scale_decoder_outputs": ...}
AS_VERSION_5 = {"tie_word_embeddings": True, "scale_decoder_outputs": False}
MT5 = {"kind": "MT5", "tied": False, "feed_forward_proj": "gated-gelu"}
UMT5 = {**MT5, "kind": "UMT5"}


@pytest.mark.parametrize(
    ("shape", "change"),
    [
        ({}, nothing),
        ({}, config(tie_word_embeddings=..., scale_decoder_outputs=...)),  # T5 1.0 on the hub
        ({"tied": False, "feed_forward_proj": "gated-gelu"}, config(**AS_VERSION_4)),  # T5 1.1, Flan
        ({"tied": False}, config(**AS_VERSION_5)),
        ({"tied": False}, config(tie_word_embeddings=True, scale_decoder_outputs=True)),
        ({}, config(**AS_VERSION_4)),  # without a head of its own, and yet not scaled
        (MT5, config(**AS_VERSION_4)),
        (MT5, config(tie_word_embeddings=True, scale_decoder_outputs=True)),  # mT5 never scales
        (UMT5, config(**AS_VERSION_4)),
        (UMT5, config(**AS_VERSION_5)),
        ({}, generation(decoder_start_token_id=7)),
        ({}, config(decoder_start_token_id=7)),
        ({"layer_norm_epsilon": 0.05}, nothing),
        ({"relative_attention_num_buckets": 8, "relative_attention_max_distance": 16}, nothing),
    ],
)
def test_each_token_is_as_likely_on_both_engines(
    shape: dict[str, Any], change: Callable[[Path], None], tmp_path: Path
) -> None:
    folder = make_tiny_t5(tmp_path / "model", spread=0.3, **shape)
    change(folder)
    fast, reference = score_both(folder, tmp_path / "home")
    assert len(reference) == len(SUMMARY) + 1
    assert fast == pytest.approx(reference, abs=1e-4)


def test_the_start_token_of_the_generation_settings_counts(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "model", spread=0.3)
    before, _ = score_both(folder, tmp_path / "home")
    change_json(folder / "generation_config.json", decoder_start_token_id=7)
    fast, reference = score_both(folder, tmp_path / "home")
    assert fast == pytest.approx(reference, abs=1e-4)
    assert fast != pytest.approx(before, abs=1e-2)  # and the entry of before is not taken for it


def test_any_of_several_end_tokens_ends(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "model", spread=0.3)
    settings, search = Settings(home=tmp_path / "home", threads=1), Decoding(beams=1, max_new_tokens=12)

    def write(name: str) -> list[int]:
        return open_engine(folder, prepare(folder, name, settings, "float32"), settings).generate(
            INPUT, search
        )

    whole = write("torch")
    change_json(folder / "generation_config.json", eos_token_id=[1, whole[3]])
    expected = whole[: whole.index(whole[3])]
    assert write("torch") == write("ctranslate2") == expected


def test_what_was_converted_otherwise_before_is_made_anew(tmp_path: Path) -> None:
    folder, home = make_tiny_t5(tmp_path / "model"), tmp_path / "home"
    entry = conversion.converted(folder, "float32", home)
    outdated = entry.with_name(entry.name.rpartition("-")[0])  # as it was called before there were formats
    entry.rename(outdated)
    current = entry.with_name(f"another-int8{entry.name.partition('float32')[2]}")
    current.mkdir()
    assert conversion.converted(folder, "float32", home) == entry
    assert (entry / "model.bin").is_file()
    assert (outdated.exists(), current.exists()) == (False, True)


def test_one_model_s_conversion_holds_up_no_other_s_loading(tmp_path: Path) -> None:
    folder, home = make_tiny_t5(tmp_path / "model"), tmp_path / "home"
    entry = conversion.converted(folder, "float32", home)
    with conversion._converting:  # as while another is converted: the lock would never come free here
        assert conversion.converted(folder, "float32", home) == entry


def test_a_model_that_is_not_whole_is_not_converted(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    del weights["decoder.block.1.layer.1.EncDecAttention.k.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelUnavailable, match="lacks 1 weights, such as decoder"):
        main(str(folder), str(tmp_path / "converted"), "float32")


def test_a_converted_model_needs_no_tokenizer(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "model")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / file).unlink()
    main(str(folder), str(tmp_path / "converted"), "float32")
    words = json.loads((tmp_path / "converted" / "shared_vocabulary.json").read_text())
    assert words == [str(number) for number in range(160)]


def test_the_reference_scores_by_the_probabilities_of_its_own_search(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "model", spread=0.3)
    settings = Settings(home=tmp_path, threads=1)
    engine: Any = open_engine(folder, prepare(folder, "torch", settings), settings)
    by_step = [engine.log_probabilities(INPUT, SUMMARY[:place])[token] for place, token in enumerate(SUMMARY)]
    assert engine.score(INPUT, SUMMARY)[:-1] == pytest.approx(by_step, abs=1e-5)
    assert torch.tensor(engine.log_probabilities(INPUT, [])).exp().sum() == pytest.approx(1.0)


def test_a_conversion_leaves_the_process_s_precision_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_tiny_t5(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    save_file({name: weight.bfloat16() for name, weight in weights.items()}, folder / "model.safetensors")
    change_json(folder / "config.json", dtype="bfloat16")
    asked: list[torch.dtype] = []
    monkeypatch.setattr(torch, "set_default_dtype", asked.append)
    main(str(folder), str(tmp_path / "converted"), "int8")
    assert set(asked) <= {torch.float32}


def test_what_a_killed_conversion_left_is_removed_after_a_day(tmp_path: Path) -> None:
    folder, home = make_tiny_t5(tmp_path / "model"), tmp_path / "home"
    old, new = (home / "ctranslate2" / f".converting-{name}" for name in ("old", "new"))
    for each in (old, new):
        (each / "model").mkdir(parents=True)
    os.utime(old, (0, 0))
    conversion.converted(folder, "float32", home)
    assert (old.exists(), new.exists()) == (False, True)
