"""BART and other encoder-decoders that learn from labels and logits alone. Imports nothing heavy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from distill.families.anatomy import Anatomy
from distill.families.encoder_decoder import EncoderDecoder, anatomy

if TYPE_CHECKING:
    from torch import Tensor

    from distill.families.signal import Needs, Signal

_TERMS = frozenset({"soft", "contrastive"})
_LAYER = re.compile(r"(encoder|decoder)\.layers\.(\d+)\.")


class Bart(EncoderDecoder):
    """See `distill.families.family.Family`."""

    model_types = frozenset({"bart", "mbart", "pegasus", "pegasus_x", "led", "bigbird_pegasus", "prophetnet"})
    cut = None
    expose_attention = None

    def anatomy(self, config: Mapping[str, Any]) -> Anatomy:
        """See `Family.anatomy`."""
        # ProphetNet predicts several tokens at once: its logits have no counterpart.
        return anatomy(config, frozenset() if config["model_type"] == "prophetnet" else _TERMS)

    def observe(self, model: Any, batch: Mapping[str, Tensor], needs: Needs) -> Signal:
        """See `Family.observe`."""
        from distill.families.encoder_decoder.running import observe

        return observe(model, batch, needs)

    def block_of(self, parameter: str) -> str:
        """See `Family.block_of`."""
        found = _LAYER.search(parameter)
        if found:
            return f"{found[1]}.{found[2]}"
        return "embedding" if "shared" in parameter or "embed_tokens" in parameter else "other"
