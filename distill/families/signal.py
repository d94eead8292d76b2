"""What a model says about a batch: logits, and what lies below them."""

from dataclasses import dataclass, field

from torch import Tensor

from distill.losses.topk import TopK


@dataclass(frozen=True)
class Needs:
    """What an objective needs besides the logits.

    Args:
        hidden: All hidden states, the embeddings' included.
        attentions: All attention probabilities; the model must show them, see `Family.expose_attention`.
        relations: For each stack the layer whose queries, keys and values are wanted.
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
        logits: `(batch, target_length, vocab)`, aligned with the batch's labels: the logits at a place belong
            to the label at that place. Or a teacher's largest.
        hidden: For each stack the embeddings and then each layer's output, of the last one after the stack's
            final norm, `(batch, length, width)`.
        attentions: For each kind of attention each layer's probabilities, `(batch, heads, queries, keys)`.
        relations: For each stack the queries, keys and values of one layer, `(batch, length, width of all
            heads)`.
    """

    logits: Tensor | TopK
    hidden: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
    attentions: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
    relations: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
