"""Records how a run goes."""

import logging
import math
import time
from collections.abc import Mapping
from typing import Any

import psutil
import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from distill.config import FEATURE_TERMS
from distill.errors import Cancelled, Diverged
from distill.jobs import parallel
from distill.objective.objective import Objective
from distill.runs import Run, checkpoints
from distill.runs.metrics import held_out, of_gradient
from distill.stats import points
from distill.tasks import TASKS
from distill.training.monitoring import Dominance

log = logging.getLogger(__name__)
_REPORT_SECONDS = 5
_SHOWN_SETTINGS = ("alpha", "temperature", "reward")
_METRICS = {metric.name for task in TASKS for metric in task.metrics}
_FAR = 0.5  # of the teacher's probability: a cache that leaves out more teaches something else


class Recorder(TrainerCallback):
    """Appends metrics, keeps the status fresh, marks complete checkpoints, obeys a request to stop."""

    def __init__(self, run: Run, objective: Objective) -> None:
        self.run, self._objective = run, objective
        self._dominance = Dominance()
        self._began = (0, time.monotonic())
        self._reported = 0.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Start the clock of the ETA, and the first step's peak of memory."""
        peak_memory_bytes()
        self._began = (state.global_step, time.monotonic())
        self.run.update(step=state.global_step, steps=state.max_steps, message="Training")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict | None = None,
        **_: Any,
    ) -> None:
        """Write a row for a training step or a validation."""
        logs = logs or {}
        if "loss" in logs:
            self._training_row(args, state, logs)
        elif "eval_loss" in logs:
            row = {held_out(key.removeprefix("eval_")): value for key, value in logs.items() if _scores(key)}
            self.run.record({"step": state.global_step, **row})
            self._compare_with_teacher(row)
            examples = row.pop("validation_examples")
            shown = ", ".join(f"{key[11:]} {_shown(key, value)}" for key, value in row.items())
            log.info("Validation on %d examples: %s", examples, shown)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Stop, with a checkpoint, if someone asked for it."""
        if parallel.said(self.run.stop_requested()):
            control.should_save = True
            control.should_training_stop = True

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Leave a validation if someone asked to stop; the trainer then writes the checkpoint."""
        if self.run.stop_requested():
            raise Cancelled

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Keep what the objective has learnt; then the checkpoint is whole and resume may use it."""
        folder = self.run.checkpoints / f"checkpoint-{state.global_step}"
        parallel.meet()  # each process keeps its random state there
        if parallel.first():
            self._objective.save(folder)
            checkpoints.mark_complete(folder)

    def _training_row(self, args: TrainingArguments, state: TrainerState, logs: dict[str, float]) -> None:
        step = state.global_step
        self._check_finite(args, step, logs)
        terms, settings = _group("term", logs), _group("setting", logs)
        self._watch_cache(settings.get("outside", 0.0))
        self._watch_dominance(_group("weighted", logs))
        eta = self._eta(state)
        self.run.record(
            {
                "step": step,
                "loss": logs["loss"],
                **terms,
                **{name: settings[name] for name in _SHOWN_SETTINGS if name in settings},
                **{of_gradient(block): norm for block, norm in _group("gradient", logs).items()},
                "learning_rate": logs["learning_rate"],
                "gradient_norm": logs.get("grad_norm"),
                "seconds": logs["seconds"],
                "tokens_per_second": logs["tokens_per_second"],
                "memory_bytes": peak_memory_bytes(),
                "eta_seconds": eta,
            }
        )
        if time.monotonic() - self._reported > _REPORT_SECONDS or step == state.max_steps:
            self._reported = time.monotonic()
            shown = ", ".join(
                f"{name} {value:.3f}" for name, value in {"loss": logs["loss"], **terms}.items()
            )
            log.info("Step %d of %d: %s; %.0f s to go", step, state.max_steps, shown, eta)
        self.run.update(
            step=step, steps=state.max_steps, eta_seconds=eta, terms={"loss": logs["loss"], **terms}
        )

    def _watch_dominance(self, contributions: dict[str, float]) -> None:
        name = self._dominance.see(contributions)
        if name in FEATURE_TERMS:  # the weights of soft and hard are what alpha asks for
            self.run.warn(
                f"The term {name} makes up nearly all of the loss: lower its weight, or set balance=true."
            )

    def _watch_cache(self, outside: float) -> None:
        if outside > _FAR:
            self.run.warn(
                "The logits that the cache keeps hold less than half of the teacher's probability at this"
                " temperature: the student learns something else than from a live teacher. Raise"
                " teacher_top_k, lower the temperature, or set teacher_cache=false."
            )

    def _compare_with_teacher(self, row: dict[str, float]) -> None:
        teacher, student = row.get(held_out("teacher_hard")), row.get(held_out("hard"))
        # A teacher that copies is bad at labels in other words, and may still summarise better.
        retention = row.get(held_out("retention"), 1.0)
        if teacher is not None and student is not None and teacher >= student and retention >= 1:
            self.run.warn(
                "The student has caught up with its teacher on the validation data, in predicting the labels"
                " and in its summaries. To go further, tune the teacher on this data first."
            )

    def _check_finite(self, args: TrainingArguments, step: int, logs: dict[str, float]) -> None:
        """Stop before a checkpoint is spoilt; in float16 a gradient that overflows is skipped and no harm."""
        wrong = [name for name in ("loss", "grad_norm") if not math.isfinite(logs.get(name, 0.0))]
        if "loss" in wrong or (wrong and not args.fp16):
            what = "loss" if "loss" in wrong else "gradient"
            raise Diverged(
                f"The {what} is not finite at step {step}. The checkpoints before it are good:"
                " start again with a lower learning_rate or precision=float32."
            )

    def _eta(self, state: TrainerState) -> float:
        first, since = self._began
        return (
            (time.monotonic() - since)
            / max(1, state.global_step - first)
            * (state.max_steps - state.global_step)
        )


def _group(name: str, logs: Mapping[str, float]) -> dict[str, float]:
    """What the trainer logs under `name/`."""
    return {key.removeprefix(f"{name}/"): logs[key] for key in logs if key.startswith(f"{name}/")}


def _scores(key: str) -> bool:
    return key.startswith("eval_") and not key.endswith(("_time", "_runtime", "_per_second"))


def memory_bytes() -> int:
    """The run's GPU memory where there is one, else its process's memory."""
    return torch.cuda.memory_allocated() if torch.cuda.is_available() else psutil.Process().memory_info().rss


def peak_memory_bytes() -> int:
    """The most GPU memory since this was last asked; without a GPU the process's memory now.

    Between two steps, when a row is written, gradients and activations are freed: only the peak shows them.
    It resets the device's peak, so only a process that trains may call it.
    """
    if not torch.cuda.is_available():
        return memory_bytes()
    peak = torch.cuda.max_memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    return peak


def _shown(key: str, value: float) -> str:
    return points(value) if key.removeprefix("validation_") in _METRICS else f"{value:.4f}"
