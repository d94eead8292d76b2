import dataclasses
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from models.decoding import Decoding
from models.engines import EngineChoice
from models.errors import BadRequest, ModelUnavailable
from models.serving import pool as pool_module
from models.serving.measure import INFERENCE_LOCK
from models.serving.pool import CAPACITY, ModelPool
from models.settings import Settings
from models.store.catalogue import ModelSpec
from tests.models.fakes import FakeEngine
from tests.tiny import make_tiny_t5, make_tokenizer, save_tokenizer

WAIT = 10


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replaces engines by quick ones; lists what is loaded, as `folder engine dtype`."""
    found: list[str] = []

    def open_fake(folder: Path, plan: EngineChoice, settings: Settings) -> FakeEngine:
        found.append(f"{folder.name} {plan.engine} {plan.dtype}")
        return FakeEngine([98])

    monkeypatch.setattr(pool_module, "open_engine", open_fake)
    monkeypatch.setattr(
        pool_module, "prepare", lambda folder, engine, settings, dtype: EngineChoice(engine, dtype)
    )
    return found


@pytest.fixture
def folders(tiny: Path, tmp_path: Path) -> list[Path]:
    return [Path(shutil.copytree(tiny, tmp_path / f"m{number}")) for number in range(CAPACITY + 1)]


def test_a_model_is_loaded_once_and_works(tiny: Path, settings: Settings) -> None:
    pool = ModelPool(settings)
    summarizer = pool.get(str(tiny))
    assert pool.get(str(tiny)) is summarizer
    assert summarizer.summarize("the cat", Decoding(beams=1, max_new_tokens=3)).tokens_out == 3
    assert summarizer.info.parameters == 13120


@pytest.mark.parametrize("overflows", [False, True])
def test_a_loaded_model_is_warm(
    overflows: bool, tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(number: int) -> None:
        assert INFERENCE_LOCK.locked()

    engine = FakeEngine([98], step)
    engine.overflows = overflows
    monkeypatch.setattr(pool_module, "open_engine", lambda *_: engine)
    ModelPool(settings).get(str(tiny))
    [warming] = engine.inputs
    assert len(warming) > 16
    assert engine.dtype == "float16", "an overflow of two tokens of nothing is no reason to fall back"


def test_a_load_reports_itself(tiny: Path, settings: Settings, loads: list[str]) -> None:
    told: list[tuple[float, str]] = []
    ModelPool(settings).get(str(tiny), progress=lambda share, what: told.append((share, what)))
    assert told == [(1.0, f"Loading {tiny} (a first time takes some seconds longer)")]


def test_each_engine_choice_is_a_model_of_its_own(tiny: Path, settings: Settings, loads: list[str]) -> None:
    pool = ModelPool(settings)
    pool.get(str(tiny))
    pool.get(f"{tiny}@torch:bfloat16")
    pool.get(str(tiny), engine="torch:bfloat16")
    pool.get(f"{tiny}@torch", engine="torch:bfloat16")  # the name's choice wins
    assert loads == ["t5 auto auto", "t5 torch bfloat16", "t5 torch auto"]
    with pytest.raises(BadRequest, match="unknown"):
        pool.get(str(tiny), engine="fast")


def test_two_names_of_a_folder_share_one_model(tiny: Path, settings: Settings, loads: list[str]) -> None:
    pool = ModelPool(dataclasses.replace(settings, distilled_model=str(tiny)))
    one, two = pool.get(str(tiny)), pool.get("t5/distilled")
    assert one.engine is two.engine
    assert (one.name, two.name) == (str(tiny), "t5/distilled")
    assert len(loads) == 1


def test_threads_that_ask_together_load_it_once(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, proceed, count = threading.Event(), threading.Event(), []

    def slow(*args: object) -> FakeEngine:
        count.append(1)
        loading.set()
        assert proceed.wait(WAIT)
        return FakeEngine([98])

    monkeypatch.setattr(pool_module, "open_engine", slow)
    pool, found = ModelPool(settings), []
    threads = [threading.Thread(target=lambda: found.append(pool.get(str(tiny)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert loading.wait(WAIT)
    proceed.set()
    for thread in threads:
        thread.join(WAIT)
    assert len(count) == 1
    assert len(found) == 3
    assert found[0] is found[1] is found[2]


def test_the_least_recently_used_goes(folders: list[Path], settings: Settings, loads: list[str]) -> None:
    pool = ModelPool(settings)
    for folder in folders[:CAPACITY]:
        pool.get(str(folder))
    pool.get(str(folders[0]))  # now m1 is the oldest
    pool.get(str(folders[CAPACITY]))
    loads.clear()
    for folder in [folders[0], *folders[2:], folders[1]]:
        pool.get(str(folder))
    assert loads == ["m1 auto auto"]


def test_what_is_released_is_freed_and_loaded_anew(tiny: Path, settings: Settings, loads: list[str]) -> None:
    import weakref

    pool = ModelPool(settings)
    engines = [weakref.ref(pool.get(name).engine) for name in (str(tiny), f"{tiny}@torch")]
    pool.release(str(tiny))
    assert [engine() for engine in engines] == [None, None]
    pool.release("never/loaded")
    pool.get(str(tiny))
    assert len(loads) == 3


def test_a_release_takes_nothing_from_who_knows_the_model_by_another_name(
    tiny: Path, settings: Settings, loads: list[str]
) -> None:
    pool = ModelPool(dataclasses.replace(settings, distilled_model=str(tiny)))
    for name in (str(tiny), "t5/distilled"):
        pool.get(name)
    pool.release("t5/distilled")
    pool.get(str(tiny))
    assert len(loads) == 1


def test_a_release_while_it_loads_or_runs_disturbs_nobody(
    tiny: Path, settings: Settings, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = ModelPool(settings)

    def release_then_open(*_: object) -> FakeEngine:
        pool.release(str(tiny))
        return FakeEngine([98], before_step=lambda step: pool.release(str(tiny)))

    monkeypatch.setattr(pool_module, "open_engine", release_then_open)
    summarizer = pool.get(str(tiny))
    assert pool.get(str(tiny)) is summarizer
    assert summarizer.summarize("the cat", Decoding(beams=1)).text == "the"
    assert not pool._slots


def test_a_model_is_converted_once_a_load(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.engines import conversion

    asked, converted = [], conversion.converted
    monkeypatch.setattr(conversion, "converted", lambda *args: asked.append(1) or converted(*args))
    assert ModelPool(settings).get(str(tiny)).engine.name == "ctranslate2"
    assert len(asked) == 1


def test_a_failed_load_is_tried_anew(
    folders: list[Path], settings: Settings, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, folder = ModelPool(settings), folders[0]
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[:100])
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="damaged"):
            pool.get(str(folder))
    (folder / "model.safetensors").write_bytes(weights)
    assert pool.get(str(folder)).info.config["d_model"] == 16


def test_failures_do_not_push_out_what_is_loaded(
    folders: list[Path], bert: Path, settings: Settings, loads: list[str]
) -> None:
    pool = ModelPool(settings)
    for folder in folders[:CAPACITY]:
        pool.get(str(folder))
    with pytest.raises(ModelUnavailable, match="encoder-only"):
        pool.get(str(bert))
    pool.get(str(folders[0]))
    assert len(loads) == CAPACITY


def test_a_retrained_student_is_loaded_again(tmp_path: Path, settings: Settings) -> None:
    folder = settings.runs / "r1" / "student"
    make_tiny_t5(folder, seed=1)
    pool, decoding = ModelPool(settings), Decoding(beams=1, max_new_tokens=8)
    before = pool.get("run:r1")
    make_tiny_t5(folder, seed=2)
    os.utime(folder / "model.safetensors", ns=(1, 1))  # the size is the same: the time tells
    after = pool.get("run:r1")
    assert after is not before
    assert after.summarize("the cat", decoding).text != before.summarize("the cat", decoding).text


def test_a_tokenizer_of_another_model_is_refused(folders: list[Path], settings: Settings) -> None:
    save_tokenizer(folders[0], make_tokenizer(vocab_size=200))
    with pytest.raises(ModelUnavailable, match="tokenizer of 200 entries for 160 embeddings"):
        ModelPool(settings).get(str(folders[0]))


def test_a_hub_model_is_fetched_once_a_process(
    tiny: Path, settings: Settings, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(pool_module, "fetch", lambda spec, progress: fetched.append(spec.source) or tiny)
    pool = ModelPool(settings)
    for name in ("t5/original", "google-t5/t5-small", "t5/original"):
        pool.get(name)
    assert fetched == ["google-t5/t5-small"]
    assert len(loads) == 1


def test_a_download_holds_up_no_other_model(
    tiny: Path, settings: Settings, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    downloading, proceed = threading.Event(), threading.Event()

    def fetch(spec: ModelSpec, progress: object) -> Path:
        if spec.source == "google-t5/t5-base":
            downloading.set()
            assert proceed.wait(WAIT)
        return tiny

    monkeypatch.setattr(pool_module, "fetch", fetch)
    pool = ModelPool(settings)
    slow = threading.Thread(target=pool.get, args=("t5/teacher",))
    slow.start()
    assert downloading.wait(WAIT)
    quick = threading.Thread(target=pool.get, args=("t5/original",))
    quick.start()
    quick.join(WAIT)
    held_up = quick.is_alive()
    proceed.set()
    slow.join(WAIT)
    assert not held_up


def test_importing_models_imports_no_torch() -> None:
    modules = (
        "decoding engines folders.inspection folders.tokenizer serving.job serving.measure serving.pool "
        "serving.streaming serving.summarizer store.catalogue store.loading text.encoding text.tidying"
    )
    code = "".join(f"import models.{module}; " for module in modules.split())
    code += "import sys; print([m for m in ('torch', 'transformers', 'huggingface_hub') if m in sys.modules])"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
