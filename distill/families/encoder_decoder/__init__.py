"""What the families with an encoder and a decoder have in common. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill.config import RunConfig
from distill.families.anatomy import Anatomy
from distill.families.encoder_decoder import memory
from distill.families.encoder_decoder.anatomy import anatomy
from models.folders import inspection
from models.folders.inspection import ModelInfo

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["EncoderDecoder", "anatomy"]


class EncoderDecoder:
    """The part of `distill.families.family.Family` that they share."""

    def anatomy(self, config: Mapping[str, Any]) -> Anatomy:
        """See `Family.anatomy`; each family says it."""
        raise NotImplementedError

    def inspect(self, folder: Path) -> ModelInfo:
        """See `Family.inspect`."""
        return inspection.inspect(folder)

    def load(self, folder: Path) -> Any:
        """See `Family.load`, and `models.engines.checkpoint.load_checkpoint`."""
        import torch

        from models.engines.checkpoint import load_checkpoint

        return load_checkpoint(folder, torch.float32)

    def limit_input(self, model: Any, tokens: int) -> None:
        """See `Family.limit_input`."""
        model.config.n_positions = tokens

    def collate(
        self, rows: Sequence[Mapping[str, Sequence[int]]], pad: int, least: tuple[int, int] = (1, 1)
    ) -> dict[str, Tensor]:
        """See `Family.collate`."""
        from distill.families.encoder_decoder.running import collate

        return collate(rows, pad, least)

    def write(self, model: Any, batch: Mapping[str, Tensor], processors: Any) -> Tensor:
        """See `Family.write`."""
        from distill.families.encoder_decoder.running import write

        return write(model, batch, processors)

    def cut_parameters(self, model: ModelInfo, depths: Sequence[int]) -> int:
        """See `Family.cut_parameters`."""
        return memory.cut_parameters(self.anatomy(model.config), model.parameters, depths)

    def activation_bytes(self, model: ModelInfo, depths: Sequence[int], config: RunConfig) -> int:
        """See `Family.activation_bytes`."""
        inputs = config.input_tokens or model.input_tokens
        return memory.activation_bytes(self.anatomy(model.config), depths, inputs, config)
