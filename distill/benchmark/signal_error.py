"""What is lost when a teacher gives only its largest logits."""

from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from distill.config import RunConfig
from distill.families import family_of
from distill.families.signal import Needs
from distill.losses import logit_loss
from distill.losses.masking import IGNORED
from distill.signals.cached_teacher import CachedTeacher
from distill.signals.signal_cache import SignalStore
from distill.signals.teacher import LiveTeacher
from distill.tasks import task_of
from distill.training.materials import Materials

TOPS = (4, 8, 16, 32, 64)
_BATCH = 4


def signal_error(
    config: RunConfig, materials: Materials, folder: Path, examples: int
) -> list[dict[str, Any]]:
    """Compare the soft loss on cached logits with the one on all logits, in float32.

    Args:
        config: Temperature and lengths.
        materials: The student, the teacher and the examples.
        folder: To keep the caches in.
        examples: How many to look at.

    Returns:
        For each k of `TOPS`, means over batches: `loss` (of the full logits, nats a token), `loss_error` (the
        absolute difference), of the gradient of all the student's parameters `gradient_cosine` and
        `gradient_error` (the difference's relative length), and `bytes` a target token on disk.
    """
    live = LiveTeacher(materials.teachers[0])
    model: Any = materials.student.eval()
    family, pad = family_of(model.config.model_type), model.config.pad_token_id
    encoded = list(task_of(config.task).encode(materials.train[:examples], materials.encoder, config))
    found: dict[int, list[dict[str, float]]] = {k: [] for k in TOPS}
    for start in range(0, len(encoded), _BATCH):
        batch = family.collate(encoded[start : start + _BATCH], pad)
        mask = (batch["labels"] != IGNORED).long()
        logits: Any = family.observe(model, batch, Needs()).logits

        def answer(signal: Any, student: Tensor = logits, mask: Tensor = mask) -> tuple[float, Tensor]:
            loss = logit_loss(student=student, teacher=signal, mask=mask, temperature=config.temperature)
            parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
            parts = torch.autograd.grad(loss, parameters, retain_graph=True)
            return loss.item(), torch.cat([part.flatten() for part in parts])

        full = answer(live.signal(batch, Needs()).logits)
        for k, rows in found.items():
            store = SignalStore(folder / "error.sqlite", k.to_bytes(2, "big"), 1)
            asked = {"k": k, "temperature": config.temperature, "vocabulary": logits.shape[-1]}
            teacher = CachedTeacher(lambda: live, store, **asked)
            rows.append(_difference(answer(teacher.signal(batch, Needs()).logits), full))
            store.close()
    return [
        {"k": k, **{name: fmean(row[name] for row in rows) for name in rows[0]}, "bytes": 4 * k + 8}
        for k, rows in found.items()
    ]


def _difference(cut: tuple[float, Tensor], full: tuple[float, Tensor]) -> dict[str, float]:
    error = (cut[1] - full[1]).norm() / full[1].norm()
    return {
        "loss": full[0],
        "loss_error": abs(cut[0] - full[0]),
        "gradient_cosine": torch.cosine_similarity(cut[1], full[1], dim=0).item(),
        "gradient_error": error.item(),
    }
