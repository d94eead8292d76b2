"""T5 and its relatives with the same layout: T5 1.1, mT5, umT5, LongT5. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from distill.config import FEATURE_TERMS
from distill.families.anatomy import Anatomy
from distill.families.encoder_decoder import EncoderDecoder, anatomy

if TYPE_CHECKING:
    from torch import Tensor

    from distill.families.signal import Needs, Signal

_HEAD_WIDTH = 64  # where a config does not say


class T5(EncoderDecoder):
    """See `distill.families.family.Family`."""

    model_types = frozenset({"t5", "mt5", "umt5", "longt5"})

    def anatomy(self, config: Mapping[str, Any]) -> Anatomy:
        """See `Family.anatomy`."""
        terms = {"soft", *FEATURE_TERMS}
        if config["model_type"] == "longt5":  # its encoder attends within windows, in modules of its own
            terms -= {"attention", "relation"}
        gated = "gated" in str(config.get("feed_forward_proj", ""))
        return anatomy(config, frozenset(terms), config.get("d_kv") or _HEAD_WIDTH, gated)

    def cut(self, teacher: Any, depths: Sequence[int]) -> Any:
        """See `Family.cut`."""
        from distill.families.t5.student import from_teacher_layers

        return from_teacher_layers(teacher, *depths)

    def observe(self, model: Any, batch: Mapping[str, Tensor], needs: Needs) -> Signal:
        """See `Family.observe`."""
        from distill.families.t5.layers import observe

        return observe(model, batch, needs)

    def expose_attention(self, model: Any) -> None:
        """See `Family.expose_attention`."""
        from distill.families.t5.layers import expose_attention

        expose_attention(model)

    def block_of(self, parameter: str) -> str:
        """See `Family.block_of`."""
        from distill.families.t5.layers import block_of

        return block_of(parameter)
