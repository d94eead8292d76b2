import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.decoding import INPUT_LEAST, INPUT_LIMIT, Decoding
from models.engines import Stopped
from models.engines.pytorch import TorchEngine
from models.errors import BadRequest
from models.folders.inspection import inspect
from models.folders.tokenizer import open_tokenizer
from models.serving import job as job_module
from models.serving.measure import INFERENCE_LOCK
from models.serving.pool import ModelPool
from models.serving.summarizer import Summarizer
from models.settings import Settings
from models.text.encoding import TextEncoder
from tests.models.fakes import WEIGHTS, FakeCuda, FakeEngine
from tests.tiny import make_tiny_t5

GREEDY = Decoding(beams=1, max_new_tokens=8)
THE, CAT, DOG = 98, 100, 101
EMBEDDED = Path(__file__).parents[3] / "models" / "embedded"
SAMPLES = Path(__file__).parents[3] / "distill" / "data" / "samples" / "validation.jsonl"
SENTENCE = "the cat sat on the mat. "  # seven tokens


def with_fake(tiny: Path, engine: FakeEngine) -> Summarizer:
    return Summarizer("fake", inspect(tiny), open_tokenizer(tiny), engine)


@pytest.fixture
def real(tiny: Path) -> Summarizer:
    return Summarizer("tiny", inspect(tiny), open_tokenizer(tiny), TorchEngine(tiny, "cpu", "float32"))


class Clock:
    """A `perf_counter` that moves only when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(job_module, "perf_counter", lambda: self.now)
        monkeypatch.setattr("models.serving.summarizer.perf_counter", lambda: self.now)

    def advance(self, seconds: float) -> None:
        self.now += seconds


def test_a_summary_has_text_and_its_conditions(tiny: Path) -> None:
    engine = FakeEngine([THE, CAT])
    summary = with_fake(tiny, engine).summarize("the dog ran", GREEDY)
    assert (summary.text, summary.tokens_out, summary.finished) == ("the cat", 2, True)
    assert (summary.model, summary.engine, summary.device, summary.dtype) == (
        "fake",
        "fake",
        "cpu",
        "float16",
    )
    assert (summary.weights_bytes, summary.peak_bytes, summary.beams, summary.parts) == (WEIGHTS, None, 1, 1)
    assert summary.process_bytes > 10_000_000


def test_the_model_gets_prefix_text_and_end(tiny: Path) -> None:
    engine = FakeEngine([THE])
    summarizer = with_fake(tiny, engine)
    summary = summarizer.summarize(" the dog ran ")
    tokenizer = open_tokenizer(tiny)
    assert engine.inputs == [[*tokenizer.encode("summarize: the dog ran").ids, 1]]
    assert summary.tokens_in == len(engine.inputs[0]) == 6


def test_what_is_over_the_limit_is_cut_and_counted(tiny: Path) -> None:
    engine = FakeEngine([THE])
    summarizer = with_fake(tiny, engine)
    whole = summarizer.summarize("the " * 509)  # with "summarize", ":" and the end: 512
    assert (whole.tokens_in, whole.tokens_cut) == (INPUT_LIMIT, 0)
    cut = summarizer.summarize("the " * 520)
    assert (cut.tokens_in, cut.tokens_cut) == (INPUT_LIMIT, 11)
    assert engine.inputs[1][-2:] == [THE, 1]


def test_parts_lose_nothing_and_end_with_sentences(tiny: Path) -> None:
    engine = FakeEngine([THE, CAT])
    summary = with_fake(tiny, engine).summarize(SENTENCE * 100, GREEDY, long_input="parts")
    # 700 tokens; 509 fit beside prefix and end: two parts of 50 sentences.
    assert [len(ids) for ids in engine.inputs] == [2 + 350 + 1] * 2
    assert {tuple(ids) for ids in engine.inputs} == {tuple(engine.inputs[0])}
    assert (summary.parts, summary.tokens_in, summary.tokens_cut) == (2, 706, 0)
    assert (summary.text, summary.tokens_out) == ("the cat the cat", 4)


def test_a_text_that_fits_is_one_part(tiny: Path) -> None:
    engine = FakeEngine([THE])
    summarizer = with_fake(tiny, engine)
    summaries = [summarizer.summarize(SENTENCE, GREEDY, long_input=how) for how in ("cut", "parts")]
    assert [summary.parts for summary in summaries] == [1, 1]
    assert engine.inputs[0] == engine.inputs[1]


def test_one_sentence_too_long_is_divided_too(tiny: Path) -> None:
    engine = FakeEngine([THE])
    summary = with_fake(tiny, engine).summarize("the " * 1000, GREEDY, long_input="parts")
    assert [len(ids) for ids in engine.inputs] == [503, 503]
    assert summary.tokens_cut == 0


def test_the_figures_are_those_of_the_clock(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    class Device(FakeEngine):
        """Is busy for 2 s with something else at first, and for 0.5 s more when its last call returns."""

        queued = 2.0

        def generate(self, *args: Any, **kwargs: Any) -> list[int]:
            tokens = super().generate(*args, **kwargs)
            self.queued += 0.5
            return tokens

        def synchronize(self) -> None:
            clock.advance(self.queued)
            self.queued = 0.0

    engine = Device([THE, CAT, DOG], before_step=lambda step: clock.advance(0.5))
    summary = with_fake(tiny, engine).summarize("the dog", GREEDY)
    assert (summary.ttft, summary.seconds, summary.tokens_per_second) == (0.5, 2.0, 1.5)
    assert summary.queue_seconds == 0.0


def test_too_many_parts_are_refused_with_their_number(tiny: Path) -> None:
    with pytest.raises(BadRequest, match="in 40 parts; 32 is the limit"):
        with_fake(tiny, FakeEngine([THE])).summarize("the " * 20_000, GREEDY, long_input="parts")


def test_the_least_limit_has_parts_and_one_that_the_prefix_fills_has_none(tiny: Path) -> None:
    encoder = TextEncoder(open_tokenizer(tiny), inspect(tiny), INPUT_LEAST)
    parts = encoder.parts(encoder.encode("the cat sat on the mat. " * 3))
    assert all(len(encoder.tokenizer.wrap(part)) <= INPUT_LEAST for part in parts)
    for limit in (1, 2, 3):
        short = TextEncoder(open_tokenizer(tiny), inspect(tiny), limit)
        with pytest.raises(BadRequest, match=f"reads {limit} tokens at most, which its prefix fills"):
            short.parts(short.encode("the cat sat on the mat."))


def test_a_stop_between_parts_is_obeyed_by_an_engine_without_steps(tiny: Path) -> None:
    class Silent(FakeEngine):
        def generate(self, ids: list[int], decoding: Decoding, *_: object, **__: object) -> list[int]:
            job.stop()
            return super().generate(ids, decoding)

    engine = Silent([THE])
    job = with_fake(tiny, engine)._job(SENTENCE * 200, GREEDY, "parts")
    with pytest.raises(Stopped):
        job.run()
    assert len(engine.inputs) == 1


def test_parts_add_up_and_the_first_token_is_that_of_the_first_part(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    engine = FakeEngine([THE, CAT], before_step=lambda step: clock.advance(0.25))
    summary = with_fake(tiny, engine).summarize(SENTENCE * 100, GREEDY, long_input="parts")
    assert (summary.ttft, summary.seconds, summary.tokens_per_second) == (0.25, 1.0, 4.0)


def test_beams_have_no_first_token(tiny: Path) -> None:
    assert with_fake(tiny, FakeEngine([THE])).summarize("the dog", Decoding(beams=2)).ttft is None


def test_waiting_is_no_latency(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    class Busy:
        """A lock that somebody else holds for three seconds."""

        def __init__(self) -> None:
            self.waits = 3
            self.held = False

        def acquire(self, timeout: float) -> bool:
            if self.waits:
                self.waits -= 1
                clock.advance(1.0)
                return False
            self.held = True
            return True

        def locked(self) -> bool:
            return self.held

        def release(self) -> None:
            self.held = False

    busy = Busy()
    monkeypatch.setattr("models.serving.measure.INFERENCE_LOCK", busy)
    engine = FakeEngine([THE], before_step=lambda step: clock.advance(2.0))
    summary = with_fake(tiny, engine).summarize("the dog", GREEDY)
    assert (summary.queue_seconds, summary.seconds, summary.engine_seconds) == (3.0, 2.0, 2.0)
    assert not busy.held


def test_an_overflow_falls_back_and_is_told_and_its_time_is_not_counted(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    engine = FakeEngine([THE, CAT], before_step=lambda step: clock.advance(1.0))
    engine.overflows = True
    summary = with_fake(tiny, engine).summarize("the dog", GREEDY)
    assert len(engine.inputs) == 2
    assert (summary.text, summary.dtype, summary.note) == ("the cat", "float32", "float16 overflowed.")
    assert (summary.seconds, summary.ttft) == (2.0, 1.0)


def test_the_peak_of_a_fall_back_is_without_its_loading(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = FakeCuda()
    cuda.allocate(400)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))

    class Engine(FakeEngine):
        name = "torch"

        def fall_back(self) -> None:
            cuda.free(400)
            cuda.allocate(800)
            super().fall_back()

    def step(number: int) -> None:
        cuda.allocate(50)
        cuda.free(50)

    engine = Engine([THE], step)
    engine.overflows = True
    assert with_fake(tiny, engine).summarize("the dog", GREEDY).peak_bytes == 50


def test_on_a_gpu_the_peak_is_the_runs_own(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = FakeCuda()
    cuda.allocate(1000)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    grow = iter([200, 500])

    def step(number: int) -> None:
        size = next(grow)
        cuda.allocate(size)
        cuda.free(size)

    engine = FakeEngine([THE], step)
    engine.name = "torch"
    summary = with_fake(tiny, engine).summarize(SENTENCE * 100, GREEDY, long_input="parts")
    assert summary.peak_bytes == 500
    other = with_fake(tiny, FakeEngine([THE])).summarize(SENTENCE, GREEDY)
    assert other.peak_bytes is None, "torch knows nothing of another engine's memory"


def test_the_lock_is_free_after_a_failure(tiny: Path) -> None:
    def fail(step: int) -> None:
        assert INFERENCE_LOCK.locked()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        with_fake(tiny, FakeEngine([THE], fail)).summarize("the dog", GREEDY)
    assert not INFERENCE_LOCK.locked()


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_no_text_is_refused_at_once(text: str, tiny: Path) -> None:
    summarizer = with_fake(tiny, FakeEngine([THE]))
    with pytest.raises(BadRequest, match="Paste a text first"):
        summarizer.summarize(text)
    with pytest.raises(BadRequest, match="Paste a text first"):
        summarizer.stream(text)


def test_an_unknown_way_with_long_texts_is_refused(tiny: Path) -> None:
    with pytest.raises(BadRequest, match="use 'cut' or 'parts'"):
        with_fake(tiny, FakeEngine([THE])).summarize("the dog", GREEDY, long_input="skip")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "the cat and 日本語 sat on the mat",
        "the cat says שלום and sat",
        "the cat 🙂👩\u200d👩\u200d👧 sat",
        "<script>alert(1)</script>",
        "a\x00b\x1b[31m",
        "� x",
        "</s> <pad>",
        "\u202eabc",
        "the café",
        "." * 600,
        "\n\n.\n",
    ],
)
@pytest.mark.parametrize("how", ["cut", "parts"])
def test_any_text_is_survived(text: str, how: str, real: Summarizer) -> None:
    summary = real.summarize(text, GREEDY, long_input=how)  # type: ignore[arg-type]
    assert summary.tokens_in <= INPUT_LIMIT * summary.parts
    assert "</s>" not in summary.text


def test_lost_letters_are_told(tiny: Path) -> None:
    summarizer = with_fake(tiny, FakeEngine([THE]))
    assert summarizer.summarize("the cat", GREEDY).note == ""
    lost = "Not in the model’s vocabulary, so lost in its summary"
    assert summarizer.summarize("the straße, é", GREEDY).note == f"{lost}: ß é."
    many = "".join(chr(place) for place in range(ord("а"), ord("а") + 14))
    told = summarizer.summarize(f"the cat and the dog and the mat {many}", GREEDY).note
    assert told == f"{lost}: {' '.join(many[:12])} and 2 more."


@pytest.mark.parametrize("text", ["日本語の文章です。", "שלום עולם the", "🙂👩\u200d👩\u200d👧", "éé éé cat"])
@pytest.mark.parametrize("how", ["cut", "parts"])
def test_a_text_mostly_outside_the_vocabulary_is_refused(text: str, how: str, tiny: Path) -> None:
    with pytest.raises(BadRequest, match=r"% of this text is not in the vocabulary of .*Choose a model"):
        with_fake(tiny, FakeEngine([THE])).summarize(text, GREEDY, long_input=how)  # type: ignore[arg-type]


def test_a_lost_letter_and_the_engines_note_are_both_told(tiny: Path) -> None:
    engine = FakeEngine([THE])
    engine.overflows = True
    note = with_fake(tiny, engine).summarize("the cat ß", GREEDY).note
    assert note.endswith("summary: ß. float16 overflowed.")


def test_a_megabyte_is_survived(tiny: Path) -> None:
    whole = 2 + 3 * 169 + 1  # prefix, sentences of three tokens, end
    summary = with_fake(tiny, FakeEngine([THE])).summarize("the cat. " * 111_111, GREEDY)
    assert (summary.tokens_in, summary.tokens_cut) == (whole, 2 + 3 * 111_111 + 1 - whole)


def test_a_long_text_is_cut_after_its_last_whole_sentence(tiny: Path) -> None:
    summarizer = with_fake(tiny, FakeEngine([THE]))
    whole = "the cat sat on the mat. " * 50  # 350 tokens: not enough of the limit
    assert len(summarizer.token_ids(whole * 2)) == 2 + 7 * 72 + 1
    assert len(summarizer.token_ids(whole + "the cat " * 200)) == INPUT_LIMIT
    assert len(summarizer.token_ids(whole * 2, input_tokens=100)) == 100


def test_the_longest_length_leaves_whole_sentences(tiny: Path) -> None:
    [dot] = open_tokenizer(tiny).encode(".").ids[-1:]
    summarizer = with_fake(tiny, FakeEngine([THE, CAT, dot, THE]))
    texts = {
        longest: summarizer.summarize("the dog ran", Decoding(beams=1, max_new_tokens=longest)).text
        for longest in (4, 5)
    }
    assert texts == {4: "the cat.", 5: "the cat. the"}


def test_tokens_of_a_sentence_left_out_are_counted(tiny: Path) -> None:
    [dot] = open_tokenizer(tiny).encode(".").ids[-1:]
    summarizer = with_fake(tiny, FakeEngine([THE, CAT, dot, THE, CAT]))
    cut, whole = (summarizer.summarize("the dog ran", Decoding(beams=1, max_new_tokens=n)) for n in (5, 6))
    assert (cut.text, cut.tokens_out, cut.tokens_left_out) == ("the cat.", 5, 2)
    assert (whole.text, whole.tokens_left_out) == ("the cat. the cat", 0)


def test_text_beyond_the_limit_changes_no_summary(settings: Settings) -> None:
    model = ModelPool(settings).get("embedded/distilled@torch:float32")
    lines = SAMPLES.read_text(encoding="utf-8").splitlines()
    text = " ".join(json.loads(line)["document"] for line in lines)
    read = model._encoder.seen(text)
    assert len(read) < len(text)
    shouted = f"{read} {' '.join(word.upper() for word in read.split())} {read.title()}"
    asked = Decoding(beams=1, max_new_tokens=24)
    assert model.summarize(shouted, asked).text == model.summarize(text, asked).text
    [[one]], [[other]] = (model.summarize_many([each], asked) for each in (shouted, text))
    assert one.text == other.text == model.summarize(text, asked).text


def test_a_modelmodel_agrees_with_itself(real: Summarizer) -> None:
    one, two = (real.summarize(SENTENCE, GREEDY) for _ in range(2))
    assert one.text == two.text
    assert one.tokens_out == 8
    assert one.ttft is not None
    assert 0 < one.ttft <= one.seconds
    assert one.tokens_per_second == pytest.approx(8 / one.seconds)


def test_another_name_shares_the_model(real: Summarizer) -> None:
    other = real.named("other")
    assert other.engine is real.engine
    assert other.summarize("the dog", GREEDY).model == "other"
    assert real.named("tiny") is real


def test_a_model_that_learned_from_short_inputs_gets_short_inputs(tmp_path: Path, settings: Settings) -> None:
    folder = make_tiny_t5(tmp_path / "short", n_positions=16)
    text = "the cat sat on the mat. " * 10
    summary = ModelPool(settings).get(str(folder)).summarize(text, Decoding(beams=1, max_new_tokens=4))
    assert summary.tokens_in == 16
    assert summary.tokens_cut == 2 + 7 * 10 + 1 - 16


def test_token_ids_are_what_the_engine_is_given(tiny: Path) -> None:
    engine = FakeEngine([THE])
    summarizer = with_fake(tiny, engine)
    for limit in (512, 6):
        summarizer.summarize("the cat sat on the mat " * 3, GREEDY, input_tokens=limit)
        assert summarizer.token_ids("the cat sat on the mat " * 3, limit) == engine.inputs[-1]
    assert len(engine.inputs[-1]) == 6


def test_only_a_lower_case_model_is_not_given_the_dateline(tiny: Path) -> None:
    for folder, left_out in ((EMBEDDED / "distilled", True), (tiny, False)):
        summarizer = with_fake(folder, FakeEngine([THE]))
        story = summarizer.token_ids("Tour groups walked by.")
        assert (summarizer.token_ids("United Nations (CNN)Tour groups walked by.") == story) is left_out
