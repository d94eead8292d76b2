import itertools
import math
import shutil
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.decoding import Decoding
from models.engines import EngineChoice, Overflow, Stopped, open_engine, prepare
from models.engines import pytorch as pytorch_engine
from models.engines.checkpoint import load_checkpoint
from models.engines.pytorch import TorchEngine, choose_dtype
from models.errors import BadRequest, ModelUnavailable
from models.settings import Settings
from tests.tiny import make_tiny_t5

IDS = [98, 100, 102, 104, 98, 106, 1]
GREEDY = Decoding(beams=1, max_new_tokens=12)


@pytest.fixture(scope="module")
def engine(tiny: Path) -> TorchEngine:
    return TorchEngine(tiny, "cpu", "float32")


def changed(tiny: Path, folder: Path, name: str, factor: float | None) -> Path:
    """A copy of a model with one tensor scaled, or taken out."""
    shutil.copytree(tiny, folder)
    weights = load_file(folder / "model.safetensors")
    weights = {key: tensor * (factor or 1) if key == name else tensor for key, tensor in weights.items()}
    if factor is None:
        del weights[name]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize("beams", [1, 3])
def test_it_generates_what_transformers_generates(engine: TorchEngine, tiny: Path, beams: int) -> None:
    from transformers import T5ForConditionalGeneration

    model = T5ForConditionalGeneration.from_pretrained(tiny)
    search = {"length_penalty": 2.0, "early_stopping": True} if beams > 1 else {}
    expected = model.generate(
        torch.tensor([IDS]),
        num_beams=beams,
        max_new_tokens=12,
        no_repeat_ngram_size=2,
        do_sample=False,
        **search,
    )
    decoding = Decoding(beams=beams, max_new_tokens=12, no_repeat_ngram=2, length_penalty=2.0)
    assert engine.generate(IDS, decoding) == [token for token in expected[0].tolist() if token > 1]


@pytest.mark.parametrize("beams", [1, 3])
def test_a_decoder_may_be_deeper_than_the_encoder(tmp_path: Path, beams: int) -> None:
    folder = make_tiny_t5(tmp_path / "deep", layers=1, decoder_layers=3)
    engine = TorchEngine(folder, "cpu", "float32")
    search = {"length_penalty": 1.0, "early_stopping": False} if beams > 1 else {}
    expected = load_checkpoint(folder, torch.float32).generate(
        torch.tensor([IDS]), num_beams=beams, max_new_tokens=8, do_sample=False, use_cache=False, **search
    )
    decoding = Decoding(
        beams=beams, max_new_tokens=8, no_repeat_ngram=0, length_penalty=1.0, early_stopping=False
    )
    found = engine.generate(IDS, decoding)
    assert found == engine.strip(expected[0].tolist())
    assert found


def test_it_tells_the_first_token_once(engine: TorchEngine) -> None:
    told: list[int] = []
    engine.generate(IDS, GREEDY, on_first=lambda: told.append(1))
    engine.generate(IDS, Decoding(beams=2, max_new_tokens=4), on_first=lambda: told.append(2))
    assert told == [1]


def test_log_probabilities_are_those_of_the_next_token(engine: TorchEngine) -> None:
    tokens = engine.generate(IDS, Decoding(beams=1, max_new_tokens=4, no_repeat_ngram=0, min_new_tokens=0))
    for place, token in enumerate(tokens):
        found = engine.log_probabilities(IDS, tokens[:place])
        assert found.index(max(found)) == token
        assert sum(map(math.exp, found)) == pytest.approx(1.0, abs=1e-5)


def test_the_models_own_generation_settings_are_replaced(
    engine: TorchEngine, tiny: Path, tmp_path: Path
) -> None:
    from transformers import GenerationConfig

    shutil.copytree(tiny, tmp_path / "own")
    stubborn = GenerationConfig(
        num_beams=3, min_new_tokens=9, max_length=5, repetition_penalty=9.0, do_sample=True,
        decoder_start_token_id=0, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    stubborn.save_pretrained(tmp_path / "own")
    assert TorchEngine(tmp_path / "own", "cpu", "float32").generate(IDS, GREEDY) == engine.generate(
        IDS, GREEDY
    )


def test_the_length_limits_hold(engine: TorchEngine) -> None:
    free = Decoding(beams=1, max_new_tokens=5, no_repeat_ngram=0)
    assert len(engine.generate(IDS, free)) == 5
    long = Decoding(beams=2, max_new_tokens=20, min_new_tokens=20)
    assert len(engine.generate(IDS, long)) == 20


def test_no_ngram_repeats(engine: TorchEngine) -> None:
    tokens = engine.generate(IDS, Decoding(beams=1, max_new_tokens=40, no_repeat_ngram=2))
    pairs = list(itertools.pairwise(tokens))
    assert len(pairs) == len(set(pairs))


def test_strip_takes_off_start_end_and_padding(engine: TorchEngine) -> None:
    assert engine.strip([0, 5, 0, 6, 1, 7, 0]) == [5, 6]
    assert engine.strip([0, 5]) == [5]
    assert engine.strip([0, 1]) == []


def test_greedy_steps_grow_by_a_token_and_end_as_the_result(engine: TorchEngine) -> None:
    steps: list[list[int]] = []
    tokens = engine.generate(IDS, GREEDY, on_step=lambda so_far: bool(steps.append(so_far)))
    assert steps == [tokens[: n + 1] for n in range(len(tokens))]


@pytest.mark.parametrize("beams", [1, 4])
def test_a_watcher_stops_it_at_the_next_step(engine: TorchEngine, beams: int) -> None:
    steps: list[list[int]] = []

    def third(so_far: list[int]) -> bool:
        steps.append(so_far)
        return len(steps) == 3

    with pytest.raises(Stopped):
        engine.generate(IDS, Decoding(beams=beams, max_new_tokens=100, min_new_tokens=100), on_step=third)
    assert len(steps) == 3
    assert [len(step) for step in steps] == ([1, 2, 3] if beams == 1 else [0, 0, 0])


def test_weights_are_counted_in_memory_tied_once(engine: TorchEngine, tiny: Path, tiny_untied: Path) -> None:
    from models.folders.inspection import inspect

    assert engine.weights_bytes == 4 * inspect(tiny).parameters
    assert TorchEngine(tiny_untied, "cpu", "float32").weights_bytes == 4 * inspect(tiny_untied).parameters


def test_an_untied_output_layer_is_kept(tiny_untied: Path) -> None:
    model = TorchEngine(tiny_untied, "cpu", "float32")._model
    stored = load_file(tiny_untied / "model.safetensors")
    assert torch.equal(model.lm_head.weight, stored["lm_head.weight"])
    assert not torch.equal(model.lm_head.weight, model.shared.weight)
    assert not model.config.scale_decoder_outputs


def test_float16_keeps_the_sensitive_layers_in_float32(tiny: Path) -> None:
    engine = TorchEngine(tiny, "cpu", "float16")
    wo = sum(p.numel() for name, p in engine._model.named_parameters() if name.endswith("wo.weight"))
    total = sum(p.numel() for p in engine._model.parameters())
    assert wo == 4 * 16 * 32
    assert engine.weights_bytes == 4 * wo + 2 * (total - wo)
    assert engine.generate(IDS, GREEDY)


@pytest.mark.parametrize("beams", [1, 2])
@pytest.mark.parametrize("watched", [False, True])
def test_float16_overflow_is_noticed_and_float32_mends_it(
    tiny: Path, tmp_path: Path, beams: int, watched: bool
) -> None:
    hot = changed(tiny, tmp_path / "hot", "encoder.final_layer_norm.weight", 1e6)  # beyond float16's 65504
    engine, shown = TorchEngine(hot, "cpu", "float16"), []
    decoding = Decoding(beams=beams, max_new_tokens=4)
    with pytest.raises(Overflow):
        engine.generate(
            IDS, decoding, on_step=(lambda so_far: bool(shown.append(so_far))) if watched else None
        )
    assert not any(shown)
    engine.fall_back()
    assert engine.dtype == "float32"
    assert "float16 overflowed" in engine.note
    assert engine.generate(IDS, decoding) == TorchEngine(hot, "cpu", "float32").generate(IDS, decoding)


def test_a_fall_back_without_room_is_tried_again(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = TorchEngine(tiny, "cpu", "float16")

    def full(*args: object) -> None:
        raise ModelUnavailable("The GPU is full.")

    with monkeypatch.context() as patch:
        patch.setattr("models.engines.pytorch._load_model", full)
        for attempt in (engine.fall_back, lambda: engine.generate(IDS, GREEDY)):
            with pytest.raises(ModelUnavailable, match="full"):
                attempt()
    assert engine.generate(IDS, GREEDY) == TorchEngine(tiny, "cpu", "float32").generate(IDS, GREEDY)


def test_an_empty_float16_output_counts_as_overflow(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = TorchEngine(tiny, "cpu", "float16")
    monkeypatch.setattr(engine._model, "generate", lambda *args, **kwargs: torch.tensor([[0, 1]]))
    with pytest.raises(Overflow):
        engine.generate(IDS, GREEDY)
    engine.dtype = "float32"
    assert engine.generate(IDS, GREEDY) == []


def test_precisions_by_device(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def supported(including_emulation: bool = True) -> bool:
        asked.append(including_emulation)
        return including_emulation  # a T4: only emulated

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert choose_dtype("auto", "cpu") == "float32"
    assert choose_dtype("auto", "cuda:0") == "float16"
    assert choose_dtype("bfloat16", "cpu") == "bfloat16"
    with pytest.raises(BadRequest, match="float16 needs a GPU"):
        choose_dtype("float16", "cpu")
    with pytest.raises(BadRequest, match="no bfloat16 hardware"):
        choose_dtype("bfloat16", "cuda:0")
    assert asked == [False]


def test_the_gpu_is_taken_when_there_is_one(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str]] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 1)
    monkeypatch.setattr(
        pytorch_engine, "TorchEngine", lambda folder, device, dtype, note: opened.append((device, dtype))
    )
    pytorch_engine.open_torch(tiny, "auto", None)
    assert opened == [("cuda:1", "float16")]


def test_synchronize_waits_for_the_device_only_on_cuda(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: waited.append(str(device)))
    engine = TorchEngine(tiny, "cpu", "float32")
    engine.synchronize()
    engine._torch_device = torch.device("cuda:0")
    engine.synchronize()
    assert waited == ["cuda:0"]


def test_a_full_gpu_is_a_clear_message(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    engine = TorchEngine(tiny, "cpu", "float32")
    monkeypatch.setattr(engine._model, "generate", full)
    with pytest.raises(ModelUnavailable, match="memory of cpu is full"):
        engine.generate(IDS, GREEDY)


def test_weights_that_are_missing_are_not_made_up(tiny: Path, tmp_path: Path) -> None:
    folder = changed(tiny, tmp_path / "holes", "decoder.block.1.layer.2.DenseReluDense.wi.weight", None)
    with pytest.raises(ModelUnavailable, match=r"lacks 1 weights, such as decoder\.block\.1"):
        TorchEngine(folder, "cpu", "float32")


def test_weights_of_another_shape_are_a_clear_message(tmp_path: Path) -> None:
    make_tiny_t5(tmp_path / "a")
    make_tiny_t5(tmp_path / "b", d_model=32)
    shutil.copy(tmp_path / "b" / "model.safetensors", tmp_path / "a")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        TorchEngine(tmp_path / "a", "cpu", "float32")


def test_threads_are_set_once_for_every_thread(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, asked = torch.get_num_threads(), []
    monkeypatch.setattr(pytorch_engine, "_threads_set", threading.Event())
    monkeypatch.setattr(pytorch_engine.torch, "set_num_threads", asked.append)
    engines = [open_engine(tiny, EngineChoice("torch", "auto"), settings) for _ in range(2)]
    assert asked == [settings.threads]
    assert (engines[0].name, engines[0].device, engines[0].dtype) == ("torch", "cpu", "float32")
    assert torch.get_num_threads() == before


def test_an_unknown_engine_is_refused(tiny: Path, settings: Settings) -> None:
    with pytest.raises(BadRequest, match="Engine 'onnx' is unknown; use auto or one of ctranslate2, torch"):
        prepare(tiny, "onnx", settings)


def test_a_bart_speaks_without_its_start_token(tmp_path: Path) -> None:
    from transformers import BartConfig, BartForConditionalGeneration

    sizes = {"encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 8, "decoder_ffn_dim": 8}
    config = BartConfig(
        vocab_size=160, d_model=16, encoder_attention_heads=2, decoder_attention_heads=2, **sizes
    )
    BartForConditionalGeneration(config).save_pretrained(tmp_path)
    tokens = TorchEngine(tmp_path, "cpu", "float32").generate(IDS, GREEDY)
    assert not set(tokens) & {config.bos_token_id, config.eos_token_id, config.pad_token_id}


def test_a_failing_watcher_is_not_swallowed(engine: TorchEngine) -> None:
    with pytest.raises(SystemError):
        engine.generate(IDS, GREEDY, on_step=_raise)


def _raise(so_far: list[int]) -> bool:
    raise SystemError
