"""Let models summarise, and score what they write."""

import logging
from collections.abc import Callable, Sequence
from statistics import fmean, median
from typing import Any

from distill import data
from distill.config import RunConfig, parse_layers
from distill.evaluation import add_retention, judge_texts
from distill.runs import Run
from models import hub
from models.catalogue import resolve
from models.decoding import Decoding
from models.engines import Stopped
from models.errors import ModelUnavailable
from models.loading import open_tokenizer
from models.pool import ModelPool
from models.settings import MODEL_SETS, Settings

log = logging.getLogger(__name__)


def judge_models(
    names: Sequence[str],
    source: str,
    settings: Settings,
    *,
    limit: int | None = None,
    beams: int = 4,
    **columns: Any,
) -> list[dict[str, Any]]:
    """Score models on a file or data set; one result a model, in the order named.

    Args:
        names: Model names, also with `@engine:dtype`.
        source: As in `distill.data.load_unseen`.
        limit: Use only the first so many examples.
        beams: Of the search.
        **columns: `document_column` and `summary_column`.

    Raises:
        DistillError: A model or the data cannot be used.
    """
    examples = data.load_unseen(source, limit=limit, cache=settings.datasets, **columns)
    log.info("%s: %s", source, examples.note)
    pool = ModelPool(settings)
    return [judge_model(pool, name, examples.rows, Decoding(beams=beams)) for name in names]


def judge_model(
    pool: ModelPool,
    name: str,
    examples: Sequence[data.Example],
    decoding: Decoding,
    on_summary: Callable[[int], None] = lambda count: None,
) -> dict[str, Any]:
    """Score one model: ROUGE with intervals, lengths, novelty, repetition, the median latency of one text.

    `on_summary` is told the number of summaries so far.
    """
    summarizer = pool.get(name)
    summaries = []
    for index, example in enumerate(examples, 1):
        summaries.append(summarizer.summarize(example.document, decoding))
        on_summary(index)
        if index % 10 == 0 or index == len(examples):
            log.info("%s: %d of %d summaries", name, index, len(examples))
    scores = judge_texts(
        [summary.text for summary in summaries],
        [example.document for example in examples],
        [example.summary for example in examples],
    )
    last = summaries[-1]
    return {
        "model": name,
        **scores,
        "mean_tokens": fmean(summary.tokens_out for summary in summaries),
        "seconds": median(summary.seconds for summary in summaries),
        "parameters": summarizer.info.parameters,
        "bytes": summarizer.info.disk_bytes,
        "engine": last.engine,
        "device": last.device,
        "dtype": last.dtype,
        "beams": decoding.beams,
    }


def judge(
    run: Run, config: RunConfig, examples: Sequence[data.Example], settings: Settings
) -> dict[str, Any]:
    """The end table of a run: its student beside the teacher, the original and itself before training.

    Raises:
        Stopped: Someone asked the run to stop.
    """
    pool = ModelPool(settings)
    decoding = Decoding(beams=config.beams, max_new_tokens=config.target_tokens)
    rows = []
    for label, name in _contestants(run, config, settings):
        try:
            row = judge_model(pool, name, examples, decoding, _teller(run, label, len(examples)))
        except ModelUnavailable as error:  # the end of a long training is no time to fail for a comparison
            log.warning("The %s is left out of the table: %s", label, error)
            continue
        rows.append({"label": label, **row})
    teacher = next((row for row in rows if row["label"] == "teacher"), None)
    add_retention(rows, teacher)
    return {"rows": rows, "examples": len(examples)}


def _teller(run: Run, label: str, total: int) -> Callable[[int], None]:
    """Says in the run's status how far the judging of one model is; obeys a request to stop."""

    def tell(count: int) -> None:
        if run.stop_requested():
            raise Stopped
        if count % 4 == 0 or count == total:
            run.update(message=f"Judging {label}: {count} of {total} summaries")

    return tell


def _contestants(run: Run, config: RunConfig, settings: Settings) -> list[tuple[str, str]]:
    before = str(run.initial) if parse_layers(config.student) else config.student
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
