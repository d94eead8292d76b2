"""Which teacher layers a student takes."""

import itertools

import pytest

from distill.errors import IncompatibleModels
from distill.layer_map import evenly_spaced


@pytest.mark.parametrize(
    ("teacher", "student", "expected"),
    [
        (12, 12, tuple(range(12))),
        (12, 6, (0, 2, 4, 7, 9, 11)),
        (12, 4, (0, 4, 7, 11)),
        (12, 3, (0, 6, 11)),
        (12, 2, (0, 11)),
        (12, 1, (0,)),
        (6, 4, (0, 2, 3, 5)),
        (4, 3, (0, 2, 3)),
        (2, 2, (0, 1)),
        (1, 1, (0,)),
    ],
)
def test_table(teacher: int, student: int, expected: tuple[int, ...]) -> None:
    assert evenly_spaced(teacher, student) == expected


@pytest.mark.parametrize("teacher", range(1, 26))
def test_every_depth_rises_and_starts_with_the_position_bias(teacher: int) -> None:
    for student in range(1, teacher + 1):
        layers = evenly_spaced(teacher, student)
        assert len(layers) == student
        assert layers[0] == 0
        assert layers[-1] == (teacher - 1 if student > 1 else 0)
        assert all(low < high for low, high in itertools.pairwise(layers))


@pytest.mark.parametrize("student", [0, -1, 5])
def test_impossible_depths(student: int) -> None:
    with pytest.raises(IncompatibleModels, match=rf"{student} layers .* choose 1 to 4"):
        evenly_spaced(4, student)
