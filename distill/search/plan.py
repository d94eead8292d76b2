"""What a search does. Imports nothing heavy."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from distill.config import RunConfig
from distill.errors import BadConfig
from distill.rules import choose_reward_rules
from distill.search.reward import Reward

SAMPLERS = ("tpe", "nsga2", "random", "controller")
_LAYERS = "layers:1+1"  # stands for a student whose shape is still to be found
_OF_A_RUN: dict[str, Any] = {
    "epochs": 4.0,
    "batch_size": 8,
    "accumulation": 1,
    "learning_rate": 5e-4,
    "validation_examples": 24,
}
"""What differs from the defaults of a run: a fresh student learns little in a short time at a low rate."""

_MOVING = ("linear", "cosine", "learnable")


def _setting(default: Any, low: float, high: float) -> Any:
    return field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True)
class Plan:
    """What a search does.

    Args:
        base: Settings of each candidate's mini-distillation, under the names of `RunConfig`; its
            teacher, data and beams are those of the search.
        space: What narrows the teacher's default space, as `space.narrow` takes it.
        sampler: Who chooses the next shape, one of `SAMPLERS`.
        multi: Whether loss and latency are two objectives, in place of the reward.
        trials: Candidates that are paid for: trained, or failed. One that was tried before is free.
        share: Of the training examples that a candidate learns from.
        steps: Of a mini-distillation; None for `base`'s epochs.
        reward_alpha, reward_beta: See `Reward`.
        reference_loss: The loss that is worth nothing; None for that of a student to which all tokens are
            equally likely.
        slowest: A candidate that takes longer than so many times the teacher's latency is not trained.
        timed_runs: Pairs of timed calls behind a latency, the teacher's and the candidate's in turns.
        new_tokens: Written in each of them, whatever the model would write.
        seed: Of what the sampler draws, of the share, and of each candidate's training.
        heartbeat, grace: Seconds between a worker's signs of life, and those after which it counts as dead.
    """

    base: dict[str, Any]
    space: dict[str, Any] = field(default_factory=dict)
    sampler: str = "tpe"
    multi: bool = False
    trials: int = _setting(60, 1, 100_000)
    share: float = _setting(0.3, 0.001, 1)
    steps: int | None = _setting(None, 1, 1e8)
    reward_alpha: float = -0.06
    reward_beta: float = 0.6
    reference_loss: float | None = _setting(None, 1e-9, 1e9)
    slowest: float = _setting(1.0, 0.01, 1000)
    timed_runs: int = _setting(15, 15, 1000)
    new_tokens: int = _setting(32, 2, 512)
    seed: int = _setting(42, 0, 2**32 - 1)
    heartbeat: int = _setting(10, 1, 3600)
    grace: int = _setting(60, 2, 86_400)

    def __post_init__(self) -> None:
        if self.sampler not in SAMPLERS:
            raise BadConfig(f"sampler is {self.sampler!r}; use one of {', '.join(SAMPLERS)}.", "sampler")
        if self.multi and self.sampler == "controller":
            raise BadConfig(
                "The controller learns from one reward: leave multi out, or use tpe or nsga2.", "multi"
            )
        for entry in fields(self):
            low, high = entry.metadata.get("range", (None, None))
            value = getattr(self, entry.name)
            if low is not None and value is not None and not low <= value <= high:
                raise BadConfig(
                    f"{entry.name} is {value}; use a value from {low:,.12g} to {high:,.12g}.", entry.name
                )
        if self.grace <= self.heartbeat:
            raise BadConfig(f"grace is {self.grace}; use more than heartbeat, which is {self.heartbeat}.")
        _ = self.reward

    @property
    def reward(self) -> Reward:
        """What a candidate is worth."""
        return Reward(self.reward_alpha, self.reward_beta)

    @property
    def teacher(self) -> str:
        """The name of the teacher."""
        return str(self.base["teacher"])

    @classmethod
    def of(cls, base: Mapping[str, Any], **own: Any) -> "Plan":
        """Check what a user asked for.

        Args:
            base: Settings of a run.
            **own: Fields of a plan; None where the default is wanted.

        Raises:
            BadConfig: Something cannot work; the message says what would.
        """
        if base.get("student"):
            raise BadConfig("A search makes the students itself: leave student out.")
        if base.get("max_steps") is not None:
            raise BadConfig(
                "The steps of a search's candidates are `steps`: give that in place of max_steps."
            )
        if not base.get("teacher"):
            raise BadConfig("No teacher was named: a search needs one.")
        given = {name: value for name, value in own.items() if value is not None}
        plan = cls({**_OF_A_RUN, **base, "seed": given.get("seed", cls.seed)}, **given)
        config = plan.config()
        if not config.has_references:
            raise BadConfig(
                f"task={config.task} has no summaries to score against; use summarize or extract."
            )
        if not config.alpha and not config.alpha_end:
            raise BadConfig("At alpha=0 a student learns nothing of the teacher, which a search goes by.")
        if config.temperature_schedule in _MOVING:
            raise BadConfig(
                f"With temperature_schedule={config.temperature_schedule} each candidate's loss is "
                "measured at another temperature, so they cannot be compared: use constant or adaptive."
            )
        if config.more_teachers or config.processes > 1:
            raise BadConfig("A search works with one teacher, and each worker trains in one process.")
        choose_reward_rules(config.reward_rules)
        return plan

    def config(self, **changes: Any) -> RunConfig:
        """The settings of a run of this search; those not changed are `base`'s."""
        return RunConfig.from_dict({**self.base, "student": _LAYERS, **changes})

    def share_of(self, examples: int) -> int:
        """How many of so many training examples a candidate learns from; no more than its steps can read."""
        share, config = max(1, math.ceil(self.share * examples)), self.config()
        if self.steps is None:
            return share
        return min(share, self.steps * config.batch_size * config.accumulation)

    def steps_on(self, examples: int) -> int:
        """The optimizer steps of a mini-distillation on so many examples."""
        config = self.config()
        batches = math.ceil(examples / config.batch_size)
        return self.steps or max(1, math.ceil(config.epochs * math.ceil(batches / config.accumulation)))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as saved with the search."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> "Plan":
        """What `as_dict` gave.

        Raises:
            BadConfig: This version does not know a setting, or cannot do what it says.
        """
        known = {entry.name for entry in fields(cls)}
        if unknown := [name for name in saved if name not in known]:
            raise BadConfig(f"This version does not know the saved setting {unknown[0]!r}.")
        plan = cls(**saved)
        plan.config()
        return plan
