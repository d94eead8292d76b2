"""Fixtures for all tests: tiny models made once a session, settings that write to a temporary folder."""

from pathlib import Path

import pytest

from models.settings import Settings
from tests.tiny import make_bert_folder, make_decoder_only_folder, make_tiny_t5


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the tests of real CUDA devices where there is none."""
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose home is a temporary folder."""
    return Settings(home=tmp_path / "home", threads=1)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny T5: 2 + 2 layers, 16 wide. Shared: do not write into it."""
    return make_tiny_t5(tmp_path_factory.mktemp("tiny") / "t5")


@pytest.fixture(scope="session")
def tiny_teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A larger tiny T5 with the same tokenizer: 4 + 4 layers, 32 wide. Shared: do not write into it."""
    return make_tiny_t5(
        tmp_path_factory.mktemp("teacher") / "t5", d_model=32, layers=4, decoder_layers=4, seed=1
    )


@pytest.fixture(scope="session")
def tiny_untied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny T5 whose output layer is not its embedding. Shared: do not write into it."""
    return make_tiny_t5(tmp_path_factory.mktemp("untied") / "t5", tied=False, seed=2)


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT. Shared: do not write into it."""
    return make_bert_folder(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="session")
def decoder_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny GPT-2. Shared: do not write into it."""
    return make_decoder_only_folder(tmp_path_factory.mktemp("gpt"))
