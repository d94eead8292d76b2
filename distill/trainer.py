"""A thin subclass of the library's trainer: its loop, AMP, accumulation, clipping, checkpoints and resume."""

import random
import time
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.utils.data import SequentialSampler
from transformers import Trainer

from distill.batches import IGNORED, ByLength
from distill.feature_terms import Masks
from distill.features import observe
from distill.losses import label_loss
from distill.monitoring import gradient_norms
from distill.objective import Objective
from distill.on_policy import written
from distill.tally import Tally
from distill.teacher import Teacher
from models.engines import Stopped


class DistillationTrainer(Trainer):
    """Trains a student towards an `Objective`; logs every term by its name.

    Args:
        objective: What to train towards.
        teacher: Gives the soft targets and the features, or None to learn from the labels alone.
        validation: Scores what the student writes, where there is something to score it against.
        **kwargs: Of the library's `Trainer`.
    """

    def __init__(
        self,
        *,
        objective: Objective,
        teacher: Teacher | None = None,
        validation: Callable[[Any], dict[str, float]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.objective = objective.to(self.args.device)
        self._validation = validation
        self.teacher = teacher if objective.asks_teacher else None
        # Makes the library hand over the number of target tokens of the whole accumulated batch, so that the
        # loss is a mean over tokens and not a mean of means.
        self.model_accepts_loss_kwargs = True
        self._loss_shifts_labels = False  # no label is left out of that number, as decoder-only models do
        self._training, self._held_out = Tally(), Tally()
        self._gradients: dict[str, float] = {}
        self._step_begins = True
        self._logged_at = time.perf_counter()

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The objective on a batch; a mean over `num_items_in_batch` target tokens where that is given."""
        own_words = model.training and self._student_writes()
        if own_words:
            inputs = written(model, inputs, self.objective.config.target_tokens)
        masks = Masks(inputs["attention_mask"], (inputs["labels"] != IGNORED).long())
        if own_words:  # the labels' number is not that of these tokens
            num_items_in_batch = masks.target.sum() * self.current_gradient_accumulation_steps
        student, outputs = observe(
            model, {name: inputs[name] for name in inputs if name != "labels"}, self.objective.needs
        )
        teacher = None
        if self.teacher is not None:
            with self.accelerator.autocast():
                teacher = self.teacher.signal(inputs, self.objective.teacher_needs)
        self.objective.train(model.training)
        outcome = self.objective(
            student=student,
            teacher=teacher,
            labels=None if own_words else inputs["labels"],
            masks=masks,
            count=num_items_in_batch,
            progress=min(1.0, self.state.global_step / max(1, self.state.max_steps - 1)),
        )
        tokens = int(masks.target.sum())
        if model.training:
            self._training.add(outcome, 1.0, tokens=int(masks.input.sum()) + tokens)
        else:
            self._held_out.add(outcome, tokens)
            self._held_out.add_term(
                "loss", float(outcome.total), tokens
            )  # the library's is the labels' alone
            if teacher is not None and isinstance(teacher.logits, Tensor):
                own = label_loss(student=teacher.logits, labels=inputs["labels"], mask=masks.target)
                self._held_out.add_term("teacher_hard", float(own), tokens)
        return (outcome.total, outputs) if return_outputs else outcome.total

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        """By length as the library does, but from a random state that a resumed run has too."""
        if self.args.train_sampling_strategy != "group_by_length":
            return super()._get_train_sampler(train_dataset)
        step = self.args.train_batch_size * self.args.gradient_accumulation_steps
        data: Any = self.train_dataset if train_dataset is None else train_dataset
        return ByLength(data, step, self.args.seed)

    def _get_eval_sampler(self, eval_dataset: Any) -> Any:
        """In the data's own order: the library's would draw on the random numbers of training."""
        return SequentialSampler(eval_dataset)

    def training_step(self, *args: Any, **kwargs: Any) -> Tensor:
        """Also measure the gradient's norm in each block, once all of a step's batches are in."""
        if self._step_begins:  # the library clears the student's gradients only
            self.objective.zero_grad()
        loss = super().training_step(*args, **kwargs)
        self._step_begins = self.accelerator.sync_gradients
        if self._step_begins:
            scaler = self.accelerator.scaler
            self._gradients = gradient_norms(self.model, scaler.get_scale() if scaler else 1.0)
        return loss

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """The library's, which also trains what the objective learns."""
        new = self.optimizer is None
        optimizer: Any = super().create_optimizer(model)
        if new:
            for group in self.objective.parameter_groups(self.args.learning_rate):
                optimizer.add_param_group(group)
        return optimizer

    def prediction_step(
        self,
        model: Any,
        inputs: dict[str, Tensor],
        prediction_loss_only: bool,
        ignore_keys: list[str] | None = None,
    ) -> Any:
        """Note every term on a held-out batch, by one pass of the student."""
        with torch.no_grad(), self.compute_loss_context_manager():
            loss = self.compute_loss(model, self._prepare_inputs(inputs))
        return loss, None, None

    def evaluation_loop(self, *args: Any, **kwargs: Any) -> Any:
        """Also score what the student writes."""
        found: Any = super().evaluation_loop(*args, **kwargs)
        if self._validation:
            scores = self._validation(self.accelerator.unwrap_model(self.model))
            found.metrics.update({f"eval_{name}": value for name, value in scores.items()})
        return found

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Validate; where someone asked to stop meanwhile, nothing is known and a checkpoint is written."""
        self._held_out = Tally()
        try:
            with torch.random.fork_rng():  # loading a model and going through data draw random numbers
                return super().evaluate(*args, **kwargs)
        except Stopped:
            self.control.should_evaluate = False
            self.control.should_save = self.control.should_training_stop = True
            return {}

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the terms, the settings, the gradients and the throughput since the last log."""
        if "loss" in logs:
            seconds = time.perf_counter() - self._logged_at
            noted = self._training
            logs = {**logs, **noted.sums(), **noted.settings()}
            logs |= {f"weighted/{name}": value for name, value in noted.contributions().items()}
            logs |= {f"gradient/{block}": norm for block, norm in self._gradients.items()}
            logs |= {"seconds": seconds, "tokens_per_second": noted.tokens / seconds}
            self._training = Tally()
        elif "eval_loss" in logs:
            logs |= {f"eval_{name}": value for name, value in self._held_out.means().items()}
            logs["eval_examples"] = len(cast(Any, self.eval_dataset))
        self._logged_at = time.perf_counter()
        super().log(logs, start_time)

    def _student_writes(self) -> bool:
        """Whether this step is on the student's own words; the same answer whenever it is asked."""
        share = self.objective.config.on_policy
        if not share or self.teacher is None:
            return False
        return random.Random(f"{self.args.seed} {self.state.global_step}").random() < share
