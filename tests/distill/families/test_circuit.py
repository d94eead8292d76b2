"""What a fresh model knows before any training."""

from statistics import fmean
from typing import Any

import pytest
import torch

from distill.data import load
from distill.families.t5 import student
from distill.families.t5.shapes import FreshShape
from distill.families.t5.vocabulary import train_vocabulary
from distill.families.t5.words import words_of
from distill.rules.salience import WEIGHTS, features, read
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


def test_an_untrained_model_says_whole_sentences_that_matter(
    model: Any, tokenizer: TextTokenizer, articles: list[str]
) -> None:
    begun, ranks = 0, []
    for article in articles[:16]:
        sentences = read(article, 180)
        salience = [sum(w * x for w, x in zip(WEIGHTS, row, strict=True)) for row in features(sentences)]
        starts = [tuple(tokenizer.encode(sentence).ids[:6]) for sentence in sentences]
        ids = [*tokenizer.encode(PREFIX + " ".join(sentences)).ids, 1]
        written = model.generate(torch.tensor([ids]), max_new_tokens=6, do_sample=False)[0, 1:].tolist()
        if tuple(written) in starts:
            begun += 1
            said = salience[starts.index(tuple(written))]
            ranks.append(fmean(other < said for other in salience))
    assert begun >= 10
    assert fmean(ranks) > 0.6, "better than most of the others; 0.5 would be chance"
