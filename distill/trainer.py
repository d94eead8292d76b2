"""A thin subclass of the library's trainer: its loop, AMP, accumulation, clipping, checkpoints and resume."""

import copy
import time
from typing import Any

from torch import Tensor
from transformers import GenerationConfig, Seq2SeqTrainer

from distill.batches import IGNORED
from distill.objective import Objective
from distill.teacher import LiveTeacher
from models.engines import Stopped


class DistillationTrainer(Seq2SeqTrainer):
    """Trains a student towards an `Objective`; logs every term by its name.

    Args:
        objective: What to train towards.
        teacher: Gives the soft targets, or None to learn from the labels alone.
        generation: How the student writes in validations; its own settings stay as they are.
        **kwargs: Of `Seq2SeqTrainer`.
    """

    def __init__(
        self,
        *,
        objective: Objective,
        generation: GenerationConfig,
        teacher: LiveTeacher | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.objective = objective
        self.generation = generation
        self.teacher = teacher
        # Makes the library hand over the number of target tokens of the whole accumulated batch, so that the
        # loss is a mean over tokens and not a mean of means.
        self.model_accepts_loss_kwargs = True
        self._loss_shifts_labels = False  # no label is left out of that number, as decoder-only models do
        self._terms: dict[str, float] = {}
        self._tokens = 0
        self._logged_at = time.perf_counter()

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The objective on a batch; a mean over `num_items_in_batch` target tokens where that is given."""
        labels = inputs["labels"]
        mask = (labels != IGNORED).long()
        outputs = model(
            **{name: value for name, value in inputs.items() if name != "labels"}, use_cache=False
        )
        teacher = None
        if self.teacher is not None:
            with self.accelerator.autocast():
                teacher = self.teacher.logits(inputs["input_ids"], inputs["attention_mask"], labels)
        loss, terms = self.objective(
            student=outputs.logits, teacher=teacher, labels=labels, mask=mask, count=num_items_in_batch
        )
        if model.training:
            self._note(terms, tokens=int(inputs["attention_mask"].sum() + mask.sum()))
        if num_items_in_batch is not None:
            loss = loss * self.accelerator.num_processes  # each process's gradient is averaged afterwards
        return (loss, outputs) if return_outputs else loss

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Validate, writing as `generation` says; nothing is known of a validation that was stopped."""
        model: Any = self.model
        own = model.generation_config
        model.generation_config = copy.deepcopy(self.generation)  # the library fills it up with defaults
        try:
            return super().evaluate(*args, **kwargs)
        except Stopped:
            return {}
        finally:
            model.generation_config = own

    def _note(self, terms: dict[str, Tensor], tokens: int) -> None:
        for name, value in terms.items():
            self._terms[name] = self._terms.get(name, 0.0) + float(value)
        self._tokens += tokens

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the terms and the throughput since the last log."""
        if "loss" in logs:
            seconds = time.perf_counter() - self._logged_at
            logs = {**logs, **self._terms, "tokens_per_second": self._tokens / seconds}
            self._terms, self._tokens = {}, 0
        self._logged_at = time.perf_counter()
        super().log(logs, start_time)
