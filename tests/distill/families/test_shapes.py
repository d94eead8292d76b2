"""Shapes of a T5 student: parameters by count, births that agree with their shape, untied heads."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from distill.errors import IncompatibleModels
from distill.families.model_folder import load_model, save_model
from distill.families.t5 import shapes
from models.folders.inspection import inspect
from tests.tiny import make_tiny_t5

IDS = torch.tensor([[5, 9, 30, 41, 1]])
SMALL = {
    "encoder_layers": 2,
    "decoder_layers": 1,
    "width": 24,
    "heads": 2,
    "head_size": 8,
    "inner": 40,
    "kind": "relu",
    "tied": True,
}


@pytest.mark.parametrize("kind", ["relu", "gelu", "gated-gelu"])
@pytest.mark.parametrize("tied", [True, False])
def test_a_shape_weighs_what_its_student_has(tiny_teacher: Path, kind: str, tied: bool) -> None:
    info = inspect(tiny_teacher)
    shape = {**SMALL, "kind": kind, "tied": tied}
    student = shapes.born(shape, load_model(tiny_teacher), shapes.shape_of(info), 0)
    assert student.num_parameters() == shapes.parameters(shape, student.config.vocab_size)
    own = shapes.shape_of(info)
    assert shapes.parameters(own, info.vocab_size) == info.parameters


def test_parameters_by_hand() -> None:
    """One layer each, 2 wide, 2 heads of 1, 3 inside, 5 tokens, tied, relu."""
    shape = {"encoder_layers": 1, "decoder_layers": 1, "width": 2, "heads": 2, "head_size": 1, "inner": 3}
    attention, inner, norms, positions = 4 * 2 * 2, 2 * 2 * 3, 2 * 2 + 3 * 2 + 2 * 2, 2 * 32 * 2
    wanted = 5 * 2 + 3 * attention + 2 * inner + norms + positions
    assert shapes.parameters({**shape, "kind": "relu", "tied": True}, 5) == wanted
    gated = shapes.parameters({**shape, "kind": np.array(["gated-gelu", "relu"]), "tied": False}, 5)
    assert gated.tolist() == [wanted + 10 + 2 * 6, wanted + 10]


def test_a_student_of_the_teachers_widths_is_cut_from_it(tiny_teacher: Path) -> None:
    own = shapes.shape_of(inspect(tiny_teacher))
    teacher: Any = load_model(tiny_teacher)
    cut: Any = shapes.born({**own, "encoder_layers": 2, "decoder_layers": 1}, teacher, own, 0)
    assert torch.equal(cut.encoder.block[0].layer[0].SelfAttention.q.weight,
                       teacher.encoder.block[0].layer[0].SelfAttention.q.weight)  # fmt: skip
    assert shapes.is_cut({**own, "encoder_layers": 2}, own)
    assert not shapes.is_cut({**own, "encoder_layers": own["encoder_layers"] + 1}, own)
    assert not shapes.is_cut({**own, "kind": "gated-gelu"}, own)


def test_an_untied_student_begins_as_the_tied_one_and_stays_so_in_its_folder(
    tiny_teacher: Path, tmp_path: Path
) -> None:
    own, teacher = shapes.shape_of(inspect(tiny_teacher)), load_model(tiny_teacher)
    logits = []
    for tied in (True, False):
        student: Any = shapes.born({**SMALL, "tied": tied}, teacher, own, 3).eval()
        save_model(student, tiny_teacher, tmp_path / str(tied))
        again: Any = load_model(tmp_path / str(tied)).eval()
        assert shapes.shape_of(inspect(tmp_path / str(tied))) == {**SMALL, "tied": tied}
        with torch.no_grad():
            logits += [m(input_ids=IDS, labels=IDS).logits for m in (student, again)]
    for each in logits[1:]:
        torch.testing.assert_close(each, logits[0], atol=1e-5, rtol=1e-5)


def test_the_default_space_has_the_teacher_in_it(tiny_teacher: Path) -> None:
    own = shapes.shape_of(inspect(tiny_teacher))
    space = shapes.default_space(own)
    assert list(space) == list(shapes.PARTS)
    assert all(own[part] in values for part, values in space.items())
    assert space["width"] == (8, 16, 24, 32)
    assert space["encoder_layers"] == (1, 2, 3, 4)


def test_another_family_is_refused_by_name(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "mt5", kind="MT5")
    with pytest.raises(IncompatibleModels, match="is a mt5 model, and the shapes known here"):
        shapes.shape_of(inspect(folder))


@pytest.mark.parametrize(
    ("part", "value", "must"),
    [
        ("heads", 1, "a whole number from 2 up"),
        ("width", True, "a whole number from 1 up"),
        ("width", 64, ""),
        ("kind", "tanh", "one of relu, gelu, gated-gelu, gated-silu"),
        ("tied", 1, "true or false"),
        ("tied", False, ""),
    ],
)
def test_what_a_part_may_be(part: str, value: Any, must: str) -> None:
    assert shapes.allowed(part, value) == must
