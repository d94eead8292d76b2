import threading
from pathlib import Path

import pytest

from models.decoding import Decoding
from models.engines.pytorch import TorchEngine
from models.errors import ModelUnavailable
from models.folders.inspection import inspect
from models.folders.tokenizer import open_tokenizer
from models.serving import streaming
from models.serving.measure import INFERENCE_LOCK
from models.serving.summarizer import Summarizer
from tests.models.fakes import FakeEngine

GREEDY = Decoding(beams=1, max_new_tokens=8)
THE, CAT, DOG = 98, 100, 101
WAIT = 10  # seconds until a test gives up; nothing waits this long


class Gate:
    """Lets an engine take one step at a time."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, step: int) -> None:
        self.reached.release()
        assert self.open.acquire(timeout=WAIT)


def with_fake(tiny: Path, engine: FakeEngine) -> Summarizer:
    return Summarizer("fake", inspect(tiny), open_tokenizer(tiny), engine)


def free_again() -> bool:
    if taken := INFERENCE_LOCK.acquire(timeout=WAIT):
        INFERENCE_LOCK.release()
    return taken


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_TICK", 0.01)


def test_greedy_text_grows_and_ends_as_the_summary(tiny: Path) -> None:
    gate = Gate()
    stream = with_fake(tiny, FakeEngine([THE, CAT, DOG], gate)).stream("the dog", GREEDY)
    texts = []
    for expected in ("", "the", "the cat"):
        while (partial := next(stream)).text != expected:
            pass
        assert not partial.finished
        texts.append(partial.text)
        gate.open.release()
    *_, last = stream
    assert texts == ["", "the", "the cat"]
    assert (last.text, last.tokens_out, last.finished) == ("the cat dog", 3, True)
    assert free_again()


def test_the_stream_of_a_real_model_ends_as_its_summary(tiny: Path) -> None:
    summarizer = Summarizer("tiny", inspect(tiny), open_tokenizer(tiny), TorchEngine(tiny, "cpu", "float32"))
    text = "the cat sat on the mat. " * 100
    for decoding in (GREEDY, Decoding(beams=2, max_new_tokens=8)):
        *partial, last = summarizer.stream(text, decoding, long_input="parts")
        whole = summarizer.summarize(text, decoding, long_input="parts")
        assert last.finished
        assert (last.text, last.tokens_out, last.parts) == (whole.text, whole.tokens_out, 2)
        assert not any(summary.finished for summary in partial)
        assert all(last.text.startswith(summary.text) for summary in partial)


def test_beams_tick_without_text(tiny: Path) -> None:
    gate = Gate()
    stream = with_fake(tiny, FakeEngine([THE, CAT], gate)).stream("the dog", Decoding(beams=2))
    while not next(stream).seconds:
        pass
    assert gate.reached.acquire(timeout=WAIT)
    ticks = [next(stream) for _ in range(3)]
    assert [tick.text for tick in ticks] == ["", "", ""]
    assert 0 < ticks[0].seconds < ticks[1].seconds < ticks[2].seconds
    gate.open.release(2)
    *_, last = stream
    assert (last.text, last.ttft) == ("the cat", None)


@pytest.mark.parametrize("beams", [1, 2])
def test_closing_stops_the_run_and_frees_the_lock(tiny: Path, beams: int) -> None:
    gate = Gate()
    engine = FakeEngine([THE] * 100, gate)
    stream = with_fake(tiny, engine).stream("the dog", Decoding(beams=beams))
    assert next(stream).finished is False
    assert gate.reached.acquire(timeout=WAIT)
    stream.close()  # type: ignore[attr-defined]
    gate.open.release()
    assert free_again()
    assert engine.stopped


def test_closing_stops_a_real_run(tiny: Path) -> None:
    steps = []
    engine = TorchEngine(tiny, "cpu", "float32")
    summarizer = Summarizer("tiny", inspect(tiny), open_tokenizer(tiny), engine)
    generate = engine.generate

    def counted(ids: list[int], decoding: Decoding, on_step: object = None) -> list[int]:
        return generate(ids, decoding, lambda so_far: bool(steps.append(1)) or on_step(so_far))  # type: ignore[operator]

    engine.generate = counted  # type: ignore[method-assign]
    stream = summarizer.stream("the dog", Decoding(beams=4, max_new_tokens=512, min_new_tokens=512))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert free_again()
    assert len(steps) < 512


def test_closing_while_waiting_never_runs(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.serving.job._POLL", 0.01)
    engine = FakeEngine([THE])
    with INFERENCE_LOCK:
        stream = with_fake(tiny, engine).stream("the dog", GREEDY)
        while not (partial := next(stream)).queue_seconds:
            pass
        assert (partial.seconds < 1, partial.text) == (True, "")
        thread = next(thread for thread in threading.enumerate() if thread.name == "summarise")
        stream.close()  # type: ignore[attr-defined]
        thread.join(timeout=WAIT)
    assert not thread.is_alive()
    assert engine.inputs == []


def test_what_goes_wrong_is_raised_at_the_reader(tiny: Path) -> None:
    def fail(step: int) -> None:
        raise ModelUnavailable("The memory of cuda:0 is full.")

    stream = with_fake(tiny, FakeEngine([THE], fail)).stream("the dog", GREEDY)
    with pytest.raises(ModelUnavailable, match="is full"):
        list(stream)
    assert free_again()


def test_a_stream_nobody_reads_costs_nothing(tiny: Path) -> None:
    engine = FakeEngine([THE])
    with_fake(tiny, engine).stream("the dog", GREEDY)
    assert engine.inputs == []


def test_two_streams_take_turns(tiny: Path) -> None:
    running: list[int] = []

    def alone(step: int) -> None:
        running.append(1)
        assert len(running) == 1
        running.pop()

    summarizers = [with_fake(tiny, FakeEngine([THE] * 50, alone)) for _ in range(4)]
    results: list[str] = []

    def read(summarizer: Summarizer) -> None:
        results.append(list(summarizer.stream("the dog", GREEDY))[-1].text)

    threads = [threading.Thread(target=read, args=(summarizer,)) for summarizer in summarizers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=WAIT)
    assert results == ["the " * 49 + "the"] * 4
