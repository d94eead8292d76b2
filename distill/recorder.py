"""Writes down how a run goes, while it goes."""

import logging
import math
import time
from typing import Any

import psutil
import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from distill import checkpoints
from distill.errors import DistillError
from distill.runs import Run
from models.engines import Stopped

log = logging.getLogger(__name__)
_REPORT_SECONDS = 5
_NOT_TERMS = {"loss", "grad_norm", "learning_rate", "epoch", "tokens_per_second"}


class Recorder(TrainerCallback):
    """Appends metrics, keeps the status fresh, marks whole checkpoints, obeys a request to stop."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._began = (0, time.monotonic())
        self._reported = 0.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Start the clock of the ETA."""
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
            row = {
                f"validation_{key.removeprefix('eval_')}": value
                for key, value in logs.items()
                if _scores(key)
            }
            self.run.record({"step": state.global_step, **row})
            log.info("Validation: %s", ", ".join(f"{key[11:]} {value:.4f}" for key, value in row.items()))

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Stop, with a checkpoint, where someone asked for it."""
        if self.run.stop_requested():
            control.should_save = True
            control.should_training_stop = True

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Leave a validation where someone asked to stop; the trainer then writes the checkpoint."""
        if self.run.stop_requested():
            control.should_evaluate = False
            control.should_save = True
            control.should_training_stop = True
            raise Stopped

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """The checkpoint is whole: resume may use it."""
        checkpoints.mark_complete(self.run.checkpoints / f"checkpoint-{state.global_step}")

    def _training_row(self, args: TrainingArguments, state: TrainerState, logs: dict[str, float]) -> None:
        step = state.global_step
        self._check_finite(args, step, logs)
        terms = {name: value for name, value in logs.items() if name not in _NOT_TERMS}
        eta = self._eta(state)
        self.run.record(
            {
                "step": step,
                "loss": logs["loss"],
                **terms,
                "learning_rate": logs["learning_rate"],
                "gradient_norm": logs.get("grad_norm"),
                "tokens_per_second": logs["tokens_per_second"],
                "memory_bytes": _memory_bytes(),
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

    def _check_finite(self, args: TrainingArguments, step: int, logs: dict[str, float]) -> None:
        """Stop before a checkpoint is spoilt; in float16 a gradient that overflows is skipped and no harm."""
        wrong = [name for name in ("loss", "grad_norm") if not math.isfinite(logs.get(name, 0.0))]
        if "loss" in wrong or (wrong and not args.fp16):
            what = "loss" if "loss" in wrong else "gradient"
            raise DistillError(
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


def _scores(key: str) -> bool:
    return key.startswith("eval_") and not key.endswith(("_runtime", "_per_second"))


def _memory_bytes() -> int:
    """The run's GPU memory where there is one, else its process's memory."""
    return torch.cuda.memory_allocated() if torch.cuda.is_available() else psutil.Process().memory_info().rss
