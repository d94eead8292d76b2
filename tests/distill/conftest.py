"""Fixtures of the engine's tests."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from distill.runs import Run
from tests.distill.helpers import train
from tests.tiny import WORDS, make_tiny_t5

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


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny T5 without dropout. Shared: do not write into it."""
    return make_tiny_t5(tmp_path_factory.mktemp("plain") / "t5", seed=3, dropout_rate=0.0)


@pytest.fixture(scope="session")
def values(tiny: Path, tiny_teacher: Path, articles: Path) -> dict[str, Any]:
    """Settings of a run of 14 steps over two passes, with dropout, accumulation and two checkpoints kept."""
    return {
        "teacher": str(tiny_teacher),
        "student": str(tiny),
        "data": str(articles),
        "max_steps": 14,
        "accumulation": 2,
        "learning_rate": 1e-3,
        "validation_examples": 4,
        "evaluation_steps": 7,
        "save_steps": 4,
        "beams": 1,
        "target_tokens": 12,
        "input_tokens": 32,
        "precision": "float32",
    }


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any], one_thread: None) -> Run:
    """A run that nothing interrupted. Shared: do not write into it."""
    return train(values, tmp_path_factory.mktemp("whole"))
