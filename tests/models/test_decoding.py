import dataclasses
import json

import pytest

from models.decoding import Decoding, Sampling, Summary, Usual
from models.errors import BadRequest


def test_defaults_are_the_ones_the_page_promises() -> None:
    decoding = Decoding()
    assert (decoding.beams, decoding.max_new_tokens, decoding.no_repeat_ngram) == (4, 128, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("beams", 0),
        ("beams", 9),
        ("beams", 2.0),
        ("beams", True),
        ("beams", None),
        ("max_new_tokens", 0),
        ("max_new_tokens", 513),
        ("max_new_tokens", "64"),
        ("min_new_tokens", -1),
        ("min_new_tokens", 129),
        ("no_repeat_ngram", 11),
        ("length_penalty", 5.1),
        ("length_penalty", float("nan")),
        ("length_penalty", "1"),
        ("early_stopping", 1),
    ],
)
def test_a_bad_value_is_named_with_its_range(field: str, value: object) -> None:
    with pytest.raises(BadRequest, match=rf"{field} is .*; use "):
        Decoding(**{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("top_k", -1),
        ("top_k", 1.5),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("top_p", float("nan")),
        ("temperature", 0),
        ("temperature", 11),
        ("temperature", True),
        ("seed", -1),
    ],
)
def test_a_bad_drawing_is_named_with_its_range(field: str, value: object) -> None:
    with pytest.raises(BadRequest, match=rf"{field} is .*; use "):
        Sampling(**{field: value})  # type: ignore[arg-type]


def test_every_batch_draws_numbers_of_its_own() -> None:
    assert [Sampling(seed=2**31 - 2).of_batch(number).seed for number in range(3)] == [
        2**31 - 2,
        2**31 - 1,
        0,
    ]


@pytest.mark.parametrize("beams", [1, 8])
def test_the_ends_of_a_range_are_allowed(beams: int) -> None:
    assert Decoding(beams=beams, max_new_tokens=512, min_new_tokens=512, length_penalty=-5).beams == beams


def test_summary_as_json_has_the_public_keys() -> None:
    values = {field.name: 0 for field in dataclasses.fields(Summary)}
    keys = set(json.loads(json.dumps(Summary(**values).as_dict())))  # type: ignore[arg-type]
    assert keys >= {
        "model",
        "text",
        "seconds",
        "queue_seconds",
        "ttft",
        "tokens_in",
        "tokens_out",
        "tokens_cut",
    }
    assert keys >= {"tokens_per_second", "engine", "device", "dtype", "weights_bytes", "peak_bytes"}


@pytest.mark.parametrize(
    ("decoding", "tokens_in", "shortest"),
    [
        (Decoding(), 512, 30),
        (Decoding(), 40, 13),
        (Decoding(usual=Usual(shortest=60)), 512, 60),
        (Decoding(max_new_tokens=5), 512, 2),
        (Decoding(max_new_tokens=1), 512, 0),
        (Decoding(max_new_tokens=20), 512, 10),  # T5's own 30 would leave no room to end in
        (Decoding(max_new_tokens=64, usual=Usual(shortest=64)), 512, 32),
        (Decoding(max_new_tokens=64, min_new_tokens=64, usual=Usual(shortest=64)), 512, 64),
        (Decoding(min_new_tokens=0), 512, 0),
        (Decoding(min_new_tokens=60), 40, 60),
    ],
)
def test_a_summary_is_not_too_short_unless_asked(decoding: Decoding, tokens_in: int, shortest: int) -> None:
    assert decoding.settled(tokens_in).min_new_tokens == shortest


@pytest.mark.parametrize(
    ("decoding", "penalty"),
    [
        (Decoding(), 2.0),
        (Decoding(usual=Usual(length_penalty=0.5)), 0.5),
        (Decoding(length_penalty=0, usual=Usual(length_penalty=0.5)), 0),
    ],
)
def test_how_much_length_counts_is_the_model_s_own_unless_asked(decoding: Decoding, penalty: float) -> None:
    assert decoding.settled(512).length_penalty == penalty


@pytest.mark.parametrize(
    ("own", "penalty"), [(1, 1.0), (-0.5, -0.5), (6, 2.0), ("1", 2.0), (True, 2.0), (None, 2.0)]
)
def test_a_model_s_own_length_penalty_counts_within_its_range(own: object, penalty: float) -> None:
    assert Usual.of({"length_penalty": own}).length_penalty == penalty


@pytest.mark.parametrize(
    ("decoding", "ngram"),
    [
        (Decoding(), 5),
        (Decoding(usual=Usual(no_repeat_ngram=8)), 8),
        (Decoding(no_repeat_ngram=0, usual=Usual(no_repeat_ngram=8)), 0),
        (Decoding(min_new_tokens=4, usual=Usual(no_repeat_ngram=8)), 8),
    ],
)
def test_how_long_a_repeated_ngram_may_be_is_the_model_s_own_unless_asked(
    decoding: Decoding, ngram: int
) -> None:
    assert decoding.settled(512).no_repeat_ngram == ngram
