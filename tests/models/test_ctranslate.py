"""The fast engine says what the reference says, is converted once, and needs no torch afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.decoding import Decoding
from models.engines import Stopped, open_engine
from models.engines.ctranslate import open_ctranslate2
from models.errors import BadRequest, ModelUnavailable
from models.settings import Settings
from tests.tiny import make_tiny_t5

INPUTS = [[5, 6, 7, 1], [9, 8, 7, 6, 5, 4, 1], [10, 11, 3, 12, 1]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_t5(tmp_path_factory.mktemp("tiny") / "model")


@pytest.mark.parametrize("beams", [1, 4])
def test_float32_says_what_torch_says(folder: Path, home: Path, beams: int) -> None:
    from models.engines.pytorch import open_torch

    decoding = Decoding(beams=beams, max_new_tokens=12, no_repeat_ngram=0)
    fast, reference = open_ctranslate2(folder, "float32", home, None), open_torch(folder, "float32", None)
    for ids in INPUTS:
        assert fast.generate(ids, decoding) == reference.generate(ids, decoding)


def test_converts_once_and_mends_a_broken_entry(folder: Path, home: Path) -> None:
    decoding = Decoding(beams=1, max_new_tokens=8)
    first = open_ctranslate2(folder, "auto", home, None).generate(INPUTS[0], decoding)
    [entry] = (home / "ctranslate2").glob("*-int8-*")
    made = entry.stat().st_mtime_ns
    open_ctranslate2(folder, "auto", home, None)
    assert entry.stat().st_mtime_ns == made
    (entry / "model.bin").write_bytes(b"broken")
    assert open_ctranslate2(folder, "auto", home, None).generate(INPUTS[0], decoding) == first
    assert not list((home / "ctranslate2").glob(".converting-*"))


def test_needs_no_torch_once_converted(folder: Path, home: Path) -> None:
    open_ctranslate2(folder, "int8", home, None)
    code = (
        "import sys; from pathlib import Path; from models.engines.ctranslate import open_ctranslate2 as o;"
        f"o(Path({str(folder)!r}), 'int8', Path({str(home)!r}), None);"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_hands_out_tokens_as_they_come_and_stops_when_asked(folder: Path, home: Path) -> None:
    engine = open_ctranslate2(folder, "float32", home, None)
    decoding = Decoding(beams=1, max_new_tokens=8, no_repeat_ngram=0)
    seen: list[list[int]] = []
    whole = engine.generate(INPUTS[1], decoding, lambda tokens: bool(seen.append(tokens)))
    assert seen[-1] == whole
    assert [len(tokens) for tokens in seen] == list(range(1, len(whole) + 1))
    with pytest.raises(Stopped):
        engine.generate(INPUTS[1], decoding, lambda tokens: len(tokens) == 2)


def test_auto_is_the_fast_engine_without_a_gpu(folder: Path, settings: Settings) -> None:
    engine = open_engine(folder, "auto", "auto", settings)
    assert (engine.name, engine.device, engine.dtype) == ("ctranslate2", "cpu", "int8")


def test_auto_takes_torch_for_a_model_that_cannot_be_converted(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("no converter for this")

    monkeypatch.setattr("models.engines.convert.main", refuse)
    assert open_engine(folder, "auto", "auto", settings).name == "torch"
    with pytest.raises(ModelUnavailable, match=r"no converter for this.*Use the engine torch"):
        open_engine(folder, "ctranslate2", "auto", settings)


def test_an_unknown_precision_is_refused(folder: Path, home: Path) -> None:
    with pytest.raises(BadRequest, match=r"int3 does not run .* int8"):
        open_ctranslate2(folder, "int3", home, None)


def test_an_engine_nobody_holds_any_more_ends_quietly(folder: Path, home: Path) -> None:
    code = (
        "from pathlib import Path; from models.decoding import Decoding;"
        "from models.engines.ctranslate import open_ctranslate2 as o\n"
        "def work():\n"
        f"    engine = o(Path({str(folder)!r}), 'int8', Path({str(home)!r}), None)\n"
        "    engine.generate([5, 6, 1], Decoding(beams=1, max_new_tokens=4), lambda tokens: engine is None)\n"
        "for _ in range(20): work()\n"
        "print('done')"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout.strip()) == (0, "done"), answer.stderr
