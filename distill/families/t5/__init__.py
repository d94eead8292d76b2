"""T5 and its relatives with the same layout: T5 1.1, mT5, umT5, LongT5. Imports nothing heavy."""

from collections.abc import Mapping, Sequence
from typing import Any

from distill.config import FEATURE_TERMS, RunConfig
from distill.families.anatomy import Anatomy
from distill.families.encoder_decoder import anatomy, memory
from models.folders.inspection import ModelInfo

_HEAD_WIDTH = 64  # where a config does not say


class T5:
    """See `distill.families.family.Family`."""

    model_types = frozenset({"t5", "mt5", "umt5", "longt5"})

    def anatomy(self, config: Mapping[str, Any]) -> Anatomy:
        """See `Family.anatomy`."""
        terms = {"soft", *FEATURE_TERMS}
        if config["model_type"] == "longt5":  # its encoder attends within windows, in modules of its own
            terms -= {"attention", "relation"}
        gated = "gated" in str(config.get("feed_forward_proj", ""))
        return anatomy.anatomy(config, frozenset(terms), config.get("d_kv") or _HEAD_WIDTH, gated)

    def cut_parameters(self, model: ModelInfo, depths: Sequence[int]) -> int:
        """See `Family.cut_parameters`."""
        return memory.cut_parameters(self.anatomy(model.config), model.parameters, depths)

    def activation_bytes(self, model: ModelInfo, depths: Sequence[int], config: RunConfig) -> int:
        """See `Family.activation_bytes`."""
        inputs = config.input_tokens or model.input_tokens
        return memory.activation_bytes(self.anatomy(model.config), depths, inputs, config)
