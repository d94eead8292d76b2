"""Folders that are damaged or meant to harm: told in a line that names the file, and nothing is loaded."""

import re
import shutil
from pathlib import Path

import psutil
import pytest

from models.errors import ModelUnavailable
from models.folders.inspection import inspect
from models.folders.tokenizer import open_tokenizer
from tests.models.folders.hostile import KINDS

_SLOW = ("garbage of SentencePiece",)  # in `test_tokenizer`: it takes a process
_OF_PYTHON = re.compile(  # what its errors speak of, and no user has asked about
    r"NoneType|\bobject (has|is)|expected at most|iterable|indices|recursion depth|a buffer of|sys\."
)
_MOST_GROWTH = 200_000_000


def _open(folder: Path) -> None:
    info = inspect(folder)
    tokenizer = open_tokenizer(folder, info.eos)
    assert tokenizer.size <= info.vocab_size, "told by the pool, with both numbers"
    tokenizer.decode(tokenizer.encode("aaa the cat\n" * 50).ids)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in _SLOW])
def test_a_folder_works_or_is_told_by_its_file(kind: str, tiny: Path, tmp_path: Path) -> None:
    spoil, told = KINDS[kind]
    folder = Path(shutil.copytree(tiny, tmp_path / "copy"))
    spoil(folder)
    before = psutil.Process().memory_info().rss
    if told is None:
        _open(folder)
    elif told == "embeddings":
        with pytest.raises(AssertionError):
            _open(folder)
    else:
        with pytest.raises(ModelUnavailable) as caught:
            _open(folder)
        message = str(caught.value)
        assert told in message.removeprefix(str(folder))
        assert len(message) < 700
        assert not _OF_PYTHON.search(message.replace(str(folder), "")), message
    assert psutil.Process().memory_info().rss - before < _MOST_GROWTH


def test_there_are_many_kinds() -> None:
    assert len(KINDS) > 300
