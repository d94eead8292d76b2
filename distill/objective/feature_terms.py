"""The terms on what lies below the logits, with their learned projections and their layer maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from distill.config import FEATURE_TERMS, RunConfig
from distill.families import Anatomy
from distill.families.layer_map import MAPPED_TERMS, check_relation_heads, layer_pairs, layer_weights
from distill.families.signal import Needs, Signal
from distill.losses import attention_loss, contrastive_loss, embedding_loss, hidden_loss, relation_loss
from distill.losses.masking import IGNORED


@dataclass(frozen=True)
class Masks:
    """Which places count: `(batch, input_length)` and `(batch, target_length)`, 1 = counts."""

    input: Tensor
    target: Tensor

    @classmethod
    def of(cls, inputs: Mapping[str, Tensor]) -> "Masks":
        """Those of a batch; an example without a label fills up a batch and counts nowhere."""
        target = (inputs["labels"] != IGNORED).long()
        return cls(inputs["attention_mask"] * target.amax(1, keepdim=True), target)

    def part(self, name: str) -> Tensor:
        """The places of `encoder` or `decoder`."""
        return self.input if name == "encoder" else self.target


@dataclass(frozen=True)
class Counts:
    """What a whole step's means are taken over: every accumulated batch of every process.

    Args:
        input, target: Tokens that count; scalars.
        examples: Examples with a target token that counts.
    """

    input: Tensor
    target: Tensor
    examples: Tensor

    @classmethod
    def of(cls, masks: Sequence[Masks]) -> "Counts":
        """Those of these batches."""
        totals = [(each.input.sum(), each.target.sum(), (each.target != 0).any(1).sum()) for each in masks]
        return cls(*(torch.stack(parts).sum() for parts in zip(*totals, strict=True)))


class FeatureTerms(nn.Module):
    """Hidden states, embeddings, attentions, relations and pooled texts, each with its weight.

    Where the student's width differs from the teacher's, a learned linear map without activation takes its
    states to the teacher's width, one for each part (as in TinyBERT). Layers are paired as the run's maps
    say.

    Args:
        config: Weights, metrics and maps.
        student, teacher: What the models are made of.

    Raises:
        BadConfig, IncompatibleModels: A layer map or the relation heads do not fit these shapes.
    """

    def __init__(self, config: RunConfig, student: Anatomy, teacher: Anatomy) -> None:
        super().__init__()
        self.config = config
        self._stacks, self._attentions = tuple(student.depths), dict(student.attentions)
        weights = {name: getattr(config, f"{name}_weight") for name in FEATURE_TERMS}
        self.weights = {name: weight for name, weight in weights.items() if weight}
        self.pairs = {}
        if MAPPED_TERMS & set(self.weights):
            self.pairs = {
                part: layer_pairs(getattr(config, f"{part}_map"), teacher[part].depth, student[part].depth)
                for part in self._stacks
            }
        if config.relation_weight:
            models = {"student": student, "teacher": teacher}
            check_relation_heads(
                config.relation_heads, {name: each.stacks[0].attention_width for name, each in models.items()}
            )
        self.projections = nn.ModuleDict()
        mine, theirs = student.stacks[0].width, teacher.stacks[0].width
        if mine != theirs:
            for name in self._projected():
                self.projections[name] = nn.Linear(mine, theirs, bias=False)
        if config.attention_weight and config.attention_heads == "learned":
            for name, part in self._attentions.items():
                self.projections[f"heads_{name}"] = _averaging(student[part].heads, teacher[part].heads)

    def _projected(self) -> list[str]:
        wanted = {"hidden": self._stacks, "embedding": ("embedding",), "contrastive": ("contrastive",)}
        return [part for name, parts in wanted.items() if name in self.weights for part in parts]

    @property
    def needs(self) -> Needs:
        """What the student's forward pass has to record."""
        return self._needs(0)

    @property
    def teacher_needs(self) -> Needs:
        """What the teacher's forward pass has to record."""
        return self._needs(1)

    def _needs(self, side: int) -> Needs:
        return Needs(
            hidden=bool({"hidden", "embedding", "contrastive"} & set(self.weights)),
            attentions="attention" in self.weights,
            relations={part: self.pairs[part][-1][side] for part in self._stacks}
            if "relation" in self.weights
            else {},
        )

    def forward(
        self, *, student: Signal, teacher: Signal, masks: Masks, counts: Counts | None = None
    ) -> dict[str, Tensor]:
        """Every term by its name, unweighted, as scalars with a graph; with `counts` this batch's shares."""
        make = {
            "hidden": self._hidden,
            "embedding": self._embedding,
            "attention": self._attention,
            "relation": self._relation,
            "contrastive": self._contrastive,
        }
        return {name: make[name](student, teacher, masks, counts) for name in self.weights}

    def _projection(self, name: str) -> nn.Module | None:
        return dict(self.projections.items()).get(name)

    def _over_layers(self, losses: list[Tensor]) -> Tensor:
        weights = layer_weights(len(losses), self.config.depth_growth)
        return torch.stack([weight * loss for weight, loss in zip(weights, losses, strict=True)]).mean()

    def _hidden(self, student: Signal, teacher: Signal, masks: Masks, counts: Counts | None) -> Tensor:
        parts = []
        for part in self._stacks:
            losses = [
                hidden_loss(
                    student=student.hidden[part][mine + 1],  # the first are the embeddings
                    teacher=teacher.hidden[part][theirs + 1],
                    mask=masks.part(part),
                    metric=cast(Any, self.config.hidden_metric),
                    projection=self._projection(part),
                    count=_tokens(counts, part),
                )
                for mine, theirs in self.pairs[part]
            ]
            parts.append(self._over_layers(losses))
        return torch.stack(parts).mean()

    def _embedding(self, student: Signal, teacher: Signal, masks: Masks, counts: Counts | None) -> Tensor:
        losses = [
            embedding_loss(
                student=student.hidden[part][0],
                teacher=teacher.hidden[part][0],
                mask=masks.part(part),
                metric=cast(Any, self.config.hidden_metric),
                projection=self._projection("embedding"),
                count=_tokens(counts, part),
            )
            for part in self._stacks
        ]
        return torch.stack(losses).mean()

    def _attention(self, student: Signal, teacher: Signal, masks: Masks, counts: Counts | None) -> Tensor:
        parts = []
        for part, queries in self._attentions.items():
            losses = [
                attention_loss(
                    student=student.attentions[part][mine],
                    teacher=teacher.attentions[part][theirs],
                    mask=masks.part(queries),
                    metric=cast(Any, self.config.attention_metric),
                    projection=self._projection(f"heads_{part}"),
                    count=_tokens(counts, queries),
                )
                for mine, theirs in self.pairs[queries]
            ]
            parts.append(self._over_layers(losses))
        return torch.stack(parts).mean()

    def _relation(self, student: Signal, teacher: Signal, masks: Masks, counts: Counts | None) -> Tensor:
        losses = [
            relation_loss(
                student=mine,
                teacher=theirs,
                mask=masks.part(part),
                heads=self.config.relation_heads,
                count=_tokens(counts, part),
            )
            for part in self._stacks
            for mine, theirs in zip(student.relations[part], teacher.relations[part], strict=True)
        ]
        return torch.stack(losses).mean()

    def _contrastive(self, student: Signal, teacher: Signal, masks: Masks, counts: Counts | None) -> Tensor:
        reader = self._stacks[0]
        return contrastive_loss(
            student=student.hidden[reader][-1],
            teacher=teacher.hidden[reader][-1],
            mask=masks.input,
            projection=self._projection("contrastive"),
            count=counts.examples if counts else None,
        )


def _tokens(counts: Counts | None, part: str) -> Tensor | None:
    """What a mean over a part's tokens is divided by; None for the batch's own."""
    if counts is None:
        return None
    return counts.input if part == "encoder" else counts.target


def _averaging(student_heads: int, teacher_heads: int) -> nn.Linear:
    """A map from the student's heads to the teacher's that starts as their average."""
    made = nn.Linear(student_heads, teacher_heads, bias=False)
    nn.init.constant_(made.weight, 1 / student_heads)
    return made
