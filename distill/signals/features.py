"""What a model says on the way to its logits: hidden states, attentions, queries, keys and values."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from distill.losses.topk import TopK

PARTS = ("encoder", "decoder")


@dataclass(frozen=True)
class Needs:
    """What an objective needs besides the logits.

    Args:
        hidden: All hidden states, the embeddings' included.
        attentions: All attention probabilities; the model must use eager attention.
        relations: For each part the layer whose queries, keys and values are wanted.
    """

    hidden: bool = False
    attentions: bool = False
    relations: dict[str, int] = field(default_factory=dict)

    @property
    def only_logits(self) -> bool:
        """Whether the logits are enough."""
        return not (self.hidden or self.attentions or self.relations)


@dataclass(frozen=True)
class Signal:
    """One model's answer to one batch. Features are empty where they were not asked for.

    Args:
        logits: `(batch, target_length, vocab)`, or a teacher's largest.
        hidden: For `encoder` and `decoder` the embeddings and then each block's output, of the last one after
            the stack's final norm, `(batch, length, width)`.
        attentions: For `encoder`, `decoder` and `cross` each block's probabilities, `(batch, heads, queries,
            keys)`.
        relations: For `encoder` and `decoder` the queries, keys and values, `(batch, length, heads · d_kv)`.
    """

    logits: Tensor | TopK
    hidden: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
    attentions: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
    relations: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)


def observe(model: Any, inputs: dict[str, Tensor], needs: Needs) -> tuple[Signal, Any]:
    """Run a T5 on `input_ids`, `attention_mask` and `decoder_input_ids`; its signal and its outputs."""
    extra = {
        name: True
        for name, wanted in (("output_hidden_states", needs.hidden), ("output_attentions", needs.attentions))
        if wanted
    }
    with _recorded(model, needs.relations) as relations:
        outputs = model(**inputs, **extra, use_cache=False)
    hidden = {part: outputs[f"{part}_hidden_states"] for part in PARTS} if needs.hidden else {}
    attentions = {}
    if needs.attentions:
        attentions = {part: outputs[f"{part}_attentions"] for part in (*PARTS, "cross")}
    kept = {part: tuple(found) for part, found in relations.items()}
    return Signal(outputs.logits, hidden, attentions, kept), outputs


def show_attention(model: Any) -> None:
    """Let a T5 give its attention probabilities: eager attention, and no dropout on them in training."""
    model.set_attn_implementation("eager")
    for module in model.modules():
        if hasattr(module, "EncDecAttention") or hasattr(module, "SelfAttention"):
            attention = getattr(module, "SelfAttention", None) or module.EncDecAttention
            attention.dropout = 0.0


@contextmanager
def _recorded(model: Any, layers: dict[str, int]) -> Iterator[dict[str, list[Tensor]]]:
    """Collect what the query, key and value maps of these self-attentions give; the hooks go afterwards."""
    found: dict[str, list[Tensor]] = {part: [] for part in layers}
    hooks = []
    whole = getattr(model, "module", model)  # inside a wrapper for several devices
    for part, layer in layers.items():
        attention = getattr(whole, part).block[layer].layer[0].SelfAttention
        for name in ("q", "k", "v"):
            hooks.append(
                getattr(attention, name).register_forward_hook(
                    lambda module, args, output, part=part: found[part].append(output)
                )
            )
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()
