"""Many texts at once: the same summaries as one by one, in the callers' order, stoppable."""

from pathlib import Path

import pytest

from models.decoding import Decoding, Draft, Sampling
from models.engines import open_engine, prepare
from models.errors import BadRequest
from models.folders.inspection import inspect
from models.folders.tokenizer import open_tokenizer
from models.serving.batching import buckets
from models.serving.measure import INFERENCE_LOCK
from models.serving.summarizer import Summarizer
from models.settings import Settings
from tests.models.fakes import FakeEngine

THE = 98
GREEDY = Decoding(beams=1, max_new_tokens=12, min_new_tokens=3)
TEXTS = [
    "the cat sat",
    "a dog ran in the city and people",
    "the",
    "new report says people sat",
    "a cat " * 60,
]


def with_fake(tiny: Path, engine: FakeEngine) -> Summarizer:
    return Summarizer("fake", inspect(tiny), open_tokenizer(tiny), engine)


def places(lengths: list[int], decoding: Decoding, batch_tokens: int) -> list[list[int]]:
    return [batch for batch, _ in buckets(lengths, decoding, batch_tokens)]


@pytest.mark.parametrize(
    ("lengths", "batch_tokens", "expected"),
    [
        ([], 10, []),
        ([5, 2, 4, 3], 10, [[0, 2], [3, 1]]),  # 2 * 5, then 2 * 3; three of 5 would be 15
        ([5, 2, 4, 3], 12, [[0, 2], [3, 1]]),
        ([5, 2, 4, 3], 15, [[0, 2, 3], [1]]),
        ([5, 2, 4, 3], 1, [[0], [2], [3], [1]]),
        ([3, 3, 3], 9, [[0, 1, 2]]),
    ],
)
def test_a_batch_holds_so_many_padded_tokens(
    lengths: list[int], batch_tokens: int, expected: list[list[int]]
) -> None:
    assert places(lengths, GREEDY, batch_tokens) == expected


def test_a_batch_has_one_shortest_length() -> None:
    found = list(buckets([200, 89, 88, 87, 86, 300], Decoding(), 10_000))
    # A third of the input, 30 at most: 89, 88 and 87 share 29.
    assert [batch for batch, _ in found] == [[5, 0], [1, 2, 3], [4]]
    assert [settled.min_new_tokens for _, settled in found] == [30, 29, 28]


def test_results_come_in_the_order_of_the_texts(tiny: Path) -> None:
    engine, told = FakeEngine([THE]), []
    drafts = with_fake(tiny, engine).summarize_many(TEXTS, GREEDY, on_done=told.append, batch_tokens=40)
    alone = [len(with_fake(tiny, FakeEngine([THE])).token_ids(text)) for text in TEXTS]
    assert [draft.tokens_in for [draft] in drafts] == alone
    assert [len(ids) for ids in engine.inputs] == sorted(alone, reverse=True)
    assert told[-1] == len(TEXTS)
    assert told == [sum(size for size, _, _ in engine.batches[: n + 1]) for n in range(len(told))]
    assert len(told) > 1


def test_each_text_has_its_hypotheses(tiny: Path) -> None:
    sampling = Sampling(top_k=5, seed=7)
    engine = FakeEngine([THE])
    drafts = with_fake(tiny, engine).summarize_many(
        TEXTS, GREEDY, hypotheses=3, sampling=sampling, batch_tokens=40
    )
    assert [len(each) for each in drafts] == [3] * len(TEXTS)
    assert {draft.tokens_out for each in drafts for draft in each} == {3}
    seeds = [drawn.seed for _, _, drawn in engine.batches if drawn]
    assert seeds == [7 + number for number in range(len(engine.batches))]


def test_what_a_listener_raises_ends_the_work_and_frees_the_lock(tiny: Path) -> None:
    class Enough(Exception):
        pass

    def tell(count: int) -> None:
        assert not INFERENCE_LOCK.locked()
        raise Enough

    engine = FakeEngine([THE], before_step=lambda step: _must_be_locked())
    with pytest.raises(Enough):
        with_fake(tiny, engine).summarize_many(TEXTS, GREEDY, on_done=tell, batch_tokens=1)
    assert len(engine.inputs) == 1


def _must_be_locked() -> None:
    assert INFERENCE_LOCK.locked()


def test_an_overflow_repeats_the_batch_in_float32(tiny: Path) -> None:
    engine = FakeEngine([THE])
    engine.overflows = True
    drafts = with_fake(tiny, engine).summarize_many(TEXTS, GREEDY)
    assert len(drafts) == len(TEXTS)
    assert (engine.dtype, [size for size, *_ in engine.batches]) == ("float32", [5, 5])


@pytest.mark.parametrize(
    ("decoding", "hypotheses", "sampling", "message"),
    [
        (Decoding(beams=2), 3, None, "hypotheses is 3; use a whole number from 1 to 2"),
        (Decoding(beams=1), 0, Sampling(), "hypotheses is 0; use"),
        (Decoding(beams=4), 1, Sampling(), "beams is 4; use 1 with sampling"),
    ],
)
def test_hypotheses_that_cannot_be_had_are_refused(
    decoding: Decoding, hypotheses: int, sampling: Sampling | None, message: str, tiny: Path
) -> None:
    engine = FakeEngine([THE])
    with pytest.raises(BadRequest, match=message):
        with_fake(tiny, engine).summarize_many(TEXTS, decoding, hypotheses=hypotheses, sampling=sampling)
    assert not engine.inputs


def test_an_empty_text_is_refused_before_the_work(tiny: Path) -> None:
    engine = FakeEngine([THE])
    with pytest.raises(BadRequest, match="Paste a text first"):
        with_fake(tiny, engine).summarize_many([*TEXTS, " "], GREEDY)
    assert not engine.inputs


@pytest.fixture(scope="module", params=["ctranslate2", "torch"])
def real(request: pytest.FixtureRequest, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Summarizer:
    settings = Settings(home=tmp_path_factory.mktemp("home"), threads=1)
    engine = open_engine(tiny, prepare(tiny, request.param, settings, "float32"), settings)
    return Summarizer("tiny", inspect(tiny), open_tokenizer(tiny), engine)


@pytest.mark.parametrize("beams", [1, 4])
@pytest.mark.parametrize("batch_tokens", [1, 50, 10_000])
def test_together_as_alone(real: Summarizer, beams: int, batch_tokens: int) -> None:
    decoding = Decoding(beams=beams, max_new_tokens=16)  # the shortest length differs from text to text
    alone = [real.summarize(text, decoding) for text in TEXTS]
    together = real.summarize_many(TEXTS, decoding, batch_tokens=batch_tokens)
    assert together == [[Draft(each.text, each.tokens_in, each.tokens_out)] for each in alone]
    assert len({each.text for each in alone}) > 1


def test_in_int8_too(tiny: Path, settings: Settings) -> None:
    engine = open_engine(tiny, prepare(tiny, "ctranslate2", settings, "int8"), settings)
    batch = [[5, 6, 7, 1], [9, 8, 7, 6, 5, 4, 1], [10, 11, 3, 12, 1] * 9]
    for decoding in (Decoding(beams=1, max_new_tokens=12), Decoding(beams=4, max_new_tokens=12)):
        assert engine.generate_batch(batch, decoding) == [[engine.generate(ids, decoding)] for ids in batch]


def test_the_best_of_the_beams_comes_first(real: Summarizer) -> None:
    decoding = Decoding(beams=4, max_new_tokens=8)
    all_beams = real.summarize_many(TEXTS, decoding, hypotheses=4)
    [best] = zip(*real.summarize_many(TEXTS, decoding), strict=True)
    assert [beams[0] for beams in all_beams] == list(best)
    assert all(len(set(beams)) > 1 for beams in all_beams)


def test_the_seed_decides_what_is_drawn(real: Summarizer) -> None:
    def drawn(seed: int) -> list[list[Draft]]:
        sampling = Sampling(top_k=50, temperature=2.0, seed=seed)
        return real.summarize_many(TEXTS, GREEDY, hypotheses=2, sampling=sampling, batch_tokens=40)

    first = drawn(1)
    assert drawn(2) != first
    assert drawn(1) == first
    assert first[0][0] != first[0][1]


def test_drawing_from_the_likeliest_token_alone_is_greedy(real: Summarizer) -> None:
    greedy = real.summarize_many(TEXTS, GREEDY)
    assert real.summarize_many(TEXTS, GREEDY, sampling=Sampling(top_k=1)) == greedy
    assert real.summarize_many(TEXTS, GREEDY, sampling=Sampling(top_p=1e-6)) == greedy
