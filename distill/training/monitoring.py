"""What a run watches besides its losses: where the gradient is, and what looks wrong."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from distill.families import family_of

_DOMINATES, _STEPS = 0.95, 20


@torch.no_grad()
def gradient_norms(
    model: Any, projections: Iterable[nn.Parameter] = (), scale: float = 1.0
) -> dict[str, Tensor]:
    """The L2 norm of the gradient in each layer, before clipping, as scalars on its device.

    Args:
        model: After the backward pass.
        projections: Parameters that are trained beside it, as the block `projections`.
        scale: What the loss was multiplied with (by float16's loss scaling).
    """
    block_of = family_of(model.config.model_type).block_of
    gradients = defaultdict(list)
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            gradients[block_of(name)].append(parameter.grad)
    if learnt := [parameter.grad for parameter in projections if parameter.grad is not None]:
        gradients["projections"] = learnt
    return {block: nn.utils.get_total_norm(found) / scale for block, found in sorted(gradients.items())}


class Dominance:
    """Notices a term that makes up nearly all of the loss for a while."""

    def __init__(self) -> None:
        self._steps: dict[str, int] = defaultdict(int)

    def see(self, contributions: dict[str, float]) -> str | None:
        """The name of a term that has just been dominant for `_STEPS` steps in a row, once.

        Args:
            contributions: Each term times its weight, at one step.
        """
        total = sum(abs(value) for value in contributions.values())
        if len(contributions) < 2 or not total:
            return None
        for name, value in contributions.items():
            self._steps[name] = self._steps[name] + 1 if abs(value) > _DOMINATES * total else 0
            if self._steps[name] == _STEPS:
                return name
        return None
