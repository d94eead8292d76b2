"""Spaces: counted by hand, narrowed, and none of a sampler's draws outside."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from distill.errors import BadConfig
from distill.families.t5 import shapes
from distill.search.samplers import make_sampler
from distill.search.space import Space, narrow, read_space
from tests.distill.search.fake import VALUES, plan, space


def _small(ceiling: int) -> Space:
    """a · b of at most `ceiling`, a not above b."""
    return Space.of(
        {"a": (1, 2, 3), "b": (2, 4)}, lambda s: s["a"] <= s["b"], lambda s: s["a"] * s["b"], ceiling
    )


def test_it_holds_what_can_be_built_and_is_small_enough() -> None:
    found = _small(8)
    assert found.count == 4
    pairs = [{"a": a, "b": b} for a, b in product((1, 2, 3), (2, 4))]
    assert [pair for pair in pairs if found.holds(pair)] == [
        {"a": 1, "b": 2}, {"a": 1, "b": 4}, {"a": 2, "b": 2}, {"a": 2, "b": 4}
    ]  # fmt: skip
    assert not found.holds({"a": 4, "b": 4})
    assert found.open([]).tolist() == [True, True, False]
    assert found.open([1]).tolist() == [True, True]
    assert {tuple(found.draw(np.random.default_rng(n)).values()) for n in range(40)} == {
        (1, 2), (1, 4), (2, 2), (2, 4)
    }  # fmt: skip


def test_an_empty_one_says_what_the_smallest_weighs() -> None:
    with pytest.raises(BadConfig, match=r"at most the teacher's 1 parameters \(the smallest has 2\)"):
        _small(1)


def test_too_large_a_one_is_not_built() -> None:
    values = {str(part): tuple(range(100)) for part in range(4)}
    with pytest.raises(BadConfig, match="100,000,000 combinations"):
        Space.of(values, lambda s: True, lambda s: 0, 1)


def test_it_is_narrowed_part_by_part() -> None:
    found = narrow(VALUES, {"width": [192, 64, 64], "kind": "relu"}, shapes.allowed)
    assert (found["width"], found["kind"], found["heads"]) == ((64, 192), ("relu",), (2, 4))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"widht": 64}, "no part 'widht'. Did you mean width?"),
        ({"zzz": 64}, "The parts are encoder_layers"),
        ({"width": []}, "gives no value for width"),
        ({"width": ["64"]}, "width has '64'; it must be a whole number from 1 up"),
        ({"kind": ["tanh"]}, "kind has 'tanh'; it must be one of relu"),
        ({"tied": 1}, "tied has 1; it must be true or false"),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        narrow(VALUES, given, shapes.allowed)


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is not JSON"), ("[1]", "must hold one JSON object"), (None, "cannot be read: No such file")],
)
def test_a_file_that_is_none(text: str | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / "space.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BadConfig, match=words):
        read_space(file)
    file.write_text(json.dumps({"width": 64}))
    assert read_space(file) == {"width": 64}


def test_numbers_are_numbers_to_optuna() -> None:
    found = space().distributions()
    assert found["width"] == optuna.distributions.IntDistribution(64, 256, step=64)
    assert found["tied"] == optuna.distributions.CategoricalDistribution((True, False))
    assert found["head_size"] == optuna.distributions.CategoricalDistribution((32,))


@pytest.mark.parametrize("name", ["tpe", "nsga2", "random", "controller"])
def test_no_sampler_draws_what_is_not_possible(name: str) -> None:
    """Of 768 combinations 336 are possible; the same seed draws the same shapes, whoever draws them."""
    own, wanted = space(), plan(sampler=name, trials=30, seed=5)
    drawn = []
    for _ in range(2):
        study = optuna.create_study(direction="maximize")
        for number in range(30):
            study.sampler = make_sampler(wanted, own, number)
            trial = study.ask(own.distributions())
            study.tell(trial, float(trial.params["width"]))
        drawn.append([trial.params for trial in study.trials])
    assert all(own.holds(shape) for shape in drawn[0])
    assert drawn[0] == drawn[1]
    assert len({tuple(shape.items()) for shape in drawn[0]}) > 5
    assert own.possible.size == 768
    assert own.count < 768


def test_where_hardly_anything_is_possible_that_is_drawn() -> None:
    rare = Space.of(
        {"a": tuple(range(200)), "b": tuple(range(200))},
        lambda s: (s["a"] == 7) & (s["b"] == 11),
        lambda s: s["a"] + s["b"],
        1000,
    )
    study = optuna.create_study(sampler=make_sampler(plan(), rare, 0))
    assert study.ask(rare.distributions()).params == {"a": 7, "b": 11}
