"""Fixtures of the engine's tests."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.tiny import WORDS

WORDS_IN_TEXTS = [word for word in WORDS if word != "summarize"]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny models are fastest with one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A jsonl file of 40 small articles with summaries of uneven lengths. Shared: do not write into it."""
    generator = random.Random(0)
    path = tmp_path_factory.mktemp("articles") / "articles.jsonl"
    rows = [
        {
            "document": f"{' '.join(generator.choices(WORDS_IN_TEXTS, k=generator.randint(8, 25)))} {number}",
            "summary": " ".join(generator.choices(WORDS_IN_TEXTS, k=generator.randint(2, 9))),
        }
        for number in range(40)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path
