"""What a model needs to be trained, judged and loaded again: a model that lacks it is refused before a
run."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill.config import FEATURE_TERMS, RunConfig
from distill.families import anatomy
from distill.families.layer_map import MAPPED_TERMS, check_relation_heads, layer_pairs
from models.engines.special_ids import special_ids
from models.errors import DistillError
from models.folders.inspection import ModelInfo
from models.folders.tokenizer import misfit, open_tokenizer

_NEEDED = {
    "pad_token_id": "pads, which starts a summary where no other token does",
    "eos_token_id": "ends a text",
}


@dataclass(frozen=True)
class Finding:
    """One finding: a stable `code`, what it is, what to do."""

    code: str
    message: str
    remedy: str


def problems(info: ModelInfo, config: RunConfig) -> list[Finding]:
    """Why a model cannot take part in a run with these settings, as a teacher or as a student."""
    return [*_tokens(info), *_terms(info, config)]


def _tokens(info: ModelInfo) -> Iterator[Finding]:
    """The tokenizer must be within the embeddings, as its ids are by `inspect`, and pad and end a text."""
    try:
        size = open_tokenizer(info.folder, info.eos).size
    except DistillError as error:
        yield Finding("tokenizer_unusable", str(error), "Or choose another model.")
        return
    if size > info.vocab_size:
        what, remedy = misfit(info.folder, size, info.vocab_size)
        yield Finding("tokenizer_size", what, remedy)
    ids = ids_of(info.folder)
    for name, use in _NEEDED.items():
        if ids[name] is None:
            yield Finding(
                "special_token",
                f"{info.folder} does not say which token {use} ({name}).",
                f"Add {name} to its config.json.",
            )


def unfit_shapes(
    teacher: ModelInfo, student: ModelInfo, depths: Mapping[str, int], config: RunConfig
) -> Iterator[Finding]:
    """What the terms that look into the models' layers cannot do with these two shapes.

    Args:
        teacher, student: The models; for a student cut from its teacher the teacher twice.
        depths: Layers of the student's stacks, by the stack's name.
        config: The run's settings.
    """
    shapes = {"student": anatomy(student.config), "teacher": anatomy(teacher.config)}
    if any(getattr(config, f"{name}_weight") for name in MAPPED_TERMS):
        for stack, taught in shapes["teacher"].depths.items():
            setting = f"{stack}_map"
            try:
                layer_pairs(getattr(config, setting), taught, depths[stack])
            except DistillError as error:
                yield Finding(
                    "layer_map", f"{setting} does not fit these models: {error}", f"Change {setting}."
                )
    if config.relation_weight:
        widths = {name: shape.stacks[0].attention_width for name, shape in shapes.items()}
        try:
            check_relation_heads(config.relation_heads, widths)
        except DistillError as error:
            yield Finding("relation_heads", str(error), "Change relation_heads.")


def _terms(info: ModelInfo, config: RunConfig) -> Iterator[Finding]:
    """The terms of the objective must be there to be seen in the model's layers."""
    if not config.teachers:
        return
    kind, terms = info.model_type, anatomy(info.config).terms
    if "soft" not in terms:
        yield Finding(
            "method_of_another_family",
            f"{info.folder} is a {kind} model, which learns from labels alone here.",
            "Use finetune, or choose a T5.",
        )
        return
    wanted = [name for name in FEATURE_TERMS if name not in terms and getattr(config, f"{name}_weight")]
    if wanted:
        yield Finding(
            "method_of_another_family",
            f"{info.folder} is a {kind} model, whose {wanted[0]} cannot be taught here"
            f" ({', '.join(f'{name}_weight' for name in wanted)}).",
            "Use a method that looks at the logits, such as method=logit, or a T5 with full attention.",
        )


def ids_of(folder: Path) -> dict[str, Any]:
    """The special tokens of a checked model folder, as `special_ids` has them."""
    own, generation = _read(folder / "config.json"), _read(folder / "generation_config.json")
    ids = special_ids(own, generation)
    if all(ids[name] is not None for name in _NEEDED):
        return ids
    from transformers import AutoConfig  # slow to import, but knows the defaults of a family

    config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    return special_ids(config.to_dict(), generation)


def _read(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # the config was read before; the other one is optional
        return {}
    return values if isinstance(values, dict) else {}
