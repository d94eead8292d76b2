"""Let models write summaries, and score them."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from statistics import fmean, median
from typing import Any

from distill import data
from distill.config import RunConfig
from distill.errors import Cancelled
from distill.judging.verdict import verdict
from distill.rules import apply_rules, choose_rules
from distill.runs import Run
from distill.tasks import Task, add_retention, task_of
from models.decoding import Decoding
from models.errors import ModelUnavailable
from models.serving.pool import ModelPool
from models.serving.summarizer import Summarizer
from models.settings import MODEL_SETS, Settings
from models.store import hub
from models.store.catalogue import resolve, split_engine
from models.store.loading import open_tokenizer

log = logging.getLogger(__name__)
_TIMED = 20
_FLAWS: tuple[str, ...] = ("names", "numbers", "repetition", "unfinished")
_LOG_SECONDS = 5.0


def judge_models(
    names: Sequence[str],
    source: str,
    settings: Settings,
    *,
    task: Task,
    beams: int = 4,
    max_new_tokens: int = 128,
    **options: Any,
) -> list[dict[str, Any]]:
    """Score models on a file or data set; one result per model, in the order named, with the `scores` of each
    text by metric.

    Args:
        names: Model names, also with `@engine:dtype`.
        source: As in `distill.data.load_unseen`.
        task: Scores them.
        beams: Beams of the search.
        max_new_tokens: Tokens of a summary at most.
        **options: Of `distill.data.load`: `limit`, `document_column`, `summary_column`.

    Raises:
        DistillError: A model or the data cannot be used.
    """
    for name in names:
        resolve(split_engine(name, settings)[0], settings)  # a misspelt name fails before any model runs
    examples = data.load_unseen(source, settings=settings, **options)
    log.info("%s: %s", source, examples.note)
    pool, decoding, rows = ModelPool(settings), Decoding(beams, max_new_tokens), []
    for name in names:
        texts: list[str] = []
        row = judge_model(pool, name, examples.rows, decoding, task, on_texts=texts.extend)
        rows.append({**row, "scores": task.score(texts, examples.rows)})
    return rows


def flaws(summaries: Sequence[str], documents: Sequence[str]) -> dict[str, float]:
    """The share of summaries that each of the symbolic rules on faith and form does not accept."""
    counts: dict[str, int] = dict.fromkeys(_FLAWS, 0)
    for summary, document in zip(summaries, documents, strict=True):
        for name in apply_rules(document, summary, choose_rules(",".join(_FLAWS))).touched:
            counts[name] += 1
    return {name: count / len(summaries) for name, count in counts.items()}


def decoding_of(config: RunConfig) -> Decoding:
    """How a run's models write, whenever they are judged."""
    return Decoding(beams=config.beams, max_new_tokens=config.target_tokens)


def judge_model(
    pool: ModelPool,
    name: str,
    examples: Sequence[data.Example],
    decoding: Decoding,
    task: Task,
    on_summary: Callable[[int], None] = lambda count: None,
    on_texts: Callable[[Sequence[str]], None] = lambda texts: None,
) -> dict[str, Any]:
    """Score one model: what the task tells of its answers, lengths, faults, the median latency of one text.

    It is judged on the engine it will be used on, which gives the same summaries in batches as one by one.
    The latency (`seconds`, of `timed_texts` runs) is measured one by one afterwards, on the first 20 texts.
    `on_summary` gets the number of summaries so far, `on_texts` all of them at the end.
    """
    summarizer = pool.get(name)
    progress = _Progress(name, len(examples), on_summary)
    documents = [example.document for example in examples]
    drafts = task.predict(summarizer, examples, decoding, progress)
    texts = [draft.text for draft in drafts]
    on_texts(texts)
    scores = task.judge(texts, examples)
    seconds = _latencies(summarizer, documents[:_TIMED], decoding, lambda: on_summary(len(examples)))
    return {
        "model": name,
        **scores,
        "flaws": flaws(texts, documents),
        "mean_tokens": fmean(draft.tokens_out for draft in drafts),
        "seconds": median(seconds),
        "timed_texts": len(seconds),
        "parameters": summarizer.info.parameters,
        "bytes": summarizer.info.disk_bytes,
        "stored": summarizer.info.stored,
        "engine": summarizer.engine.name,
        "device": summarizer.engine.device,
        "dtype": summarizer.engine.dtype,
        "beams": decoding.beams,
        "max_new_tokens": decoding.max_new_tokens,
    }


def _latencies(
    summarizer: Summarizer, texts: Sequence[str], decoding: Decoding, on_text: Callable[[], None]
) -> list[float]:
    """Seconds of each text alone, after a warm-up."""
    summarizer.summarize(texts[0], decoding)
    seconds = []
    for text in texts:
        on_text()
        seconds.append(summarizer.summarize(text, decoding).seconds)
    return seconds


class _Progress:
    """Logs how many summaries there are and how long the rest will take, every few seconds."""

    def __init__(self, name: str, total: int, on_summary: Callable[[int], None]) -> None:
        self._name, self._total, self._on_summary = name, total, on_summary
        self._start = self._logged = time.monotonic()

    def __call__(self, count: int) -> None:
        self._on_summary(count)
        now = time.monotonic()
        if count < self._total and now - self._logged < _LOG_SECONDS:
            return
        self._logged = now
        left = (now - self._start) / count * (self._total - count)
        rest = f", about {timedelta(seconds=round(left))} left" if count < self._total else ""
        log.info("%s: %d of %d summaries%s", self._name, count, self._total, rest)


def judge(
    run: Run, config: RunConfig, examples: Sequence[data.Example], settings: Settings
) -> dict[str, Any]:
    """The end table of a run: its student beside the teacher, the original and itself before training.

    Raises:
        Cancelled: Someone asked the run to stop.
    """
    pool, decoding, task = ModelPool(settings), decoding_of(config), task_of(config.task)
    rows, scores = [], {}
    for label, name in _contestants(run, config, settings):
        texts: list[str] = []
        try:
            told = teller(run, label, len(examples))
            row = judge_model(pool, name, examples, decoding, task, told, texts.extend)
        except ModelUnavailable as error:  # after a long training a missing comparison must not fail the run
            log.warning("The %s is left out of the table: %s", label, error)
            continue
        rows.append({"label": label, **row})
        scores[label] = task.score(texts, examples)[task.main.name]
    teacher = next((row for row in rows if row["label"] == "teacher"), None)
    add_retention(rows, teacher, task.main)
    return {"rows": rows, "examples": len(examples), "verdict": change(scores)}


def change(scores: Mapping[str, Sequence[float]]) -> dict[str, Any] | None:
    """Whether training helped, by the score of each text before and after; None where one is missing."""
    before, after = scores.get("student before"), scores.get("student after")
    return verdict(before, after) if before and after else None


def teller(run: Run, label: str, total: int) -> Callable[[int], None]:
    """Reports in the run's status how far the judging of one model is; obeys a request to stop."""

    def tell(count: int) -> None:
        if run.stop_requested():
            raise Cancelled
        run.update(message=f"Judging {label}: {count} of {total} summaries")

    return tell


def _contestants(run: Run, config: RunConfig, settings: Settings) -> list[tuple[str, str]]:
    before = run.origin()
    found = [("student after", f"run:{run.run_id}"), ("student before", before)]
    named = (config.teacher or "").partition("/")[0]
    original = f"{named if named in MODEL_SETS else settings.model_set}/original"
    if original != before and (named in MODEL_SETS or _is_akin(original, run, settings)):
        found.append(("original", original))
    if config.teacher:
        found.append(("teacher", config.teacher))
    return found


def _is_akin(name: str, run: Run, settings: Settings) -> bool:
    """Whether a model is on this machine and has the student's tokenizer."""
    try:
        spec = resolve(name, settings)
        folder = spec.local or hub.cached(spec.source, spec.revision, spec.cache)
        if folder is None:
            return False
        return open_tokenizer(folder).vocabulary() == open_tokenizer(run.student).vocabulary()
    except ModelUnavailable:
        return False
