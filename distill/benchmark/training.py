"""How fast training is: our distillation beside the student report's loop and beside fine-tuning alone."""

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from distill.benchmark.signal_error import signal_error
from distill.benchmark.training_ways import WAYS, Workload, epoch, peak_memory
from distill.config import RunConfig
from distill.config.precision import precision
from distill.errors import BadConfig
from distill.stats import spread
from distill.tasks import task_of
from distill.training.materials import Materials, load_materials
from models.settings import Settings

log = logging.getLogger(__name__)
_NEVER = 10**7  # steps
_FOR_ERROR = 16  # examples the cut logits are judged on
_RATIOS = (
    ("report", "live"), ("report padded", "live"), ("report", "first"), ("report", "cached"),
    ("live", "labels"), ("first", "labels"), ("cached", "labels"),
)  # fmt: skip


def bench_train(
    teacher: str, student: str, data: str, settings: Settings, *, examples: int, rounds: int, **values: Any
) -> dict[str, Any]:
    """Train one epoch in each of `WAYS`, in turns, `rounds` times, each time from the same student.

    Timed is the epoch: without loading, tokenizing and saving, after one round for warming up.

    Args:
        teacher, student, data: As of a run.
        settings: The benchmark's files go to its home and are deleted afterwards.
        examples: Examples per epoch.
        rounds: How many times.
        **values: Further settings of the runs.

    Returns:
        `conditions`; `rows` (one per way: seconds with interval, examples and tokens per second, peak
        memory); `ratios` (times as long, paired by round, with a 95% interval); `errors` (see
        `signal_error`).

    Raises:
        DistillError: The models, the data or the settings do not do.
    """
    if rounds < 1:
        raise BadConfig(f"rounds is {rounds}; use 1 or more.")
    given = {**values, "teacher": teacher, "student": student, "data": data, "max_examples": examples}
    given |= {"epochs": 1, "save_steps": _NEVER, "evaluation_steps": _NEVER, "validation_examples": 1}
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix="bench-train-") as folder:
        workload = Workload(given, settings, Path(folder))
        config = RunConfig.from_dict(given)
        if len(config.teachers) != 1:
            raise BadConfig("bench-train measures one teacher; leave more_teachers unset.")
        materials = load_materials(config, settings)
        errors = signal_error(config, materials, workload.home, _FOR_ERROR)
        memory = {name: peak_memory(name, workload) for name in WAYS}
        seconds = _measure(workload, materials, rounds)
        tokens = _tokens(config, materials)
    count = len(materials.train)
    return {
        "conditions": _conditions(config, count, rounds),
        "rows": [_row(name, seconds[name], count, tokens, memory[name]) for name in WAYS],
        "ratios": [_ratio(seconds, slow, fast) for slow, fast in _RATIOS],
        "errors": errors,
    }


def _measure(workload: Workload, materials: Materials, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in WAYS}
    order = list(WAYS)
    for number in range(rounds + 1):
        turn = number % len(order)
        for name in order[turn:] + order[:turn] if number else order:  # the first fills the cache
            seconds = epoch(name, workload, materials, seed=number)
            if number:
                found[name].append(seconds)
        log.info("Round %d of %d", number, rounds) if number else log.info("Warmed up")
    return found


def _tokens(config: RunConfig, materials: Materials) -> int:
    rows = task_of(config.task).encode(materials.train, materials.encoder, config)
    return sum(len(row["input_ids"]) + len(row["labels"]) for row in rows)


def _conditions(config: RunConfig, examples: int, rounds: int) -> dict[str, Any]:
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    names = ("teacher", "student", "data", "input_tokens", "target_tokens", "teacher_top_k", "temperature")
    return {
        **{name: getattr(config, name) for name in names},
        "examples": examples,
        "rounds": rounds,
        "precision": precision("auto"),
        "device": device,
        "threads": torch.get_num_threads(),
    }


def _row(
    name: str, seconds: Sequence[float], examples: int, tokens: int, memory: dict[str, int | None]
) -> dict[str, Any]:
    found = spread(seconds)
    return {
        "way": name,
        "text": WAYS[name].text,
        "seconds": found.as_dict(),
        "examples_per_second": examples / found.median,
        "tokens_per_second": tokens / found.median,
        **memory,
    }


def _ratio(seconds: dict[str, list[float]], slow: str, fast: str) -> dict[str, Any]:
    pairs = [one / other for one, other in zip(seconds[slow], seconds[fast], strict=True)]
    return {"way": slow, "against": fast, "times_as_long": spread(pairs).as_dict()}


def training_table(result: dict[str, Any]) -> str:
    """The result for people to read."""
    lines = [", ".join(f"{name} {value}" for name, value in result["conditions"].items())]
    lines.append(f"{'way':14} {'seconds (95% interval)':26} examples/s  tokens/s  memory")
    for row in result["rows"]:
        seconds = "{median:.2f} ({low:.2f}–{high:.2f})".format(**row["seconds"])
        memory = row["device_bytes"] or row["process_bytes"]
        lines.append(
            f"{row['way']:14} {seconds:26} {row['examples_per_second']:10.2f} {row['tokens_per_second']:9.0f}"
            f" {memory / 1e6:5.0f} MB  {row['text']}"
        )
    for ratio in result["ratios"]:
        found = "{median:.2f} times as long ({low:.2f}–{high:.2f})".format(**ratio["times_as_long"])
        lines.append(f"{ratio['way']} takes {found} as {ratio['against']}")
    for row in result["errors"]:
        lines.append(
            "top {k}: soft loss {loss:.4f}, off by {loss_error:.4f}; gradient off by {gradient_error:.1%} "
            "(cosine {gradient_cosine:.4f}); {bytes} bytes per target token".format(**row)
        )
    return "\n".join(lines)
