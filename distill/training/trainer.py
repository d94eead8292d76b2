"""A thin subclass of the library's trainer, whose loop, AMP, accumulation, clipping, checkpoints and resume
it keeps."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor
from torch.utils.data import SequentialSampler
from transformers import Trainer, TrainerCallback, TrainerState

from distill.errors import Cancelled
from distill.families import family_of
from distill.families.signal import Needs
from distill.jobs import parallel
from distill.losses import label_loss
from distill.objective.feature_terms import Counts, Masks
from distill.objective.objective import Objective
from distill.signals.teacher import Teacher
from distill.training.batches import ByLength
from distill.training.monitoring import gradient_norms
from distill.training.on_policy import written
from distill.training.rollouts import Rollouts, scale_rewards
from distill.training.tally import Tally


class DistillationTrainer(Trainer):
    """Trains a student towards an `Objective`; logs every term by its name.

    Args:
        objective: What to train towards.
        teacher: Gives the soft targets and the features, or None to learn from the labels alone.
        validation: Scores what the student writes, where there is something to score it against.
        rollouts: Weighs what the student writes itself by what it is worth; without it the teacher scores it.
        **kwargs: Of the library's `Trainer`.
    """

    def __init__(
        self,
        *,
        objective: Objective,
        teacher: Teacher | None = None,
        validation: Callable[[Any], dict[str, float]] | None = None,
        rollouts: Rollouts | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.objective = objective.to(self.args.device)
        self._validation, self._rollouts = validation, rollouts
        self._family = family_of(cast(Any, self.model).config.model_type)
        self.teacher = teacher if objective.asks_teacher else None
        # Makes the library hand over what `_get_num_items_in_batch` counts in the whole accumulated batch, so
        # that the loss is a mean over tokens and not a mean of means.
        self.model_accepts_loss_kwargs = True
        self._training, self._held_out = Tally(), Tally()
        self._gradients: dict[str, Tensor] = {}
        self._step_begins = True
        self._logged_at: float | None = None

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The objective on a batch; in training its share of means over `num_items_in_batch` (`Counts`)."""
        training = self.objective.train(model.training).training
        masks = Masks.of(inputs)
        rewards = inputs.get("rewards")
        needs = self.objective.needs if rewards is None else Needs()
        with self.accelerator.autocast():  # a model's parts may be called one by one
            student = self._family.observe(model, inputs, needs)
        teacher = None
        if self.teacher is not None and rewards is None:
            with self.accelerator.autocast():
                teacher = self.teacher.signal(inputs, self.objective.teacher_needs)
        outcome = self.objective(
            student=student,
            teacher=teacher,
            labels=None if training and self._student_writes() and rewards is None else inputs["labels"],
            masks=masks,
            counts=num_items_in_batch if training else None,
            progress=min(1.0, self.state.global_step / max(1, self.state.max_steps - 1)),
            rewards=rewards,
        )
        loss, tokens = outcome.total, masks.target.sum()
        if training:
            rows = len(masks.input) // len(inputs["input_ids"])  # of a text, which is read once
            self._training.add(outcome, 1.0, tokens=masks.input.sum() / rows + tokens)
            loss = loss * parallel.number()  # the gradients' mean over the processes is then their sum
        else:
            self._held_out.add(outcome, tokens)
            self._held_out.add_term("loss", loss, tokens)  # the library's is the labels' alone
            if teacher is not None and isinstance(teacher.logits, Tensor):
                own = label_loss(student=teacher.logits, labels=inputs["labels"], mask=masks.target)
                self._held_out.add_term("teacher_hard", own, tokens)
        return (loss, student) if return_outputs else loss

    def get_batch_samples(self, epoch_iterator: Any, num_batches: int, device: Any) -> Any:
        """A step's batches and what they count; on some steps the student writes their targets first."""
        batches, counts = super().get_batch_samples(epoch_iterator, num_batches, device)
        if self._student_writes():
            with self.accelerator.autocast():
                batches = [self._written(self._prepare_inputs(batch)) for batch in batches]
            if self._rollouts:
                scale_rewards(batches)
            counts = self._get_num_items_in_batch(batches, device)
        return batches, counts

    def _written(self, inputs: Any) -> dict[str, Any]:
        own_random = f"{self.args.seed} {self.state.global_step}"
        write = self._rollouts.written if self._rollouts else written
        return write(self.model, inputs, self.objective.config.target_tokens, own_random)

    def _get_num_items_in_batch(self, batch_samples: Any, device: Any) -> Any:
        """`Counts` in place of the library's number of labels; over all processes."""
        own = Counts.of([Masks.of(batch) for batch in batch_samples])
        return Counts(*parallel.summed(torch.stack([own.input, own.target, own.examples]).to(device)))

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        """By length as the library does, but from a random state that a resumed run has too."""
        if self.args.train_sampling_strategy != "group_by_length":
            return super()._get_train_sampler(train_dataset)
        together = self.args.train_batch_size * parallel.number()
        step = together * self.args.gradient_accumulation_steps
        data: Any = self.train_dataset if train_dataset is None else train_dataset
        sampler = ByLength(data, step, self.args.seed, together if parallel.number() > 1 else 1)
        self.add_callback(_TellsEpoch(sampler))
        return sampler

    def _get_eval_sampler(self, eval_dataset: Any) -> Any:
        """In the data's own order: the library's would draw on the random numbers of training."""
        return SequentialSampler(eval_dataset)

    def training_step(self, *args: Any, **kwargs: Any) -> Tensor:
        """Also end the step for the objective and measure each block's gradient, after its last batch."""
        if self._logged_at is None:  # what came before the first step is none of its time
            self._logged_at = time.perf_counter()
        if self._step_begins:  # the library clears the student's gradients only
            self.objective.zero_grad()
        loss = super().training_step(*args, **kwargs)
        self._step_begins = self.accelerator.sync_gradients
        if self._step_begins:
            for parameter in self.objective.parameters():  # the library's wrapper sees to the student's alone
                if parameter.grad is not None:
                    parallel.summed(parameter.grad).div_(parallel.number())
            self.objective.end_step()
            scaler = self.accelerator.scaler
            scale = scaler.get_scale() if scaler else 1.0
            self._gradients = gradient_norms(self.model, self.objective.projections(), scale)
        return loss

    def _clip_grad_norm(self, model: Any) -> Any:
        """Clip the student's gradient and the projections' as one; the norm before that."""
        parts = [*model.parameters(), *self.objective.projections()]
        return self.accelerator.clip_grad_norm_(parts, self.args.max_grad_norm)

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

    def return_to(self, checkpoint: Path) -> None:
        """Be at a checkpoint again, to validate there or to go no further."""
        self.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        self._load_from_checkpoint(str(checkpoint))

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Validate; where someone asked to stop meanwhile, nothing is known and a checkpoint is written.

        The first of several processes does it, and tells the others what came of it.
        """
        self._held_out = Tally()
        found: dict[str, float] = {}
        if parallel.first():
            try:
                with parallel.alone(), torch.random.fork_rng():  # models and data draw random numbers
                    found = super().evaluate(*args, **kwargs)
            except Cancelled:
                self.control.should_evaluate = False
                self.control.should_save = self.control.should_training_stop = True
        found, control = parallel.said((found, vars(self.control)))
        vars(self.control).update(control)  # whether to stop, and that this is done
        return found

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the throughput since the last log and, each under its group's name, the terms and the like."""
        if "loss" in logs:
            seconds = time.perf_counter() - cast(float, self._logged_at)
            noted = self._training.read(together=True)
            groups = {"term": noted.sums(), "setting": noted.settings(), "weighted": noted.contributions()}
            norms = torch.stack([*self._gradients.values()]).tolist() if self._gradients else []
            groups["gradient"] = dict(zip(self._gradients, norms, strict=True))
            logs = {**logs, "seconds": seconds, "tokens_per_second": noted.tokens / seconds}
            logs |= {f"{group}/{name}": each for group in groups for name, each in groups[group].items()}
            self._training = Tally()
        elif "eval_loss" in logs:
            logs |= {f"eval_{name}": value for name, value in self._held_out.read().means().items()}
            logs["eval_examples"] = len(cast(Any, self.eval_dataset))
        self._logged_at = time.perf_counter()
        super().log(logs, start_time)

    def _student_writes(self) -> bool:
        """Whether this step is on the student's own words; the same answer every time."""
        share = self.objective.config.on_policy
        if not share or (self.teacher is None and self._rollouts is None):
            return False
        return random.Random(f"{self.args.seed} {self.state.global_step}").random() < share


class _TellsEpoch(TrainerCallback):
    """Tells a sampler the epoch; the library's own way ends at the wrappers for several processes."""

    def __init__(self, sampler: ByLength) -> None:
        self._sampler = sampler

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """An epoch that was begun before a checkpoint has a fraction."""
        self._sampler.set_epoch(int(state.epoch or 0))
