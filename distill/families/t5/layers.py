"""What goes on in a T5's layers: queries, keys and values, attentions; and which layer a weight is of."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from torch import Tensor

from distill.families.encoder_decoder import running
from distill.families.signal import Needs, Signal

_BLOCK = re.compile(r"(encoder|decoder)\.block\.(\d+)\.")


def observe(model: Any, batch: Mapping[str, Tensor], needs: Needs) -> Signal:
    """See `Family.observe`."""
    with _recorded(model, needs.relations) as relations:
        signal = running.observe(model, batch, needs)
    return replace(signal, relations={stack: tuple(found) for stack, found in relations.items()})


def expose_attention(model: Any) -> None:
    """See `Family.expose_attention`."""
    model.set_attn_implementation("eager")
    for module in model.modules():
        if hasattr(module, "EncDecAttention") or hasattr(module, "SelfAttention"):
            attention = getattr(module, "SelfAttention", None) or module.EncDecAttention
            attention.dropout = 0.0


def block_of(parameter: str) -> str:
    """See `Family.block_of`."""
    found = _BLOCK.search(parameter)
    if found:
        return f"{found[1]}.{found[2]}"
    return "embedding" if "shared" in parameter or "embed_tokens" in parameter else "other"


@contextmanager
def _recorded(model: Any, layers: dict[str, int]) -> Iterator[dict[str, list[Tensor]]]:
    """Collect what the query, key and value maps of these self-attentions give; the hooks go afterwards."""
    found: dict[str, list[Tensor]] = {stack: [] for stack in layers}
    hooks = []
    whole = getattr(model, "module", model)  # inside a wrapper for several devices
    for stack, layer in layers.items():
        attention = getattr(whole, stack).block[layer].layer[0].SelfAttention
        for name in ("q", "k", "v"):
            hooks.append(
                getattr(attention, name).register_forward_hook(
                    lambda module, args, output, stack=stack: found[stack].append(output)
                )
            )
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()
