"""Let one model summarise the texts of an evaluation, each once, and keep each summary as it comes."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from distill.data import Example
from distill.errors import Cancelled, DistillError, RunConflict
from distill.jobs.checksums import model_checksum
from distill.jobs.explaining import machine_failed
from distill.jobs.files import append_json_line, read_object, write_json
from distill.judging.folder import Evaluation
from distill.judging.lead import as_long_as, beside, fixed, lead_texts
from models.decoding import Decoding
from models.serving import measure
from models.serving.pool import ModelPool
from models.serving.summarizer import Summarizer

TIMED = 20
"""Texts that are summarised one by one, so that each has a latency; the rest go in batches, which is faster
and writes the same."""
_CHUNK = 32  # texts whose summaries are kept at once


class Writing:
    """One model's pass over the texts.

    Args:
        evaluation: Where the summaries are kept; what is there is not written again.
        model: The model's name.
        examples: The texts.
        decoding: Generation settings.
        on_done: Called with the number of summaries so far; an exception it raises ends the work.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        model: str,
        examples: Sequence[Example],
        decoding: Decoding,
        on_done: Callable[[int], None],
    ) -> None:
        self._evaluation, self._model, self._examples = evaluation, model, examples
        self._decoding, self._on_done = decoding, on_done
        self._file = evaluation.answers_file(model)
        self._known = set(evaluation.answers(model))

    def carry_out(self, pool: ModelPool) -> None:
        """Write what is missing: of the first texts one by one, of the others in batches.

        Raises:
            RunConflict: The model has changed since some of its summaries were written.
            DistillError: It is not available, memory ran out, or the GPU failed. A text that it fails on
                otherwise is noted, and the others continue.
        """
        self._file.parent.mkdir(exist_ok=True)
        missing = [place for place in range(len(self._examples)) if place not in self._known]
        if not missing:
            return
        summarizer = pool.get(self._model)
        self._note(summarizer)
        alone = [place for place in missing if place < TIMED]
        if alone:
            self._warm_up(summarizer, self._examples[alone[0]].document)
        for place in alone:
            self._keep({place: self._timed(summarizer, self._examples[place].document)})
        rest = missing[len(alone) :]
        for start in range(0, len(rest), _CHUNK):
            self._keep(self._together(summarizer, rest[start : start + _CHUNK]))

    def _note(self, summarizer: Summarizer) -> None:
        """Write down what the model is, which must be what wrote the summaries that are there."""
        found = _about(summarizer, self._decoding)
        before = (read_object(self._evaluation.about_file(self._model)) or {}).get("sha256")
        if self._known and before not in (None, found["sha256"]):
            raise RunConflict(
                f"{self._model} is another model than the one that wrote the first {len(self._known)} "
                "summaries: start a new evaluation."
            )
        write_json(self._evaluation.about_file(self._model), found)

    def _keep(self, found: dict[int, dict[str, Any]]) -> None:
        for place, row in found.items():
            append_json_line(self._file, {"text": place, **row})
        self._known |= set(found)
        self._on_done(len(self._known))

    def _warm_up(self, summarizer: Summarizer, text: str) -> None:
        _tried(lambda: {"summary": summarizer.summarize(text, self._decoding).text})

    def _timed(self, summarizer: Summarizer, text: str) -> dict[str, Any]:
        """A summary with everything it costs."""

        def write() -> dict[str, Any]:
            before, joules = measure.load(), measure.energy_joules()
            found = summarizer.summarize(text, self._decoding)
            after = measure.energy_joules()
            return {
                "summary": found.text,
                "tokens_in": found.tokens_in,
                "tokens_out": found.tokens_out,
                "seconds": found.seconds,
                "weights_bytes": found.weights_bytes,
                "process_bytes": found.process_bytes,
                "peak_bytes": found.peak_bytes,
                "joules": None if joules is None or after is None else after - joules,
                "busy": measure.busy(before, measure.load()),
            }

        return _tried(write)

    def _together(self, summarizer: Summarizer, places: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Summaries written in batches; where that fails, one by one, so that it is known for which text."""
        texts = [self._examples[place].document for place in places]
        done = len(self._known)
        try:
            for text in texts:
                summarizer.check(text)
            drafts = summarizer.summarize_many(
                texts, self._decoding, on_done=lambda n: self._on_done(done + n)
            )
        except (Cancelled, OSError):
            raise
        except Exception:
            drafts = None  # only past this block is the memory free that the error's traceback holds
        if drafts is None:
            return {place: self._alone(summarizer, text) for place, text in zip(places, texts, strict=True)}
        return {
            place: {"summary": draft.text, "tokens_in": draft.tokens_in, "tokens_out": draft.tokens_out}
            for place, [draft] in zip(places, drafts, strict=True)
        }

    def _alone(self, summarizer: Summarizer, text: str) -> dict[str, Any]:
        def write() -> dict[str, Any]:
            found = summarizer.summarize(text, self._decoding)
            return {"summary": found.text, "tokens_in": found.tokens_in, "tokens_out": found.tokens_out}

        return _tried(write)


def write_lead(evaluation: Evaluation, name: str, examples: Sequence[Example]) -> None:
    """Cut a lead of every text; beside a model that failed on a text it has none either."""
    file, known = evaluation.answers_file(name), evaluation.answers(name)
    file.parent.mkdir(exist_ok=True)
    model = beside(name)
    answers = evaluation.answers(model) if model else {}
    leads = lead_texts(fixed(name), examples) if model is None else []
    for place, example in enumerate(examples):
        if place in known:
            continue
        if model is None:
            row: dict[str, Any] = {"summary": leads[place]}
        elif "summary" in answers[place]:
            row = {"summary": as_long_as(answers[place]["summary"], example.document)}
        else:
            row = {"failed": f"{model} has no summary of this text whose length could be matched."}
        append_json_line(file, {"text": place, **row})


def _tried(write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A row, or why there is none. What the machine lacks is not the text's fault, and another day it may
    not lack it."""
    try:
        return write()
    except (Cancelled, OSError):
        raise
    except Exception as error:
        first = (str(error).splitlines() or [""])[0][:300] or type(error).__name__
        if not machine_failed(error):
            return {"failed": first}
        if isinstance(error, DistillError):
            raise
        raise DistillError(
            f"Memory ran out, or the GPU failed: {first}. Free memory and resume, or use fewer beams."
        ) from error


def _about(summarizer: Summarizer, decoding: Decoding) -> dict[str, Any]:
    """What a model is and runs on."""
    return {
        "sha256": model_checksum(summarizer.info.folder),
        "parameters": summarizer.info.parameters,
        "bytes": summarizer.info.disk_bytes,
        "stored": summarizer.info.stored,
        "engine": summarizer.engine.name,
        "device": summarizer.engine.device,
        "dtype": summarizer.engine.dtype,
        "beams": decoding.beams,
        "max_new_tokens": decoding.max_new_tokens,
        "written": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
