"""What a run would take: the memory of a step, both shapes, the layer map. Imports nothing heavy."""

from collections.abc import Sequence
from typing import Any

import psutil

from distill.config import RunConfig
from distill.families import anatomy, family_of
from distill.families.layer_map import evenly_spaced
from distill.pairing.memory import step_bytes
from distill.pairing.trainable import Finding
from models.folders.inspection import ModelInfo


def estimate(
    teacher: ModelInfo, student: ModelInfo, layers: Sequence[int], config: RunConfig
) -> dict[str, Any]:
    """Bytes of one training step in float32, and what the layer map and the shapes are; see `step_bytes`."""
    taught = anatomy(teacher.config).depths
    depths = dict(zip(taught, layers, strict=True))
    parts = step_bytes(teacher, student, layers, config)
    return {
        **parts,
        "total_bytes": sum(parts.values()),
        "available_bytes": _available_bytes(),
        "teacher_shape": _shape(teacher),
        "student_shape": {
            **_shape(student),
            "parameters": family_of(student.model_type).cut_parameters(student, layers),
            **{f"{part}_layers": depth for part, depth in depths.items()},
        },
        "layer_map": {
            part: list(evenly_spaced(have, wanted)) if wanted <= have else None
            for (part, have), wanted in zip(taught.items(), layers, strict=True)
        },
    }


def memory_warnings(estimated: dict[str, Any]) -> list[Finding]:
    """What there is to say where an estimate needs more memory than is free."""
    needed, there = estimated["total_bytes"], estimated["available_bytes"]
    if needed <= there:
        return []
    return [
        Finding(
            "memory",
            f"Training needs about {needed / 1e9:.1f} GB, but only {there / 1e9:.1f} GB is free.",
            "Lower batch_size or input_tokens, or set gradient_checkpointing=true.",
        )
    ]


def _shape(info: ModelInfo) -> dict[str, int]:
    found = anatomy(info.config)
    widths = found.stacks[0]
    return {
        "parameters": info.parameters,
        **{f"{part}_layers": depth for part, depth in found.depths.items()},
        "d_model": widths.width,
        "d_ff": widths.inner,
        "heads": widths.heads,
        "vocab_size": info.vocab_size,
    }


def _available_bytes() -> int:
    from models.serving.measure import device_memory

    device = device_memory()
    return device.total_bytes - device.used_bytes if device else psutil.virtual_memory().available
