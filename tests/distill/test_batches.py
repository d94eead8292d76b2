"""From examples to token ids: what is cut, and where."""

import random
from pathlib import Path

import pytest

from distill.batches import ByLength, TokenizedExamples
from distill.config import RunConfig
from distill.data import Example
from distill.student import load_tokenizer

DOCUMENT = "the cat sat on the mat and the dog ran in the house"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (14, "the cat sat. a dog ran. the end</s>"),  # all 14 tokens
        (13, "the cat sat. a dog ran.</s>"),
        (9, "the cat sat. a dog ran.</s>"),
        (8, "the cat sat.</s>"),
        (5, "the cat sat.</s>"),
        (4, "the cat sat."),  # no room to end: no end token
    ],
)
def test_a_long_summary_is_cut_after_a_sentence(tiny: Path, limit: int, expected: str) -> None:
    tokenizer = load_tokenizer(tiny)
    config = RunConfig(student="x", target_tokens=limit)
    examples = [Example(DOCUMENT, "the cat sat. a dog ran. the end")]
    [feature] = TokenizedExamples(examples, tokenizer, config)
    assert tokenizer.decode(feature["labels"]) == expected


def test_inputs_have_the_prefix_and_are_cut_before_the_end_token(tiny: Path) -> None:
    tokenizer = load_tokenizer(tiny)
    [feature] = TokenizedExamples(
        [Example(DOCUMENT, "the cat")], tokenizer, RunConfig(student="x", input_tokens=8)
    )
    assert len(feature["input_ids"]) == 8
    assert tokenizer.decode(feature["input_ids"]) == "summarize: the cat sat on the</s>"


def test_copying_continues_a_span_of_the_input(tiny: Path) -> None:
    tokenizer = load_tokenizer(tiny)
    config = RunConfig(student="x", task="copy", input_tokens=8, target_tokens=4)
    features = TokenizedExamples([Example(DOCUMENT, "")] * 5, tokenizer, config)
    for feature in features:
        *window, end = feature["input_ids"]
        assert (len(window), end, len(feature["labels"])) == (7, tokenizer.eos_token_id, 4)
        assert str(feature["labels"])[1:-1] in str(window)
    again = TokenizedExamples([Example(DOCUMENT, "")] * 5, tokenizer, config)
    assert [*features] == [*again]


def test_leads_are_the_first_whole_sentences_of_the_document(tiny: Path) -> None:
    tokenizer = load_tokenizer(tiny)
    config = RunConfig(student="x", task="lead", target_tokens=9)
    document = "the cat sat. a dog ran. the end"
    [feature] = TokenizedExamples([Example(document, "")], tokenizer, config)
    assert tokenizer.decode(feature["labels"]) == "the cat sat. a dog ran.</s>"
    assert tokenizer.decode(feature["input_ids"]) == f"summarize: {document}</s>"


def test_extracts_come_from_what_the_student_sees(tiny: Path) -> None:
    tokenizer = load_tokenizer(tiny)
    examples = [Example("a dog ran. the cat sat. the house was new.", "the new house. the cat")]
    for limit, expected in ((64, "the cat sat. the house was new.</s>"), (12, "the cat sat.</s>")):
        config = RunConfig(student="x", task="extract", input_tokens=limit)
        [feature] = TokenizedExamples(examples, tokenizer, config)
        assert tokenizer.decode(feature["labels"]) == expected


@pytest.fixture
def uneven(tiny: Path) -> TokenizedExamples:
    """256 examples, their inputs of two lengths, their summaries of eight, in no order."""
    lengths = random.Random(0).choices([(1, n) for n in range(8)] + [(20, n) for n in range(8)], k=256)
    examples = [Example("cat " * words, "dog " * (1 + target)) for words, target in lengths]
    return TokenizedExamples(examples, load_tokenizer(tiny), RunConfig(student="x"))


def test_batches_hold_like_lengths(uneven: TokenizedExamples) -> None:
    order = list(ByLength(uneven, batch_size=4, seed=1))
    assert sorted(order) == list(range(256))

    def padding(indices: list[int], name: str) -> int:
        lengths = [[len(uneven[i][name]) for i in indices[at : at + 4]] for at in range(0, 256, 4)]
        return sum(4 * max(batch) - sum(batch) for batch in lengths)

    for name in ("input_ids", "labels"):
        assert padding(order, name) < padding(list(range(256)), name) / 4, name


def test_the_order_depends_on_seed_and_epoch_alone(uneven: TokenizedExamples) -> None:
    def order(seed: int, epoch: int) -> list[int]:
        sampler = ByLength(uneven, batch_size=4, seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(1, 1) == order(1, 1)
    assert order(1, 1) != order(1, 2)
    assert order(1, 1) != order(2, 1)
    assert order(1, 1) != order(2, 0), "a seed's passes are no other seed's"
