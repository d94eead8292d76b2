"""Students cut from teachers, and fresh ones that can copy."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration

from distill.errors import BadConfig, IncompatibleModels
from distill.families.model_folder import load_model
from distill.families.t5 import student
from distill.families.t5.circuit import add_circuit
from distill.families.t5.shapes import FreshShape

IDS = torch.tensor([[5, 9, 30, 41, 1]])
LABELS = torch.tensor([[7, 8, 1]])


def _logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        return model.eval()(input_ids=IDS, labels=LABELS).logits


@pytest.fixture(params=["tied", "untied"])
def teacher(request: pytest.FixtureRequest, tiny_teacher: Path, tiny_untied: Path) -> Any:
    return load_model(tiny_teacher if request.param == "tied" else tiny_untied)


def _depths(model: Any) -> tuple[int, int]:
    return len(model.encoder.block), len(model.decoder.block)


def test_a_copy_of_full_depth_is_the_teacher(teacher: Any) -> None:
    copied = student.from_teacher_layers(teacher, *_depths(teacher))
    assert torch.equal(_logits(copied), _logits(teacher))


@pytest.mark.parametrize("layers", [(1, 1), (2, 1), (1, 2)])
def test_a_cut_student_is_the_same_after_saving(
    teacher: Any, layers: tuple[int, int], tmp_path: Path
) -> None:
    cut = student.from_teacher_layers(teacher, *layers)
    assert _depths(cut) == layers
    cut.save_pretrained(tmp_path)
    again: Any = load_model(tmp_path)
    assert (again.config.num_layers, again.config.num_decoder_layers) == layers
    assert torch.equal(_logits(again), _logits(cut))
    tied = teacher.lm_head.weight is teacher.shared.weight
    assert (again.lm_head.weight is again.shared.weight) == tied
    assert (cut.lm_head.weight is cut.shared.weight) == tied
    assert torch.equal(again.lm_head.weight, teacher.lm_head.weight)


def test_the_kept_layers_are_the_evenly_spaced_ones(tiny_teacher: Path) -> None:
    teacher: Any = load_model(tiny_teacher)
    cut: Any = student.from_teacher_layers(teacher, 3, 2)
    for stack, layers in (("encoder", (0, 2, 3)), ("decoder", (0, 3))):
        for mine, theirs in zip(getattr(cut, stack).block, layers, strict=True):
            wanted = getattr(teacher, stack).block[theirs].state_dict()
            assert all(torch.equal(wanted[name], value) for name, value in mine.state_dict().items())


def test_a_single_decoder_layer_is_made_of_both_ends(tiny_teacher: Path) -> None:
    teacher: Any = load_model(tiny_teacher)
    cut: Any = student.from_teacher_layers(teacher, 2, 1)
    first, last = teacher.decoder.block[0].layer, teacher.decoder.block[-1].layer
    looks_back, looks_into_the_text, feed_forward = cut.decoder.block[0].layer
    for mine, theirs in ((looks_back, first[0]), (looks_into_the_text, last[1]), (feed_forward, last[2])):
        wanted = theirs.state_dict()
        assert wanted.keys() == mine.state_dict().keys()
        assert all(torch.equal(wanted[name], value) for name, value in mine.state_dict().items())


def test_a_cut_student_leaves_its_teacher_alone(tiny_teacher: Path) -> None:
    teacher: Any = load_model(tiny_teacher)
    before = _logits(teacher)
    cut: Any = student.from_teacher_layers(teacher, 2, 2)
    with torch.no_grad():
        cut.shared.weight.zero_()
    assert _depths(teacher) == (4, 4)
    assert torch.equal(_logits(teacher), before)


@pytest.mark.parametrize("beams", [1, 3])
def test_a_cut_student_generates_the_same_with_and_without_its_cache(teacher: Any, beams: int) -> None:
    cut: Any = student.from_teacher_layers(teacher, 2, 1).eval()
    written = [
        cut.generate(IDS, num_beams=beams, max_new_tokens=8, do_sample=False, use_cache=cache)
        for cache in (True, False)
    ]
    assert torch.equal(*written)
    assert written[0].shape[1] > 2


def test_too_many_layers(tiny: Path) -> None:
    with pytest.raises(IncompatibleModels, match="3 layers cannot be cut from 2"):
        student.from_teacher_layers(load_model(tiny), 3, 1)


def test_a_fresh_student_saves_loads_and_writes(tmp_path: Path) -> None:
    shape = FreshShape(width=64, inner=64, encoder_layers=2, decoder_layers=1)
    model: Any = student.fresh(shape, 160)
    assert model.config.vocab_size == 192, "a multiple of 64"
    model.save_pretrained(tmp_path)
    again: Any = load_model(tmp_path)
    assert torch.equal(_logits(again), _logits(model))
    assert again.generation_config.decoder_start_token_id == 0
    assert again.generate(IDS, max_new_tokens=4, do_sample=False).shape[0] == 1


def test_fresh_students_of_one_seed_are_equal() -> None:
    shape = FreshShape(64, 64, 1, 1, 2)
    one, two, other = (student.fresh(shape, 160, seed=seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["shared.weight"], other["shared.weight"])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"heads": 0}, "heads is 0; use a whole number from 1 to 131,072"),
        ({"decoder_layers": -1}, "decoder_layers is -1; use a whole number from 1"),
        ({"encoder_layers": 10**26}, "use a whole number from 1 to 131,072"),
        ({"input_tokens": 7}, "input_tokens is 7; use 8 or more"),
        ({"width": 32}, "width is 32; use 64 or more"),
    ],
)
def test_impossible_shapes(shape: dict[str, int], message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        FreshShape(**shape)


def test_further_heads_look_ahead_back_around_and_everywhere() -> None:
    model: Any = student.fresh(FreshShape(64, 64, 1, 1, 8), 160)
    with torch.no_grad():
        bias = model.encoder.block[0].layer[0].SelfAttention.compute_bias(7, 7)[0]
    # From token 0 the sixth ahead, from token 6 the sixth back; weights fall by e in 12 and 50 tokens.
    assert bias[4:, 0, 6].tolist() == pytest.approx([-0.5, -8, -0.12, 0])
    assert bias[4:, 6, 0].tolist() == pytest.approx([-8, -0.5, -0.12, 0])
    assert bias[4:, 3, 3].tolist() == [0, 0, 0, 0]


def _span_loss(model: Any) -> float:
    """Cross-entropy of continuing a random span of a random input, its first token aside."""
    generator = torch.Generator().manual_seed(3)
    inputs = torch.stack([torch.randperm(997, generator=generator)[:60] + 3 for _ in range(16)])
    inputs[:, -1] = 1
    labels = inputs[:, 20:36].clone()
    with torch.no_grad():
        logits = model.eval()(input_ids=inputs, labels=labels).logits
    return float(
        torch.nn.functional.cross_entropy(logits[:, 1:].reshape(-1, 1000), labels[:, 1:].reshape(-1))
    )


def test_the_circuit_copies_before_any_training() -> None:
    config = T5Config(
        vocab_size=1000, d_model=128, d_kv=64, d_ff=128, num_layers=2, num_heads=4, dropout_rate=0.0
    )
    config.decoder_start_token_id = 0
    torch.manual_seed(0)
    model: Any = T5ForConditionalGeneration(config)
    without = _span_loss(model)
    add_circuit(model)
    assert _span_loss(model) < without - 1


@pytest.mark.parametrize(("heads", "pieces"), [(2, 2), (3, 4), (4, 8), (6, 8)])
def test_a_copy_goes_on_where_it_was_though_its_last_words_stand_elsewhere_too(
    heads: int, pieces: int
) -> None:
    config = T5Config(
        vocab_size=1000, d_model=256, d_kv=64, d_ff=128, num_layers=2, num_heads=heads, dropout_rate=0.0
    )
    config.decoder_start_token_id = 0
    torch.manual_seed(0)
    model: Any = T5ForConditionalGeneration(config).eval()
    add_circuit(model)
    generator = torch.Generator().manual_seed(3)
    inputs = torch.stack([torch.randperm(997, generator=generator)[:60] + 3 for _ in range(32)])
    inputs[:, 40 : 40 + pieces] = inputs[:, 20 : 20 + pieces]  # one name
    for first, again in ((20, 40), (40, 20)):
        labels = inputs[:, first - 8 : first + pieces + 1].clone()
        with torch.no_grad():
            after = model(input_ids=inputs, labels=labels).logits[:, -1]
        right, wrong = (after.gather(1, inputs[:, [start + pieces]]) for start in (first, again))
        assert (right > wrong).float().mean() > 0.9


def test_a_saved_fresh_config_is_whole(tmp_path: Path) -> None:
    student.fresh(FreshShape(64, 64, 1, 1, 2), 160).save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["decoder_start_token_id"] == 0
    assert config["dropout_rate"] == 0.0
