"""What a summary costs, measured so that two models can be compared on a noisy machine.

All models work in one process, in turns, on the same texts: whatever disturbs one disturbs the others, and
the ratios are taken text by text.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from distill.benchmark import limits
from distill.benchmark.cases import Case, Sample, cases, decoding_for
from distill.benchmark.disturbance import DisturbanceWatch
from distill.benchmark.files import write_out
from distill.benchmark.machine import processor
from distill.benchmark.rows import overheads, ratios, row, with_bare
from distill.benchmark.speed_table import speed_table
from distill.benchmark.subjects import Subject, load
from distill.benchmark.turns import rounds
from distill.data import load_unseen
from distill.errors import BadConfig
from distill.jobs.files import make_folder
from models.decoding import INPUT_LIMIT
from models.serving.pool import CAPACITY
from models.settings import Settings

__all__ = ["bench", "speed_table"]

log = logging.getLogger(__name__)
_MOST = 100_000
"""Calls, texts at once and tokens; more would take weeks, or no memory has the room."""
_Found = list[tuple[Case, Mapping[str, Sequence[Sample]]]]


def bench(
    names: Sequence[str],
    source: str,
    settings: Settings,
    *,
    n: int = 20,
    beams: Sequence[int] = (1, 4),
    input_tokens: Sequence[int] = (INPUT_LIMIT,),
    batch: Sequence[int] = (1,),
    new_tokens: int | None = None,
    reference: str | None = None,
    bare: bool = False,
    out: Path | None = None,
) -> dict[str, Any]:
    """Measure models side by side.

    Args:
        names: Models, with `@engine[:dtype]` or not.
        source: Texts, as in `distill.data.load_unseen`.
        n: Texts, each summarised once by each model in each case, after one warm-up; taken again from the
            start where there are too few.
        beams, input_tokens, batch: The cases, as `cases` combines them; inputs are cut to this many tokens.
        new_tokens: Force summaries of exactly this many tokens, so that all do the same work.
        reference: What ratios are taken against; the first model by default.
        bare: Whether each model on CTranslate2 is also run by the bare library.
        out: A folder for a CSV of all calls, one of the rows, and plots.

    Returns:
        `rows` (one per model and case), `ratios` (times faster than the reference, with a 95% interval),
        `overheads` (times as long as the bare library), `limits` (`machine`: what it can do at best; `rows`:
        each row's floor in seconds, and the share of it reached), `disturbed`, `disturbances` (a sentence
        each), `conditions`, `files`.
    """
    _check(names, reference, {"n": [n], "input-tokens": input_tokens, "batch": batch})
    if out is not None:
        make_folder(out)
    found_texts = [example.document for example in load_unseen(source, limit=n, settings=settings).rows]
    texts = list(islice(cycle(found_texts), n))
    models = load(names, settings)
    subjects = with_bare(models) if bare else list(models)
    watch = DisturbanceWatch(settings)
    found: _Found = []
    result: dict[str, Any] = {"rows": [], "ratios": [], "overheads": []}
    for case in cases(beams, input_tokens, batch):
        samples = measure_in_turns(subjects, texts, case, new_tokens)
        result["rows"] += [row(subject, case, samples[subject.name]) for subject in subjects]
        result["ratios"] += ratios(models, samples, reference or names[0], case)
        result["overheads"] += overheads(subjects, samples, case)
        found.append((case, samples))
    result["limits"] = _limits(subjects, found)
    disturbances = watch.sentences()
    result |= {
        "disturbed": bool(disturbances),
        "disturbances": disturbances,
        "conditions": {
            "processor": processor(),
            "texts": source,
            "n": n,
            "different_texts": len(found_texts),
            "new_tokens": new_tokens,
        },
    }
    return result | {"files": write_out(out, result, found) if out else []}


def measure_in_turns(
    subjects: Sequence[Subject], texts: Sequence[str], case: Case, new_tokens: int | None = None
) -> Mapping[str, Sequence[Sample]]:
    """One call of each subject for each text (in a batch: the text and those after it), after a warm-up."""
    decoding = decoding_for(case, new_tokens)
    groups = [
        [texts[(first + further) % len(texts)] for further in range(case.batch)]
        for first in range(len(texts))
    ]
    for subject in subjects:
        subject.call(groups[0], case, decoding)
    calls = {
        subject.name: map(partial(subject.call, case=case, decoding=decoding), groups).__next__
        for subject in subjects
    }
    found: Mapping[str, Sequence[Sample]] = {}
    for found in rounds(calls, len(groups)):
        done = len(found[subjects[0].name])
        if done % 10 == 0 or done == len(groups):
            log.info("%s: text %d of %d", case, done, len(groups))
    return found


def _check(names: Sequence[str], reference: str | None, numbers: dict[str, Sequence[int]]) -> None:
    if not 1 <= len(names) <= CAPACITY:
        raise BadConfig(
            f"bench takes 1 to {CAPACITY} models, which stay in memory together; got {len(names)}."
        )
    if twice := next((name for name, count in Counter(names).items() if count > 1), None):
        raise BadConfig(f"{twice} is named twice; it would be measured once.")
    if reference is not None and reference not in names:
        raise BadConfig(f"The reference {reference!r} is not one of the models: {', '.join(names)}.")
    for name, values in numbers.items():
        if not values or not 1 <= min(values) <= max(values) <= _MOST:
            raise BadConfig(
                f"--{name} is {', '.join(map(str, values))}; use whole numbers from 1 to {_MOST:,}."
            )


def _limits(subjects: Sequence[Subject], found: _Found) -> dict[str, Any]:
    log.info("Measuring what the machine can do at best")
    machines = {subject.name: limits.machine_of(subject.engine) for subject in subjects}
    rows = [
        {
            "model": subject.name,
            **vars(case),
            "threads": subject.engine.threads,
            **limits.share(
                samples[subject.name], subject.info, subject.engine.dtype, case, machines[subject.name]
            ),
        }
        for case, samples in found
        for subject in subjects
    ]
    return {"machine": [vars(machine) for machine in dict.fromkeys(machines.values())], "rows": rows}
