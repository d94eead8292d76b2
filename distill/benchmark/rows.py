"""From timed calls to figures: a row for each model and case, and paired ratios."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from distill.benchmark.bare import BareSubject
from distill.benchmark.cases import Case, Sample
from distill.benchmark.subjects import StudioSubject, Subject
from distill.stats import spread
from models.serving import measure


def row(subject: Subject, case: Case, samples: Sequence[Sample]) -> dict[str, Any]:
    """The figures of one model in one case: medians, tokens per text, and what it ran on.

    `process_bytes` is the whole process's memory with all models of the bench in it.
    """
    seconds = spread([sample.seconds for sample in samples])
    peaks = [sample.peak_bytes for sample in samples if sample.peak_bytes is not None]
    energies = [sample.energy_joules for sample in samples if sample.energy_joules is not None]
    engine = subject.engine
    return {
        "model": subject.name,
        **vars(case),
        "load_seconds": subject.load_seconds,
        "n": seconds.n,
        "seconds": seconds.median,
        "p5": seconds.p5,
        "p95": seconds.p95,
        "ttft": _median(sample.ttft for sample in samples),
        "engine_seconds": median(sample.engine_seconds for sample in samples),
        "first_seconds": _median(sample.first_seconds for sample in samples),
        "encode_seconds": _median(sample.encode_seconds for sample in samples),
        "decode_seconds": _median(sample.decode_seconds for sample in samples),
        "step_seconds": _median(sample.step_seconds for sample in samples),
        "tokens_per_second": median(sample.tokens_per_second for sample in samples),
        "tokens_in": fmean(tokens for sample in samples for tokens in sample.tokens_in),
        "tokens_out": fmean(tokens for sample in samples for tokens in sample.tokens_out),
        "steps": fmean(sample.steps for sample in samples),
        "energy_joules": fmean(energies) if energies else None,
        "weights_bytes": engine.weights_bytes,
        "peak_bytes": max(peaks) if peaks else None,
        "process_bytes": measure.process_bytes(),
        "engine": engine.name,
        "device": engine.device,
        "dtype": engine.dtype,
        "threads": engine.threads,
    }


def ratios(
    models: Sequence[StudioSubject], found: Mapping[str, Sequence[Sample]], reference: str, case: Case
) -> list[dict[str, Any]]:
    """How many times faster than the reference each of the others is, text by text."""
    against = [sample.seconds for sample in found[reference]]
    rows = []
    for model in models:
        if model.name != reference:
            times = _paired(against, [sample.seconds for sample in found[model.name]])
            rows.append({
                "model": model.name,
                "reference": reference,
                **vars(case),
                "times_faster": times["median"],
                "low": times["low"],
                "high": times["high"],
            })  # fmt: skip
    return rows


def overheads(
    subjects: Sequence[Subject], found: Mapping[str, Sequence[Sample]], case: Case
) -> list[dict[str, Any]]:
    """How many times as long as the bare library's call the studio's takes, text by text.

    `engine` compares the engine's call, which is the same call; `whole` has tokenising and writing on top.
    """
    rows = []
    for subject in subjects:
        if isinstance(subject, BareSubject):
            ours, theirs = found[subject.studio.name], [sample.seconds for sample in found[subject.name]]
            rows.append({
                "model": subject.studio.name,
                **vars(case),
                "engine": _paired([sample.engine_seconds for sample in ours], theirs),
                "whole": _paired([sample.seconds for sample in ours], theirs),
            })  # fmt: skip
    return rows


def with_bare(subjects: Sequence[StudioSubject]) -> list[Subject]:
    """The models, each on CTranslate2 followed by the bare library."""
    found: list[Subject] = []
    for subject in subjects:
        found.append(subject)
        if subject.entry is not None:
            found.append(BareSubject(subject))
    return found


def _paired(slow: Sequence[float], fast: Sequence[float]) -> dict[str, Any]:
    return spread([a / b for a, b in zip(slow, fast, strict=True)]).as_dict()


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
