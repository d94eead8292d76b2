"""What a kind of model knows about itself, so that nothing else needs to. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from distill.config import RunConfig
from distill.families.anatomy import Anatomy
from models.folders.inspection import ModelInfo

if TYPE_CHECKING:
    from torch import Tensor

    from distill.families.signal import Needs, Signal


class Family(Protocol):
    """A kind of model: one folder beside this file, and one entry in `distill.families`."""

    @property
    def model_types(self) -> frozenset[str]:
        """The names of its members: the `model_type` of their configs."""
        ...

    def inspect(self, folder: Path) -> ModelInfo:
        """What a model folder holds, checked.

        Raises:
            ModelUnavailable: It holds no model that can be trained; the message says why.
        """
        ...

    def anatomy(self, config: Mapping[str, Any]) -> Anatomy:
        """What a model with this config is made of; the values have been checked."""
        ...

    def load(self, folder: Path) -> Any:
        """A model on the CPU in float32, with the ids of its special tokens in its config."""
        ...

    @property
    def cut(self) -> Callable[[Any, Sequence[int]], Any] | None:
        """Makes a student of a loaded teacher and of the layers to keep of each stack; None: it cannot."""
        ...

    def limit_input(self, model: Any, tokens: int) -> None:
        """Note in a model that it reads this many tokens, special ones included."""
        ...

    def collate(
        self, rows: Sequence[Mapping[str, Sequence[int]]], pad: int, least: tuple[int, int] = (1, 1)
    ) -> dict[str, Tensor]:
        """A batch of rows.

        Args:
            rows: `input_ids` and `labels` each.
            pad: Id of the token that pads.
            least: Pad to at least this many tokens of input and of labels.

        Returns:
            `input_ids`, `attention_mask` and `labels`, each `(batch, length)`; labels that do not count are
            `distill.losses.masking.IGNORED`.
        """
        ...

    def observe(self, model: Any, batch: Mapping[str, Tensor], needs: Needs) -> Signal:
        """One forward pass over a batch of `collate`; its logits are aligned with the labels.

        Of texts that have the same number of rows each, one after another, in `attention_mask` and `labels`,
        `input_ids` may have one row each: they are encoded once.
        """
        ...

    def write(self, model: Any, batch: Mapping[str, Tensor], processors: Any) -> Tensor:
        """What a model writes for a batch, by its own generation settings.

        Args:
            model: A loaded model.
            batch: Of `collate`, or with one row of `input_ids` for several as in `observe`.
            processors: Change the scores of each step, as transformers' `LogitsProcessorList`.

        Returns:
            Token ids in place of the labels, `(batch, length)`.
        """
        ...

    @property
    def expose_attention(self) -> Callable[[Any], None] | None:
        """Lets a model give its attention probabilities, without dropout on them; None: it cannot."""
        ...

    def block_of(self, parameter: str) -> str:
        """The layer of a parameter, such as `encoder.0`; `embedding`; `other` for last norms and a head."""
        ...

    def cut_parameters(self, model: ModelInfo, depths: Sequence[int]) -> int:
        """About how many parameters of a model remain with this many layers, stack by stack."""
        ...

    def activation_bytes(self, model: ModelInfo, depths: Sequence[int], config: RunConfig) -> int:
        """Float32 bytes that a training step keeps for the backward pass, without the logits.

        Args:
            model: The student, or the model it is cut from.
            depths: The student's layers, stack by stack.
            config: The batch and its lengths.
        """
        ...
