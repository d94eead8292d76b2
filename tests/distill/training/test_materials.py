"""Which examples a run gets."""

from pathlib import Path

from distill.config import RunConfig
from distill.training.materials import load_examples
from models.settings import Settings


def test_a_small_run_validates_on_as_many_texts_as_a_large_one(articles: Path, settings: Settings) -> None:
    for most in (2, 20):
        config = RunConfig(student="s", data=str(articles), max_examples=most, validation_examples=8)
        train, held_out, _ = load_examples(config, settings)
        assert (len(train), len(held_out)) == (most, 8)
