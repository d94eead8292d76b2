"""Which teacher layers a student takes, and which it looks at."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from distill.errors import BadConfig, IncompatibleModels
from distill.families.layer_map import evenly_spaced, last, layer_pairs, layer_weights, tinybert


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


RULES = [(evenly_spaced, "even"), (last, "last"), (tinybert, "tinybert")]


@pytest.mark.parametrize(
    ("rule", "teacher", "student", "expected"),
    [
        (last, 12, 4, (8, 9, 10, 11)),
        (last, 4, 4, (0, 1, 2, 3)),
        (last, 5, 1, (4,)),
        (tinybert, 12, 4, (2, 5, 8, 11)),  # g(n) = 3 n of the paper, counted from 1
        (tinybert, 12, 6, (1, 3, 5, 7, 9, 11)),
        (tinybert, 12, 1, (11,)),
        (tinybert, 12, 5, (1, 3, 6, 8, 11)),
        (tinybert, 6, 4, (0, 2, 3, 5)),
    ],
)
def test_other_rules(rule: Callable[[int, int], Any], teacher: int, student: int, expected: Any) -> None:
    assert rule(teacher, student) == expected


@pytest.mark.parametrize(("rule", "kind"), RULES)
def test_rules_as_pairs(rule: Callable[[int, int], Any], kind: str) -> None:
    for teacher in range(1, 13):
        for student in range(1, teacher + 1):
            layers = rule(teacher, student)
            assert all(0 <= low < high < teacher for low, high in itertools.pairwise(layers))
            if (kind, student) != ("even", 1):
                assert layer_pairs(kind, teacher, student) == tuple(enumerate(layers))


def test_a_single_layer_looks_at_the_last_though_it_is_cut_from_the_first() -> None:
    assert layer_pairs("even", 6, 1) == ((0, 5),)
    assert evenly_spaced(6, 1) == (0,)


@pytest.mark.parametrize("kind", ["even", "last", "tinybert"])
def test_a_deeper_student_fits_no_rule_but_pairs(kind: str) -> None:
    with pytest.raises(IncompatibleModels, match=r'choose 1 to 2, or map by pairs such as "0-1,1-3"'):
        layer_pairs(kind, 2, 3)
    assert layer_pairs("0-0,2-1", 2, 3) == ((0, 0), (2, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0-1,1-3", ((0, 1), (1, 3))),
        (" 1-3 , 0-1 ", ((0, 1), (1, 3))),
        ("1-3", ((1, 3),)),
        ("1-2,1-3", ((1, 2), (1, 3))),
    ],
)
def test_explicit_pairs(text: str, expected: tuple[tuple[int, int], ...]) -> None:
    assert layer_pairs(text, 4, 2) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "choose even, last, tinybert, or pairs"),
        ("first", "'first' is not a layer map"),
        ("0:1", "is not a layer map"),
        ("0-1,", "is not a layer map"),
        ("-1-2", "is not a layer map"),
        ("0-4", "Layer pair 0-4 does not exist: the student has layers 0 to 1, the teacher 0 to 3"),
        ("2-0", "Layer pair 2-0 does not exist"),
        ("0-1,0-1", "has a pair twice"),
    ],
)
def test_bad_pairs(text: str, message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        layer_pairs(text, 4, 2)


@pytest.mark.parametrize(
    ("n", "growth", "expected"),
    [
        (3, 1.0, (1.0, 1.0, 1.0)),
        (2, 3.0, (0.5, 1.5)),
        (3, 2.0, (3 / 7, 6 / 7, 12 / 7)),
        (2, 0.5, (4 / 3, 2 / 3)),
        (1, 7.0, (1.0,)),
        (0, 2.0, ()),
    ],
)
def test_weights(n: int, growth: float, expected: tuple[float, ...]) -> None:
    assert layer_weights(n, growth) == pytest.approx(expected)


@pytest.mark.parametrize("growth", [0.0, -1.0, float("nan")])
def test_impossible_growth(growth: float) -> None:
    with pytest.raises(BadConfig, match="choose a number above 0"):
        layer_weights(3, growth)
