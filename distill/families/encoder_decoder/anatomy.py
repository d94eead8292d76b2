"""The anatomy of an encoder-decoder. Imports nothing heavy."""

from collections.abc import Mapping
from typing import Any

from distill.families.anatomy import Anatomy, Stack
from models.folders.inspection import sizes


def anatomy(
    config: Mapping[str, Any], terms: frozenset[str], head_width: int | None = None, gated: bool = False
) -> Anatomy:
    """What a model with this config is made of.

    Args:
        config: The config; its values have been checked.
        terms: See `Anatomy`.
        head_width: Of an attention head; by default the heads share the model's width.
        gated: See `Stack`.
    """
    found = sizes(config)
    width, heads = found["d_model"], found["heads"]
    attention_width = heads * head_width if head_width else width

    def stack(name: str) -> Stack:
        return Stack(name, found[f"{name}_layers"], width, found["d_ff"], heads, attention_width, gated)

    return Anatomy(
        stacks=(stack("encoder"), stack("decoder")),
        attentions={"encoder": "encoder", "decoder": "decoder", "cross": "decoder"},
        vocabulary=found["vocab_size"],
        terms=terms,
    )
