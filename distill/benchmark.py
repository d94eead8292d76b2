"""What a summary costs, measured so that two models can be compared on a noisy machine.

All models work in one process, in turns, on the same texts: whatever disturbs one disturbs the others, and
the ratios are taken text by text.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from distill import runs
from distill.data import load_unseen
from distill.errors import BadConfig
from distill.evaluation import bootstrap
from models import measure
from models.decoding import INPUT_LIMIT, Decoding, Summary
from models.pool import CAPACITY, ModelPool
from models.settings import Settings
from models.summarizer import Summarizer

log = logging.getLogger(__name__)
_FOR_PERCENTILES = 20  # fewer runs say nothing about the slowest of twenty


@dataclass(frozen=True)
class Case:
    """One condition all models are measured under."""

    beams: int
    input_tokens: int


def bench(
    names: Sequence[str],
    source: str,
    settings: Settings,
    *,
    n: int = 20,
    beams: Sequence[int] = (1, 4),
    input_tokens: Sequence[int] = (INPUT_LIMIT,),
    new_tokens: int | None = None,
    reference: str | None = None,
) -> dict[str, Any]:
    """Measure models side by side.

    Args:
        names: Models, with `@engine[:dtype]` or not.
        source: Texts, as in `distill.data.load_unseen`.
        n: Texts, each summarised once by each model in each case, after one warm-up.
        beams, input_tokens: The cases; inputs are cut to so many tokens.
        new_tokens: Force summaries of exactly this many tokens, so that all do the same work.
        reference: What ratios are taken against; the first model by default.

    Returns:
        `rows` (a model and case each), `ratios` (times faster than the reference, with a 95% interval),
        `disturbed` (whether a distillation run was busy meanwhile), `limits` (what a model must not exceed;
        none yet).
    """
    _check(names, reference)
    texts = [row.document for row in load_unseen(source, limit=n, cache=settings.datasets).rows]
    models, loading = _load(names, settings)
    disturbed = runs.active(settings) is not None
    rows, ratios = [], []
    for case in (Case(b, tokens) for b in beams for tokens in input_tokens):
        found = _measure(models, texts, case, new_tokens)
        for name in names:
            rows.append({"model": name, **vars(case), "load_seconds": loading[name], **_row(found[name])})
        ratios += _ratios(found, reference or names[0], case)
    disturbed = disturbed or runs.active(settings) is not None
    return {"rows": rows, "ratios": ratios, "disturbed": disturbed, "limits": {}}


def _check(names: Sequence[str], reference: str | None) -> None:
    if not 1 <= len(names) <= CAPACITY:
        raise BadConfig(
            f"bench takes 1 to {CAPACITY} models, which stay in memory together; got {len(names)}."
        )
    if reference is not None and reference not in names:
        raise BadConfig(f"The reference {reference!r} is none of the models: {', '.join(names)}.")


def _load(names: Sequence[str], settings: Settings) -> tuple[dict[str, Summarizer], dict[str, float]]:
    pool, models, seconds = ModelPool(settings), {}, {}
    for name in names:
        start = time.perf_counter()
        models[name] = pool.get(name)
        seconds[name] = time.perf_counter() - start
        log.info("Loaded %s in %.1f s", name, seconds[name])
    return models, seconds


def _measure(
    models: dict[str, Summarizer], texts: Sequence[str], case: Case, new_tokens: int | None
) -> dict[str, list[Summary]]:
    decoding = Decoding(beams=case.beams)
    if new_tokens is not None:
        decoding = Decoding(
            beams=case.beams, min_new_tokens=new_tokens, max_new_tokens=new_tokens, no_repeat_ngram=0
        )
    found: dict[str, list[Summary]] = {name: [] for name in models}
    order = list(models)
    for name in order:
        models[name].summarize(texts[0], decoding, input_tokens=case.input_tokens)
    for index, text in enumerate(texts):
        turn = index % len(order)
        for name in order[turn:] + order[:turn]:  # no model is always the one after the slow one
            found[name].append(models[name].summarize(text, decoding, input_tokens=case.input_tokens))
        if (index + 1) % 10 == 0 or index + 1 == len(texts):
            log.info("%d beams, %d tokens in: text %d of %d", *vars(case).values(), index + 1, len(texts))
    return found


def _row(summaries: Sequence[Summary]) -> dict[str, Any]:
    seconds = sorted(summary.seconds for summary in summaries)
    enough = len(seconds) >= _FOR_PERCENTILES
    firsts = [summary.ttft for summary in summaries if summary.ttft is not None]
    peaks = [summary.peak_bytes for summary in summaries if summary.peak_bytes is not None]
    last = summaries[-1]
    return {
        "n": len(seconds),
        "seconds": median(seconds),
        "p5": seconds[round(0.05 * (len(seconds) - 1))] if enough else None,
        "p95": seconds[round(0.95 * (len(seconds) - 1))] if enough else None,
        "ttft": median(firsts) if firsts else None,
        "tokens_per_second": median(summary.tokens_per_second for summary in summaries),
        "tokens_in": fmean(summary.tokens_in for summary in summaries),
        "tokens_out": fmean(summary.tokens_out for summary in summaries),
        "weights_bytes": last.weights_bytes,
        "peak_bytes": max(peaks) if peaks else None,
        "process_bytes": measure.process_bytes(),
        "engine": last.engine,
        "device": last.device,
        "dtype": last.dtype,
    }


def _ratios(found: dict[str, list[Summary]], reference: str, case: Case) -> list[dict[str, Any]]:
    against = [summary.seconds for summary in found[reference]]
    ratios = []
    for name, summaries in found.items():
        if name != reference:
            pairs = [slow / fast.seconds for slow, fast in zip(against, summaries, strict=True)]
            interval = bootstrap(pairs, statistic=median)
            ratios.append({"model": name, "reference": reference, **vars(case), "times_faster": interval["f"],
                           "low": interval["low"], "high": interval["high"]})  # fmt: skip
    return ratios


def table(result: dict[str, Any]) -> str:
    """The result for people to read."""
    lines = [f"{'model':44} beams  in  out   seconds (p5–p95)      first  tok/s  weights"]
    for row in result["rows"]:
        spread = f"({row['p5']:.3f}–{row['p95']:.3f})" if row["p5"] is not None else "(under 20 runs)"
        first = f"{row['ttft']:.3f}" if row["ttft"] is not None else "–"
        lines.append(
            f"{row['model']:44} {row['beams']:5} {row['tokens_in']:4.0f} {row['tokens_out']:4.0f}"
            f"  {row['seconds']:.3f} {spread:16} {first:>7} {row['tokens_per_second']:6.0f}"
            f" {row['weights_bytes'] / 1e6:5.0f} MB  {row['engine']} {row['dtype']} {row['device']}"
        )
    for ratio in result["ratios"]:
        interval = f"{ratio['times_faster']:.1f} times faster ({ratio['low']:.1f}–{ratio['high']:.1f})"
        case = f"{ratio['beams']} beams, at most {ratio['input_tokens']} tokens in"
        lines.append(f"{ratio['model']} is {interval} than {ratio['reference']} at {case}")
    if result["disturbed"]:
        lines.append("A distillation run was busy meanwhile: the seconds are too high, the ratios noisier.")
    return "\n".join(lines)
