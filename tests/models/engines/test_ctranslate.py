"""The fast engine says what the reference says, is converted once, and needs no torch afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from models import engines
from models.decoding import Decoding, Sampling
from models.engines import Engine, EngineChoice, Stopped, conversion, ctranslate, open_engine, prepare
from models.errors import BadRequest, ModelUnavailable
from models.settings import Settings
from tests.tiny import make_tiny_t5

OPEN = (
    "from pathlib import Path; from models.settings import Settings\n"
    "from models.engines import open_engine, prepare\n"
    "def opened(folder, home):\n"
    "    settings = Settings(home=Path(home))\n"
    "    return open_engine(Path(folder), prepare(Path(folder), 'ctranslate2', settings), settings)\n"
)
INPUTS = [[5, 6, 7, 1], [9, 8, 7, 6, 5, 4, 1], [10, 11, 3, 12, 1]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_t5(tmp_path_factory.mktemp("tiny") / "model")


def open_fast(folder: Path, dtype: str, home: Path) -> Engine:
    settings = Settings(home=home)
    return open_engine(folder, prepare(folder, "ctranslate2", settings, dtype), settings)


def open_auto(folder: Path, settings: Settings) -> Engine:
    return open_engine(folder, prepare(folder, "auto", settings), settings)


@pytest.mark.parametrize("beams", [1, 4])
def test_float32_says_what_torch_says(folder: Path, home: Path, beams: int) -> None:
    from models.engines.pytorch import open_torch

    decoding = Decoding(beams=beams, max_new_tokens=12, no_repeat_ngram=0)
    fast, reference = open_fast(folder, "float32", home), open_torch(folder, "float32", None)
    for ids in INPUTS:
        assert fast.generate(ids, decoding) == reference.generate(ids, decoding)


def test_converts_once_and_mends_a_broken_entry(folder: Path, home: Path) -> None:
    decoding = Decoding(beams=1, max_new_tokens=8)
    first = open_fast(folder, "auto", home).generate(INPUTS[0], decoding)
    [entry] = (home / "ctranslate2").glob("*-int8-*")
    made = entry.stat().st_mtime_ns
    open_fast(folder, "auto", home)
    assert entry.stat().st_mtime_ns == made
    (entry / "model.bin").write_bytes(b"broken")
    assert open_fast(folder, "auto", home).generate(INPUTS[0], decoding) == first
    assert not list((home / "ctranslate2").glob(".converting-*"))


def test_needs_no_torch_once_converted(folder: Path, home: Path) -> None:
    open_fast(folder, "int8", home)
    code = OPEN + (
        f"import sys; opened({str(folder)!r}, {str(home)!r});"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_hands_out_tokens_as_they_come_and_stops_when_asked(folder: Path, home: Path) -> None:
    engine = open_fast(folder, "float32", home)
    decoding = Decoding(beams=1, max_new_tokens=8, no_repeat_ngram=0)
    seen: list[list[int]] = []
    whole = engine.generate(INPUTS[1], decoding, lambda tokens: bool(seen.append(tokens)))
    assert seen[-1] == whole
    assert [len(tokens) for tokens in seen] == list(range(1, len(whole) + 1))
    with pytest.raises(Stopped):
        engine.generate(INPUTS[1], decoding, lambda tokens: len(tokens) == 2)


def test_tells_the_first_token_once_and_nothing_with_beams(folder: Path, home: Path) -> None:
    engine, told = open_fast(folder, "float32", home), []
    for beams in (1, 2):
        decoding = Decoding(beams=beams, max_new_tokens=8, no_repeat_ngram=0)
        tokens = engine.generate(INPUTS[1], decoding, on_first=lambda beams=beams: told.append(beams))
        assert tokens == engine.generate(INPUTS[1], decoding)
    assert told == [1]


def test_a_failure_before_the_first_token_reaches_the_user(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failed:
        def done(self) -> bool:
            return True

        def result(self) -> object:
            raise RuntimeError("out of luck")

    class Failing:
        def translate_batch(self, *_: object, **__: object) -> list[Failed]:
            return [Failed()]

    engine = open_fast(folder, "int8", home)
    monkeypatch.setattr(engine, "_translator", Failing())
    with pytest.raises(ModelUnavailable, match="could not run this model: out of luck"):
        engine.generate(INPUTS[0], Decoding(beams=1), on_first=lambda: pytest.fail("told"))


def test_auto_is_the_fast_engine_without_a_gpu(folder: Path, settings: Settings) -> None:
    engine = open_auto(folder, settings)
    assert (engine.name, engine.device, engine.dtype) == ("ctranslate2", "cpu", "int8")


def test_auto_takes_torch_for_a_model_that_cannot_be_converted(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("no converter for this")

    monkeypatch.setattr("models.engines.convert.main", refuse)
    engine = open_auto(folder, settings)
    assert engine.name == "torch"
    assert engine.note == "Running on PyTorch instead: CTranslate2 cannot convert this model."
    with pytest.raises(ModelUnavailable, match=r"no converter for this.*Use PyTorch"):
        prepare(folder, "ctranslate2", settings)
    with pytest.raises(ModelUnavailable, match="no converter for this"):
        prepare(folder, "auto", settings, "int8")  # torch knows no int8


def test_a_precision_the_device_does_not_know_is_refused_before_converting(
    folder: Path, settings: Settings
) -> None:
    with pytest.raises(BadRequest, match=r"float16 does not run on this cpu; use one of .*int8"):
        prepare(folder, "ctranslate2", settings, "float16")
    with pytest.raises(BadRequest, match="'int3' is unknown"):
        prepare(folder, "ctranslate2", settings, "int3")
    assert not settings.home.exists()


@pytest.mark.parametrize(
    ("engine", "dtype", "seen", "plan"),
    [
        ("auto", "auto", True, ("torch", "cpu")),
        ("auto", "auto", False, ("ctranslate2", "cpu")),  # a GPU, but the CPU's build of torch
        ("auto", "int8", True, ("ctranslate2", "cpu")),
        ("ctranslate2", "auto", True, ("ctranslate2", "cuda")),
        ("torch", "auto", False, ("torch", "cpu")),
    ],
)
def test_with_a_gpu(
    engine: str,
    dtype: str,
    seen: bool,
    plan: tuple[str, str],
    folder: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 1)
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda device: {"int8"})
    monkeypatch.setattr("torch.cuda.is_available", lambda: seen)
    monkeypatch.setattr(conversion, "converted", lambda *_: folder)
    found = prepare(folder, engine, settings, dtype)
    assert (found.engine, found.device) == plan


def test_torch_is_not_asked_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 0)
    monkeypatch.setattr("torch.cuda.is_available", lambda: pytest.fail("asked"))
    assert not engines._torch_sees_gpu()


def test_a_good_entry_outlives_a_full_gpu(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=home)
    entry = prepare(folder, "ctranslate2", settings).entry
    assert entry is not None

    def refuse(path: str, device: str, **_: object) -> object:
        if device == "cuda":
            raise RuntimeError("CUDA failed with error out of memory\nand more")
        return object()

    monkeypatch.setattr("ctranslate2.Translator", refuse)
    monkeypatch.setattr(ctranslate, "discard", lambda entry: pytest.fail("discarded"))
    with pytest.raises(ModelUnavailable, match=r"could not open .*: CUDA .* memory\. Use PyTorch"):
        open_engine(folder, EngineChoice("ctranslate2", "int8", "cuda", entry), settings)


def test_what_the_library_says_while_it_runs_reaches_the_user(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_fast(folder, "int8", home)

    class Full:
        def translate_batch(self, *_: object, **__: object) -> object:
            raise RuntimeError("CUDA failed with error out of memory")

    monkeypatch.setattr(engine, "_translator", Full())
    with pytest.raises(ModelUnavailable, match=r"could not run this model: CUDA .*Use PyTorch"):
        engine.generate(INPUTS[0], Decoding(beams=1))


def test_two_processes_that_convert_one_model_at_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(folder: Path, target: Path, quantization: str) -> None:
        target.mkdir()
        (target / "model.bin").touch()
        for entry in made:
            entry.mkdir()
            (entry / "theirs").touch()

    [name] = {conversion.converted(folder, "int8", tmp_path / "probe").name}
    made = [tmp_path / "ctranslate2" / name]
    monkeypatch.setattr(conversion, "_convert", convert)
    entry = conversion.converted(folder, "int8", tmp_path)
    assert [file.name for file in entry.iterdir()] == ["theirs"]
    assert list(entry.parent.iterdir()) == [entry]


def test_a_home_that_cannot_be_written_to_is_said(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelUnavailable, match=r"cannot be saved in .*: Not a directory.*STUDIO_HOME"):
        conversion.converted(folder, "int8", tmp_path / "file")


def test_an_entry_that_was_dropped_is_made_anew_for_sampling(folder: Path, tmp_path: Path) -> None:
    """It is opened once more for each draw, and a deleted run takes the entry of its weights along."""
    engine, decoding = open_fast(folder, "int8", tmp_path), Decoding(beams=1, max_new_tokens=8)
    drawn = engine.generate_batch(INPUTS, decoding, sampling=Sampling(top_k=5, seed=7))
    [entry] = conversion.entries(folder, tmp_path)
    conversion.discard(entry)
    assert engine.generate_batch(INPUTS, decoding, sampling=Sampling(top_k=5, seed=7)) == drawn
    assert entry.is_dir()


def test_an_engine_nobody_holds_any_more_ends_quietly(folder: Path, home: Path) -> None:
    code = OPEN + (
        "from models.decoding import Decoding\n"
        "def work():\n"
        f"    engine = opened({str(folder)!r}, {str(home)!r})\n"
        "    engine.generate([5, 6, 1], Decoding(beams=1, max_new_tokens=4), lambda tokens: engine is None)\n"
        "for _ in range(20): work()\n"
        "print('done')"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout.strip()) == (0, "done"), answer.stderr


def test_opening_a_model_leaves_torch_its_threads(folder: Path, home: Path) -> None:
    """With other threads sums are taken in another order: a run's figures would hang on its judging."""
    code = f"import torch; torch.set_num_threads(2)\n{OPEN}opened({str(folder)!r}, {str(home)!r})\n"
    code += "print(torch.get_num_threads())"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["2"]


def test_no_more_threads_than_the_process_may_use(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may be given few of a machine's cores."""
    monkeypatch.setattr(ctranslate, "_SMALL", 0)
    monkeypatch.setattr(ctranslate.psutil, "cpu_count", lambda logical: 32)
    monkeypatch.setattr(ctranslate.os, "sched_getaffinity", lambda pid: {0, 5, 7}, raising=False)
    assert open_fast(folder, "float32", home).threads == 3
    monkeypatch.delattr(ctranslate.os, "sched_getaffinity")
    monkeypatch.setattr(ctranslate.os, "cpu_count", lambda: 2)
    assert open_fast(folder, "float32", home).threads == 2
