"""What is measured: models as the studio runs them."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Protocol, TypeVar

from distill.benchmark.cases import Case, Sample, one_token, steps
from models.decoding import Decoding
from models.engines import Engine, Overflow, prepare
from models.folders.inspection import ModelInfo
from models.serving import measure
from models.serving.pool import ModelPool
from models.serving.summarizer import Summarizer
from models.settings import Settings
from models.store.catalogue import resolve, split_engine
from models.store.loading import fetch

log = logging.getLogger(__name__)
T = TypeVar("T")


class Subject(Protocol):
    """Something that summarises and is measured."""

    name: str
    load_seconds: float

    @property
    def info(self) -> ModelInfo:
        """The model's shape."""
        ...

    @property
    def engine(self) -> Engine:
        """The engine it runs on, or whose settings it shares."""
        ...

    def call(self, texts: Sequence[str], case: Case, decoding: Decoding) -> Sample:
        """Summarise texts at once, and time it."""
        ...


class StudioSubject:
    """A model as the studio runs it: one text by `Summarizer.summarize`, more by the engine's batches.

    Args:
        name: As the user named it.
        summarizer: The model.
        load_seconds: Opening it, converted and downloaded already.
        entry: The folder of its converted form; None on torch.
    """

    def __init__(self, name: str, summarizer: Summarizer, load_seconds: float, entry: Path | None) -> None:
        self.name, self.summarizer = name, summarizer
        self.load_seconds, self.entry = load_seconds, entry

    @property
    def info(self) -> ModelInfo:
        """See `Subject.info`."""
        return self.summarizer.info

    @property
    def engine(self) -> Engine:
        """See `Subject.engine`."""
        return self.summarizer.engine

    def call(self, texts: Sequence[str], case: Case, decoding: Decoding) -> Sample:
        """See `Subject.call`."""
        return self._one(texts[0], case, decoding) if len(texts) == 1 else self._many(texts, case, decoding)

    def _one(self, text: str, case: Case, decoding: Decoding) -> Sample:
        summary, joules = _with_energy(
            self.engine,
            lambda: self.summarizer.summarize(text, decoding, input_tokens=case.input_tokens),
        )
        ids = self.summarizer.token_ids(text, case.input_tokens)
        return Sample(
            seconds=summary.seconds,
            engine_seconds=summary.engine_seconds,
            first_seconds=_first(self.engine, lambda: self.engine.generate(ids, one_token(decoding))),
            steps=steps([summary.tokens_out], decoding),
            tokens_in=(summary.tokens_in,),
            tokens_out=(summary.tokens_out,),
            ttft=summary.ttft,
            peak_bytes=summary.peak_bytes,
            energy_joules=joules,
        )

    def _many(self, texts: Sequence[str], case: Case, decoding: Decoding) -> Sample:
        start = time.perf_counter()
        ids = [self.summarizer.token_ids(text, case.input_tokens) for text in texts]
        tokenising = time.perf_counter() - start
        settled = self.summarizer.settled(decoding, min(map(len, ids)))
        engine: Any = self.engine
        peaks = measure.run_peak() if engine.name == "torch" else nullcontext(measure.Peak())
        with measure.INFERENCE_LOCK, peaks as peak:
            (found, seconds), joules = _with_energy(
                engine, lambda: timed(engine, lambda: engine.generate_batch(ids, settled))
            )
        written = tuple(len(hypotheses[0]) for hypotheses in found)
        return Sample(
            seconds=tokenising + seconds,
            engine_seconds=seconds,
            first_seconds=_first(engine, lambda: engine.generate_batch(ids, one_token(decoding))),
            steps=steps(written, decoding),
            tokens_in=tuple(map(len, ids)),
            tokens_out=written,
            peak_bytes=peak.bytes,
            energy_joules=None if joules is None else joules / len(texts),
        )


def load(names: Sequence[str], settings: Settings) -> list[StudioSubject]:
    """Open models; downloading and converting them, which happens once, is not in `load_seconds`."""
    pool, found = ModelPool(settings), []
    for name in names:
        model, engine, dtype = split_engine(name, settings)
        entry = prepare(fetch(resolve(model, settings)), engine, settings, dtype).entry
        start = time.perf_counter()
        summarizer = pool.get(name)
        found.append(StudioSubject(name, summarizer, time.perf_counter() - start, entry))
        log.info("Loaded %s in %.1f s", name, found[-1].load_seconds)
    return found


def timed(engine: Engine, work: Callable[[], T]) -> tuple[T, float]:
    """What `work` gives, and its seconds on the engine's device."""
    engine.synchronize()
    start = time.perf_counter()
    result = work()
    engine.synchronize()
    return result, time.perf_counter() - start


def _first(engine: Engine, work: Callable[[], Any]) -> float | None:
    with measure.INFERENCE_LOCK:
        try:
            return timed(engine, work)[1]
        except Overflow:  # a first token that is no text looks like one
            return None


def _with_energy(engine: Engine, work: Callable[[], T]) -> tuple[T, float | None]:
    if not engine.device.startswith("cuda"):
        return work(), None
    before = measure.energy_joules()
    result = work()
    after = measure.energy_joules()
    return result, None if before is None or after is None else after - before
