"""One summary in the making: the parts of an input run through an engine, and what that costs."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter

from models.decoding import Decoding, Summary
from models.engines import Engine, Overflow, StepWatcher, Stopped
from models.serving import measure
from models.text.writing import Writer

_POLL = 0.25


@dataclass(frozen=True)
class Prepared:
    """An input as a model gets it.

    Args:
        parts: Token ids per part.
        tokens_cut: Tokens left out.
        note: What the user should know about it, or nothing.
        seconds: What preparing it took.
    """

    parts: list[list[int]]
    tokens_cut: int
    note: str
    seconds: float


class Job:
    """Runs once, by `run()`. `snapshot()` may be called from another thread meanwhile.

    Args:
        name: The model as the user named it.
        engine: What runs it.
        prepared: The input.
        decoding: Generation settings.
        writer: Turns token ids into what the reader gets.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        prepared: Prepared,
        decoding: Decoding,
        writer: Writer,
    ) -> None:
        self._name, self._engine, self._prepared = name, engine, prepared
        self._decoding, self._writer = decoding, writer
        # Summaries of the parts done, tokens of the one in progress; replaced as a whole for the reader.
        self._written: tuple[list[str], list[int]] = ([], [])
        self._tokens_out = self._tokens_left_out = 0
        self._seconds, self._queue_seconds = prepared.seconds, 0.0
        self._engine_seconds = 0.0
        self._started: float | None = None
        self._ttft: float | None = None
        self._peak: int | None = None
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask the run to end at its next step; `run()` then raises Stopped."""
        self._stop.set()

    def run(self, on_change: Callable[[], None] | None = None) -> Summary:
        """Generate the summary.

        Args:
            on_change: Called whenever there is new text, in the thread of the run.

        Raises:
            Stopped: `stop()` was called.
        """
        for ids in self._prepared.parts:  # the lock is free between parts, so that others get their turn
            self._wait_for_turn()
            try:
                if self._stop.is_set():  # an engine that reports no steps is stopped between parts only
                    raise Stopped
                self._run_part(ids, on_change)
            finally:
                measure.INFERENCE_LOCK.release()
        return self.snapshot(finished=True)

    def snapshot(self, finished: bool = False) -> Summary:
        """The summary and its figures so far."""
        texts, tokens = self._written
        started = self._started
        seconds = self._seconds + (perf_counter() - started if started is not None else 0.0)
        if tokens:
            texts = [*texts, self._writer.so_far(tokens)]
        tokens_out = self._tokens_out + len(tokens)
        return Summary(
            model=self._name,
            text=" ".join(text for text in texts if text),
            tokens_in=sum(map(len, self._prepared.parts)),
            tokens_out=tokens_out,
            tokens_cut=self._prepared.tokens_cut,
            seconds=seconds,
            queue_seconds=self._queue_seconds,
            ttft=self._ttft,
            tokens_per_second=tokens_out / seconds if seconds else 0.0,
            weights_bytes=self._engine.weights_bytes,
            peak_bytes=self._peak,
            process_bytes=measure.process_bytes(),
            device=self._engine.device,
            dtype=self._engine.dtype,
            engine=self._engine.name,
            parts=len(self._prepared.parts),
            beams=self._decoding.beams,
            finished=finished,
            note=" ".join(note for note in (self._prepared.note, self._engine.note) if note),
            engine_seconds=self._engine_seconds,
            tokens_left_out=self._tokens_left_out,
        )

    def _wait_for_turn(self) -> None:
        asked = perf_counter()
        before = self._queue_seconds
        while not measure.INFERENCE_LOCK.acquire(timeout=_POLL):
            self._queue_seconds = before + perf_counter() - asked
            if self._stop.is_set():
                raise Stopped
        self._queue_seconds = before + perf_counter() - asked

    def _run_part(self, ids: list[int], on_change: Callable[[], None] | None) -> None:
        try:
            tokens, seconds, peak = self._measured(ids, on_change)
        except Overflow:
            self._started, self._written = None, (self._written[0], [])
            self._engine.fall_back()
            tokens, seconds, peak = self._measured(ids, on_change)
        decoding = perf_counter()
        written = self._writer.finished(tokens)
        self._written = ([*self._written[0], written.text], [])
        self._tokens_out += len(tokens)
        self._tokens_left_out += written.left_out
        self._started = None
        self._seconds += seconds + perf_counter() - decoding
        self._engine_seconds += seconds
        if peak is not None:
            self._peak = max(self._peak or 0, peak)

    def _measured(
        self, ids: list[int], on_change: Callable[[], None] | None
    ) -> tuple[list[int], float, int | None]:
        """Tokens, seconds and peak bytes."""
        with self._peak_of_run() as peak:
            tokens, seconds = self._timed(ids, on_change)
        return tokens, seconds, peak.bytes

    def _peak_of_run(self) -> AbstractContextManager[measure.Peak]:
        """Torch counts its own memory only: of another engine's it would say 0."""
        return measure.run_peak() if self._engine.name == "torch" else nullcontext(measure.Peak())

    def _timed(self, ids: list[int], on_change: Callable[[], None] | None) -> tuple[list[int], float]:
        self._engine.synchronize()
        self._started = start = perf_counter()
        if on_change:
            tokens = self._engine.generate(ids, self._decoding, on_step=self._watcher(on_change))
        else:  # nobody reads along, so no step is worth a call into Python
            tokens = self._engine.generate(ids, self._decoding, on_first=self._note_first)
        self._engine.synchronize()
        return tokens, perf_counter() - start

    def _note_first(self) -> None:
        if self._started is not None and not self._written[0]:
            self._ttft = self._prepared.seconds + perf_counter() - self._started

    def _watcher(self, on_change: Callable[[], None]) -> StepWatcher:
        texts = self._written[0]

        def watch(tokens: list[int]) -> bool:
            if len(tokens) == 1:
                self._note_first()
            self._written = (texts, tokens)
            on_change()
            return self._stop.is_set()

        return watch
