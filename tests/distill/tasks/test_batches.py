"""From examples to token ids: what is cut, and where."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from distill.config import RunConfig
from distill.data import Example
from distill.errors import Cancelled
from distill.runs import Run
from distill.tasks.summarize import Summarize
from distill.training.batches import ByLength, Rows, rows_of
from models.folders.inspection import inspect
from models.folders.tokenizer import open_tokenizer
from models.serving.summarizer import Summarizer
from models.text.encoding import open_encoder
from tests.models.fakes import FakeEngine
from tests.tiny import make_tokenizer, save_tokenizer

DOCUMENT = "the cat sat on the mat and the dog ran in the house"


def readable(ids: list[int]) -> str:
    """The text of ids of the tiny tokenizer, special tokens shown."""
    return make_tokenizer().decode(ids, skip_special_tokens=False)


def change(file: Path, **values: Any) -> None:
    """Set values of a JSON file."""
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


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
    config = RunConfig(student="x", target_tokens=limit)
    examples = [Example(DOCUMENT, "the cat sat. a dog ran. the end")]
    [feature] = Summarize().encode(examples, open_encoder(tiny), config)
    assert readable(feature["labels"]) == expected


def test_inputs_have_the_prefix_and_are_cut_before_the_end_token(tiny: Path) -> None:
    encoder = open_encoder(tiny, 8)
    [feature] = Summarize().encode([Example(DOCUMENT, "the cat")], encoder, RunConfig(student="x"))
    assert len(feature["input_ids"]) == 8
    assert readable(feature["input_ids"]) == "summarize: the cat sat on the</s>"


def test_copying_continues_a_span_of_the_input(tiny: Path) -> None:
    encoder = open_encoder(tiny, 8)
    config = RunConfig(student="x", task="copy", target_tokens=4)
    features = list(Summarize().encode([Example(DOCUMENT, "")] * 5, encoder, config))
    for feature in features:
        *window, end = feature["input_ids"]
        assert (len(window), end, len(feature["labels"])) == (7, 1, 4)
        assert str(feature["labels"])[1:-1] in str(window)
    assert features == list(Summarize().encode([Example(DOCUMENT, "")] * 5, encoder, config))


def test_leads_are_the_first_whole_sentences_of_the_document(tiny: Path) -> None:
    config = RunConfig(student="x", task="lead", target_tokens=9)
    document = "the cat sat. a dog ran. the end"
    [feature] = Summarize().encode([Example(document, "")], open_encoder(tiny), config)
    assert readable(feature["labels"]) == "the cat sat. a dog ran.</s>"
    assert readable(feature["input_ids"]) == f"summarize: {document}</s>"


def test_extracts_come_from_what_the_student_sees(tiny: Path) -> None:
    examples = [Example("a dog ran. the cat sat. the house was new.", "the new house. the cat")]
    for limit, expected in ((64, "the cat sat. the house was new.</s>"), (12, "the cat sat.</s>")):
        config = RunConfig(student="x", task="extract")
        [feature] = Summarize().encode(examples, open_encoder(tiny, limit), config)
        assert readable(feature["labels"]) == expected


@pytest.mark.parametrize("summary", ["the cat sat.</s>", "the cat sat. </s> </s>", "the cat sat.\n"])
def test_a_summary_has_one_end_whatever_the_data_appended(tiny: Path, summary: str) -> None:
    [feature] = Summarize().encode([Example(DOCUMENT, summary)], open_encoder(tiny), RunConfig(student="x"))
    assert readable(feature["labels"]) == "the cat sat.</s>"


def test_special_tokens_in_the_data_are_text(tiny: Path) -> None:
    [feature] = Summarize().encode(
        [Example("the </s> cat", "the <pad> cat")], open_encoder(tiny), RunConfig(student="x")
    )
    assert feature["input_ids"].count(1) == feature["labels"].count(1) == 1
    assert 0 not in feature["labels"]


@pytest.mark.parametrize(
    "text",
    [
        "the </s> cat <pad> sat.",
        "the cat sat." + "\n" * 6000 + "a dog ran. " * 200,
        "London (CNN) -- The cat sat on the mat. " * 60,
        "\ud800 the cat\x00 sat.",
        "the cat sat on the mat " * 200,
    ],
)
@pytest.mark.parametrize("kind", ["plain", "no end", "lower-casing", "bart"])
def test_training_reads_what_use_reads(tiny: Path, tmp_path: Path, kind: str, text: str) -> None:
    """The same ids, whatever the text and however the model's tokenizer is made."""
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    if kind == "bart":
        change(folder / "config.json", model_type="bart", encoder_layers=2, max_position_embeddings=64)
    elif kind == "lower-casing":  # and no class is named, so that transformers would build its own
        change(folder / "tokenizer.json", normalizer={"type": "Lowercase"})
        (folder / "tokenizer_config.json").unlink()
    elif kind == "no end":
        save_tokenizer(folder, make_tokenizer(append_eos=False))
    info = inspect(folder)
    used = Summarizer("m", info, open_tokenizer(folder, info.eos), FakeEngine([4]))
    [feature] = Summarize().encode([Example(text, "the cat")], open_encoder(folder), RunConfig(student="x"))
    assert feature["input_ids"] == used.token_ids(text)
    assert len(feature["input_ids"]) <= info.input_tokens
    used.summarize(text)
    [given] = used.engine.inputs
    assert feature["input_ids"] == given


def test_many_are_tokenized_as_each_alone(tiny: Path) -> None:
    examples = [Example("cat " * (1 + number % 7), "dog " * (1 + number % 5)) for number in range(150)]
    encoder, config = open_encoder(tiny), RunConfig(student="x")
    alone = [row for example in examples for row in Summarize().encode([example], encoder, config)]
    assert list(Summarize().encode(examples, encoder, config)) == alone


def test_tokenizing_is_told_of_and_can_be_cancelled(tiny: Path, tmp_path: Path) -> None:
    config = RunConfig(student="x", data="y")
    run = Run.create(tmp_path, config.as_dict())
    examples = [Example("the cat", "a cat")] * 600
    assert len(rows_of(run, examples, open_encoder(tiny), config)) == 600
    assert run.status().message == "Tokenizing: 512 of 600 examples"
    run.request_stop()
    with pytest.raises(Cancelled):
        rows_of(run, examples, open_encoder(tiny), config)
    assert run.status().message == "Tokenizing: 256 of 600 examples"


@pytest.fixture
def uneven(tiny: Path) -> Rows:
    """256 examples, their inputs of two lengths, their summaries of eight, in no order."""
    lengths = random.Random(0).choices([(1, n) for n in range(8)] + [(20, n) for n in range(8)], k=256)
    examples = [Example("cat " * words, "dog " * (1 + target)) for words, target in lengths]
    return Rows(Summarize().encode(examples, open_encoder(tiny), RunConfig(student="x")))


def test_batches_hold_like_lengths(uneven: Rows) -> None:
    order = list(ByLength(uneven, batch_size=4, seed=1))
    assert sorted(order) == list(range(256))

    def padding(indices: list[int], name: str) -> int:
        lengths = [[len(uneven[i][name]) for i in indices[at : at + 4]] for at in range(0, 256, 4)]
        return sum(4 * max(batch) - sum(batch) for batch in lengths)

    for name in ("input_ids", "labels"):
        assert padding(order, name) < padding(list(range(256)), name) / 4, name


def test_the_order_depends_on_seed_and_epoch_alone(uneven: Rows) -> None:
    def order(seed: int, epoch: int) -> list[int]:
        sampler = ByLength(uneven, batch_size=4, seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(1, 1) == order(1, 1)
    assert order(1, 1) != order(1, 2)
    assert order(1, 1) != order(2, 1)
    assert order(1, 1) != order(2, 0), "a seed's passes are no other seed's"
