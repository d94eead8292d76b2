"""What a kind of model has to know of itself, so that nobody else does. Imports nothing heavy."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from distill.config import RunConfig
from distill.families.anatomy import Anatomy
from models.folders.inspection import ModelInfo


class Family(Protocol):
    """A kind of model: one folder beside this file, and one entry in `distill.families`."""

    @property
    def model_types(self) -> frozenset[str]:
        """The names of its members: the `model_type` of their configs."""
        ...

    def anatomy(self, config: Mapping[str, Any]) -> Anatomy:
        """What a model with this config is made of; the values have been checked."""
        ...

    def cut_parameters(self, model: ModelInfo, depths: Sequence[int]) -> int:
        """About how many parameters a model has left with so many layers, stack by stack."""
        ...

    def activation_bytes(self, model: ModelInfo, depths: Sequence[int], config: RunConfig) -> int:
        """Float32 bytes that a training step keeps for the backward pass, without the logits.

        Args:
            model: The student, or the model it is cut from.
            depths: The student's layers, stack by stack.
            config: The batch and its lengths.
        """
        ...
