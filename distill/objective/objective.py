"""What a student is trained towards: a weighted sum of losses, and every term by its name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from distill.config import RunConfig
from distill.families import Anatomy
from distill.families.signal import Needs, Signal
from distill.jobs import parallel
from distill.losses import label_loss, logit_loss
from distill.losses.masking import masked_mean
from distill.losses.topk import TopK
from distill.objective.feature_terms import Counts, FeatureTerms, Masks
from distill.objective.rewards import Rewards, reward_loss
from distill.objective.schedules import LearnableTemperature, adaptive_temperature, schedule

_MEMORY = 0.95  # of the running sizes that balance the terms
TEMPERATURE_RATE = 0.05
"""Learning rate of a learnable temperature at its peak: one number has to move far while millions move a
little."""


class Outcome(NamedTuple):
    """The loss of a batch and what it is made of.

    Args:
        total: What to take a step on.
        terms: Every loss, unweighted, without a graph.
        weights: What each term was multiplied with; the products add up to the total.
        settings: Alpha and the temperature (an example's mean) at this step; with a teacher cut to its
            largest logits also `outside`, the mean probability that these leave out.

    What is a scalar tensor stays on its device, so that nobody waits for it before it is shown.
    """

    total: Tensor
    terms: dict[str, Tensor]
    weights: dict[str, float | Tensor]
    settings: dict[str, float | Tensor]


class Objective(nn.Module):
    """`alpha · soft + (1 − alpha) · hard + Σ weight · feature term`.

    The soft term is `T² · D(teacher_T, student_T)` on the logits, the hard one cross-entropy on the labels.
    What it learns on the way (projections, a temperature) belongs to it and never to the student.

    Args:
        config: Weights, divergence, schedules, layer maps. `alpha` weighs the **soft** term. (The literature
            has both meanings; here 1 means the teacher alone.)
        student, teacher: What the models are made of; needed for feature terms only.
    """

    def __init__(
        self, config: RunConfig, student: Anatomy | None = None, teacher: Anatomy | None = None
    ) -> None:
        super().__init__()
        self.config = config
        self._alpha = schedule(config.alpha_schedule, config.alpha, config.alpha_end)
        self._temperature = schedule(config.temperature_schedule, config.temperature, config.temperature_end)
        learnable = config.temperature_schedule == "learnable"
        self.learnable = LearnableTemperature(config.temperature) if learnable else None
        self.features = FeatureTerms(config, student, teacher) if student and teacher else None
        names = self.features.weights if self.features else {}
        # Sizes of the soft and the feature terms: over the steps so far, and of the step at hand.
        self.register_buffer("running", torch.zeros(len(names) + 1))
        self.register_buffer("sizes", torch.zeros(len(names) + 1), persistent=False)

    @property
    def needs(self) -> Needs:
        """What it needs besides the logits."""
        return self.features.needs if self.features else Needs()

    @property
    def teacher_needs(self) -> Needs:
        """The same for the teacher."""
        return self.features.teacher_needs if self.features else Needs()

    @property
    def asks_teacher(self) -> bool:
        """Whether the teacher has any say in it."""
        return bool(self.config.alpha or self.config.alpha_end or not self.needs.only_logits)

    def forward(
        self,
        *,
        student: Signal,
        teacher: Signal | None,
        labels: Tensor | None,
        masks: Masks,
        counts: Counts | None = None,
        progress: float = 0.0,
        rewards: Rewards | None = None,
    ) -> Outcome:
        """The loss of a batch; with `counts` its share of the whole step's.

        Args:
            student, teacher: Their signals; without a teacher only the labels count.
            labels: Token ids, `(batch, target_length)`; None where the student wrote the targets itself:
                what it wrote is not a truth to learn, so only the teacher counts.
            masks: `(batch, length)` of inputs and targets, 1 = counts.
            counts: What the step's means are taken over; None for this batch's own.
            progress: Share of the run that is done, 0 to 1.
            rewards: What the labels are worth where the student wrote them itself for that: they alone count.
        """
        if rewards is not None and labels is not None:
            loss = reward_loss(student.logits, labels, masks, counts, rewards)
            return Outcome(loss, {"policy": loss.detach()}, {"policy": 1.0}, {"reward": rewards.mean})
        logits: Any = student.logits
        count = counts.target if counts else None
        losses: dict[str, Tensor] = {}
        weights: dict[str, float | Tensor] = {}
        settings: dict[str, float | Tensor] = {}
        alpha = 0.0 if teacher is None else 1.0 if labels is None else self._alpha(progress)
        if teacher is not None:
            temperature = self._temperature_now(teacher.logits, masks.target, progress)
            losses["soft"] = self._soft(logits, teacher.logits, masks.target, temperature, count)
            settings = {"alpha": alpha, "temperature": temperature}
            if isinstance(temperature, Tensor):
                settings["temperature"] = temperature.detach().mean()
            if isinstance(teacher.logits, TopK):
                settings["outside"] = masked_mean(teacher.logits.outside(), masks.target)
            weights["soft"] = alpha
        if labels is not None:
            losses["hard"] = label_loss(student=logits, labels=labels, mask=masks.target, count=count)
            weights["hard"] = 1 - alpha
        if teacher is not None and self.features is not None:
            found = self.features(student=student, teacher=teacher, masks=masks, counts=counts)
            scales = self._scales(losses["soft"], found)
            weights |= {name: self.features.weights[name] * scales[name] for name in found}
            losses |= found
        total = torch.stack([weights[name] * loss for name, loss in losses.items()]).sum()
        return Outcome(total, {name: loss.detach() for name, loss in losses.items()}, weights, settings)

    def _temperature_now(self, teacher: Tensor | TopK, mask: Tensor, progress: float) -> float | Tensor:
        if self.learnable is not None:
            return self.learnable(progress)
        if self.config.temperature_schedule == "adaptive" and isinstance(teacher, Tensor):
            return adaptive_temperature(teacher, mask, self.config.temperature)
        return self._temperature(progress)

    def _soft(
        self,
        student: Any,
        teacher: Tensor | TopK,
        mask: Tensor,
        temperature: float | Tensor,
        count: Tensor | None,
    ) -> Tensor:
        divergence: Any = self.config.divergence
        return logit_loss(
            student=student,
            teacher=teacher,
            mask=mask,
            temperature=temperature,
            divergence=divergence,
            beta=self.config.js_beta,
            count=count,
        )

    @torch.no_grad()
    def _scales(self, soft: Tensor, found: dict[str, Tensor]) -> Mapping[str, float | Tensor]:
        """What brings each feature term to the running size of the soft one, if the run asks for that.

        All batches of a step are scaled alike, by the steps before it. Nothing is known before the first one:
        it only measures, and goes without feature terms.
        """
        if not self.config.balance:
            return dict.fromkeys(found, 1.0)
        running: Any = self.running
        if self.training:
            self.sizes += torch.stack([soft.float(), *(term.float() for term in found.values())]).to(running)
        scales = torch.where(running[1:] > 0, running[0] / running[1:], 0.0)
        return dict(zip(found, scales, strict=True))

    @torch.no_grad()
    def end_step(self) -> None:
        """Take the terms' sizes of all of a step's batches into the running ones."""
        running, sizes = cast(Any, self.running), cast(Any, self.sizes)
        now = parallel.summed(sizes)
        running.copy_(torch.where(running == 0, now, _MEMORY * running + (1 - _MEMORY) * now))
        sizes.zero_()

    def save(self, folder: Path) -> None:
        """Save what it has learnt beside a checkpoint or a student."""
        save_file(self.state_dict(), folder / "objective.safetensors")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote, if it is there."""
        file = folder / "objective.safetensors"
        if file.is_file():
            self.load_state_dict(load_file(file))

    def projections(self) -> list[nn.Parameter]:
        """The maps from the student's states to the teacher's."""
        return [] if self.features is None else list(self.features.parameters())

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """What the optimizer trains besides the student."""
        slow = self.projections()
        fast: list[nn.Parameter] = [] if self.learnable is None else list(self.learnable.parameters())
        groups = [(slow, learning_rate), (fast, TEMPERATURE_RATE)]
        return [{"params": group, "lr": rate, "weight_decay": 0.0} for group, rate in groups if group]
