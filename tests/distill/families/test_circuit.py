"""What a fresh model knows before any training."""

from statistics import fmean
from typing import Any

import pytest
import torch
from transformers import T5Config

from distill.data import load
from distill.families.t5 import student
from distill.families.t5.directions import FIGURES, Directions
from distill.families.t5.shapes import FreshShape
from distill.families.t5.vocabulary import train_vocabulary
from distill.families.t5.words import Words, words_of
from distill.rules.salience import salience
from distill.rules.taken import read
from models.decoding import PREFIX
from models.folders.tokenizer import TextTokenizer
from models.settings import Settings
from tests.tiny import make_tokenizer


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return [row.document for row in load("built-in", settings=settings).rows]


@pytest.fixture(scope="module")
def tokenizer(articles: list[str]) -> TextTokenizer:
    return TextTokenizer(train_vocabulary(articles, 2000).backend_tokenizer)


@pytest.fixture(scope="module")
def model(tokenizer: TextTokenizer) -> Any:
    return student.fresh(
        FreshShape(encoder_layers=2, decoder_layers=1), tokenizer.size, words=words_of(tokenizer)
    ).eval()


def test_the_words_of_a_vocabulary(tokenizer: TextTokenizer) -> None:
    words = words_of(tokenizer)
    assert words is not None
    assert tokenizer.piece(words.stop) == "."
    assert tokenizer.piece(words.prompt) == ":"
    pieces = {tokenizer.piece(number) for number in words.telling}
    assert "▁water" in pieces
    assert not pieces & {"▁the", ".", "<unk>"}


def test_a_vocabulary_of_no_full_stop_tells_nothing() -> None:
    assert words_of(TextTokenizer(make_tokenizer(20))) is None


def test_an_encoder_finds_beginnings_and_what_comes_again(model: Any, tokenizer: TextTokenizer) -> None:
    text = "the water rose quickly. people left before the water came. nobody stayed behind."
    ids = [*tokenizer.encode(PREFIX + text).ids, 1]
    pieces = [tokenizer.piece(number) for number in ids]
    ways = Directions.of(model.config, 4, torch.Generator().manual_seed(42))
    with torch.no_grad():
        found = model.encoder(torch.tensor([ids]), output_hidden_states=True).hidden_states[1][0]
    early, again, begins = ((found @ way).tolist() for way in (ways.early, ways.again, ways.begins))
    starts = [place for place, piece in enumerate(pieces[:-2]) if piece in (".", ":")]
    sentences = {place + 1 for place in starts}
    assert len(sentences) == 3
    others = [value for place, value in enumerate(begins[:-1]) if place not in sentences]
    assert min(begins[place] for place in sentences) > max(others)
    waters = [place for place, piece in enumerate(pieces) if piece == "▁water"]
    alone = [place for place, piece in enumerate(pieces) if piece in ("▁people", "▁before")]
    assert len(waters) == 2
    assert min(again[place] for place in waters) > max(again[place] for place in alone) + 2
    first, last = sorted(sentences)[0], sorted(sentences)[-1]
    assert early[first] > early[last] + 0.5


def test_directions_are_at_right_angles() -> None:
    config = T5Config(d_model=384, d_kv=64, num_heads=8)
    ways = Directions.of(config, 4, torch.Generator().manual_seed(1))
    single = torch.stack([getattr(ways, name) for name in FIGURES])
    rows = torch.cat([*ways.windows, single, ways.said, ways.words])
    assert rows.shape == (384, 384)
    torch.testing.assert_close(rows @ rows.T, torch.eye(384), atol=1e-5, rtol=0)
    torch.testing.assert_close(ways.twins @ ways.words.T @ ways.words, ways.twins, atol=1e-5, rtol=0)


def test_an_untrained_model_begins_with_sentences_that_matter(
    model: Any, tokenizer: TextTokenizer, articles: list[str]
) -> None:
    ranks = []
    for article in articles[:24]:
        sentences = read(article, 180)
        told = salience(sentences, 0.3)
        ids = [*tokenizer.encode(PREFIX + " ".join(sentences)).ids, 1]
        with torch.no_grad():
            scores = model(torch.tensor([ids]), decoder_input_ids=torch.tensor([[0]])).logits[0, 0]
        first = [tokenizer.encode(sentence).ids[0] for sentence in sentences]
        begun = [worth for worth, token in zip(told, first, strict=True) if token == int(scores.argmax())]
        if begun:
            ranks.append(fmean(other < fmean(begun) for other in told))
    assert len(ranks) >= 20
    assert fmean(ranks) > 0.6, "better than most of the others; 0.5 would be chance"


def test_an_untrained_model_goes_on_with_what_it_has_begun(
    model: Any, tokenizer: TextTokenizer, articles: list[str]
) -> None:
    right: list[bool] = []
    for article in articles[:24]:
        sentences = read(article, 180)
        ids = [*tokenizer.encode(PREFIX + " ".join(sentences)).ids, 1]
        labels = torch.tensor(tokenizer.encode(sentences[3]).ids)
        with torch.no_grad():
            found = model(torch.tensor([ids]), labels=labels[None]).logits[0].argmax(-1)
        right += (found == labels)[1:].tolist()
    assert fmean(right) > 0.8


@pytest.mark.parametrize(
    ("width", "heads", "size"), [(128, 8, 32), (130, 9, 40), (128, 8, 128), (512, 16, 64)], ids=str
)
def test_any_shape_with_room_takes_the_circuit(width: int, heads: int, size: int) -> None:
    words = Words(stop=5, prompt=6, telling=tuple(range(20, 100)))
    shape = FreshShape(width, 64, 1, 2, heads, 64, size)
    found: Any = student.fresh(shape, 160, words=words)
    plain: Any = student.fresh(shape, 160)
    assert all(weight.isfinite().all() for weight in found.parameters())
    assert not torch.equal(found.shared.weight, plain.shared.weight)
