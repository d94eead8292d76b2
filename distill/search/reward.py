"""What a candidate is worth: near to its teacher, and fast.

In the form of MnasNet (Tan et al., 2019, arXiv:1807.11626), as Trivedi et al. (2023, arXiv:2303.09639) use it
for the distillation of language models.
"""

from dataclasses import dataclass

from distill.errors import BadConfig


@dataclass(frozen=True)
class Reward:
    """`(1 − loss / reference loss) · (latency / (β · the teacher's latency))^α`.

    A student that is no nearer to its teacher than the reference is worth 0, however fast it is.

    Args:
        alpha: How much speed counts; 0 or less. At −0.06 a student of half the latency is worth 4% more.
        beta: The share of the teacher's latency that is worth neither more nor less.
    """

    alpha: float = -0.06
    beta: float = 0.6

    def __post_init__(self) -> None:
        if not -10 <= self.alpha <= 0:
            raise BadConfig(f"reward_alpha is {self.alpha:g}; use a value from -10 to 0.", "reward_alpha")
        if not 0.001 <= self.beta <= 10:
            raise BadConfig(f"reward_beta is {self.beta:g}; use a value from 0.001 to 10.", "reward_beta")

    def __call__(self, loss: float, reference: float, share: float) -> float:
        """The reward.

        Args:
            loss: The candidate's held-out distillation loss.
            reference: The loss that is worth nothing.
            share: Its latency as a share of the teacher's.
        """
        return max(0.0, 1 - loss / reference) * (share / self.beta) ** self.alpha
