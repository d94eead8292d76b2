"""What a model is made of, read from its config alone. Imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stack:
    """Layers that the same tokens run through, one after the other.

    Args:
        name: `encoder` or `decoder`. Signals, layer maps and gradient norms go by it.
        depth: Number of layers.
        width: Of the states between the layers.
        inner: Width of the feed-forward layers.
        heads: Attention heads of a layer.
        attention_width: Width of all heads of a layer together.
        gated: Whether the feed-forward layers have a gate, which is a third matrix.
    """

    name: str
    depth: int
    width: int
    inner: int
    heads: int
    attention_width: int
    gated: bool = False

    @property
    def attention_weights(self) -> int:
        """Weights of one attention: the maps to queries, keys and values, and the one back."""
        return 4 * self.width * self.attention_width

    @property
    def feed_forward_weights(self) -> int:
        """Weights of one feed-forward layer."""
        return (3 if self.gated else 2) * self.width * self.inner


@dataclass(frozen=True)
class Anatomy:
    """The parts of a model that others name: its stacks, from the input on, and what can be seen in them.

    Args:
        stacks: From the one that reads the input to the one that gives the logits.
        attentions: The kinds of attention, each with the stack whose layers have it.
        vocabulary: Rows of the embedding.
        terms: The terms of an objective that the model can be taught by: `soft` for its logits, and names
            in `distill.config.FEATURE_TERMS`. Labels teach every model.
    """

    stacks: tuple[Stack, ...]
    attentions: Mapping[str, str]
    vocabulary: int
    terms: frozenset[str]

    def __getitem__(self, name: str) -> Stack:
        """The stack of this name."""
        return next(stack for stack in self.stacks if stack.name == name)

    @property
    def depths(self) -> dict[str, int]:
        """Number of layers of each stack, by its name."""
        return {stack.name: stack.depth for stack in self.stacks}
