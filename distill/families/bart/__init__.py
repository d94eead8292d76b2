"""BART and other encoder-decoders that learn from labels and logits alone. Imports nothing heavy."""

from collections.abc import Mapping, Sequence
from typing import Any

from distill.config import RunConfig
from distill.families.anatomy import Anatomy
from distill.families.encoder_decoder import anatomy, memory
from models.folders.inspection import ModelInfo

_TERMS = frozenset({"soft", "contrastive"})


class Bart:
    """See `distill.families.family.Family`."""

    model_types = frozenset({"bart", "mbart", "pegasus", "pegasus_x", "led", "bigbird_pegasus", "prophetnet"})

    def anatomy(self, config: Mapping[str, Any]) -> Anatomy:
        """See `Family.anatomy`."""
        # ProphetNet predicts several tokens at once: its logits have no counterpart.
        return anatomy.anatomy(config, frozenset() if config["model_type"] == "prophetnet" else _TERMS)

    def cut_parameters(self, model: ModelInfo, depths: Sequence[int]) -> int:
        """See `Family.cut_parameters`."""
        return memory.cut_parameters(self.anatomy(model.config), model.parameters, depths)

    def activation_bytes(self, model: ModelInfo, depths: Sequence[int], config: RunConfig) -> int:
        """See `Family.activation_bytes`."""
        inputs = config.input_tokens or model.input_tokens
        return memory.activation_bytes(self.anatomy(model.config), depths, inputs, config)
