"""Ways to train an epoch, from the student report's loop to ours, each timed and its memory measured."""

import copy
import logging
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback
from transformers.trainer_utils import IntervalStrategy, SaveStrategy

from distill import runs
from distill.benchmark.reports_loop import BATCHES_A_STEP, reports_epoch
from distill.config import RunConfig
from distill.training.assembling import make_trainer
from distill.training.materials import Materials, load_materials
from distill.training.recorder import Recorder
from models.settings import Settings


@dataclass(frozen=True)
class Way:
    """One way to train an epoch.

    Args:
        text: What it is.
        values: Settings of the run that differ.
        by_length: Whether batches hold examples of like lengths.
        padded: Of the report's loop, see `reports_epoch`; None for our trainer.
    """

    text: str
    values: Mapping[str, Any]
    by_length: bool = True
    padded: bool | None = None


_LARGE = {"batch_size": 16, "accumulation": 2}
_SMALL = {"batch_size": 2, "accumulation": BATCHES_A_STEP, "precision": "float32"}
WAYS = {
    "report padded": Way("the report's loop, texts padded to the maximum lengths", _SMALL, padded=True),
    "report": Way("the report's loop, texts padded to the longest of a batch", _SMALL, padded=False),
    "trainer": Way("our trainer on batches of 2, 16 a step: no garbage collection", _SMALL, by_length=False),
    "batch": Way("… on batches of 16", {**_LARGE, "precision": "float32"}, by_length=False),
    "length": Way("… of like lengths", {**_LARGE, "precision": "float32"}),
    "live": Way("… in this machine's precision: our distillation without a cache", _LARGE),
    "first": Way("… which fills the cache", {**_LARGE, "teacher_cache": True}),
    "cached": Way("… which finds everything in the cache", {**_LARGE, "teacher_cache": True}),
    "labels": Way("fine-tuning on the labels alone: the floor", {**_LARGE, "teacher": None}),
}
"""From the report's loop to ours, one choice after another; all take as many examples per step."""


@dataclass(frozen=True)
class Workload:
    """What is trained: settings of a run, in a studio's home of the benchmark's own."""

    values: dict[str, Any]
    settings: Settings
    home: Path


def epoch(name: str, workload: Workload, materials: Materials, seed: int) -> float:
    """Seconds of one epoch of a copy of the student."""
    way = WAYS[name]
    config = RunConfig.from_dict({**workload.values, **way.values, "seed": seed})
    own = replace(materials, student=copy.deepcopy(materials.student))
    if way.padded is not None:
        return reports_epoch(config, own, padded=way.padded)
    if config.teacher is None:
        own = replace(own, teachers=[], teacher_folders=[])
    # "cached" reads what it wrote itself in the round that warms up; "first" has a new home each time.
    home = workload.home / (f"{name}-{time.monotonic_ns()}" if name == "first" else name)
    run = runs.create(config, replace(workload.settings, home=home))
    trainer = make_trainer(run, config, own)
    trainer.add_callback(Recorder(run, trainer.objective))  # as in a real run, which it slows
    trainer.args.save_strategy, trainer.args.eval_strategy = SaveStrategy.NO, IntervalStrategy.NO
    if not way.by_length:
        trainer.args.train_sampling_strategy = "random"
    clock = _Clock()
    trainer.add_callback(clock)
    with _quiet():
        trainer.train()
    return clock.seconds


class _Clock(TrainerCallback):
    """Times an epoch."""

    seconds = 0.0
    _began = 0.0

    def on_epoch_begin(self, *_: Any, **__: Any) -> None:
        """Begin."""
        self._began = _now()

    def on_epoch_end(self, *_: Any, **__: Any) -> None:
        """End."""
        self.seconds = _now() - self._began


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without a line of the log for each run's validations and warnings, which do not matter here."""
    logger = logging.getLogger("distill")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def peak_memory(name: str, workload: Workload) -> dict[str, int | None]:
    """Memory of a process that trains nothing but this: memory once used is seldom given back."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_peak, name, workload, torch.get_num_threads()).result()


def _peak(name: str, workload: Workload, threads: int) -> dict[str, int | None]:
    torch.set_num_threads(threads)
    before = _highest()
    config = RunConfig.from_dict({**workload.values, **WAYS[name].values})
    if name == "cached":  # fill it in a process before this one
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(_epoch_of, name, config, workload, threads).result()
    _epoch_of(name, config, workload, threads)
    on_device = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None
    return {"process_bytes": _highest() - before, "device_bytes": on_device}


def _epoch_of(name: str, config: RunConfig, workload: Workload, threads: int) -> None:
    torch.set_num_threads(threads)
    epoch(name, workload, load_materials(config, workload.settings), seed=0)


def _highest() -> int:
    """The most memory this process ever had, in bytes."""
    # Not getrusage: a process starts with its parent's figure there.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
