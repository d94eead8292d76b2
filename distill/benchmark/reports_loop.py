"""The student report's training loop, as the report describes it: what our training is measured against."""

import gc
import math
import time
from typing import Any

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader
from transformers import get_linear_schedule_with_warmup

from distill.config import RunConfig
from distill.families import family_of
from distill.losses.masking import IGNORED
from distill.tasks import task_of
from distill.training.materials import Materials

_BATCH = 2
BATCHES_A_STEP = 16
"""The report says "gradient accumulation", but not how much; this gives as many examples per step as ours."""


def reports_epoch(config: RunConfig, materials: Materials, *, padded: bool) -> float:
    """Train one epoch; its seconds.

    From the report (sections 2.2, 3.2 and "Key Challenges"): T5 teacher and student, batch size 2, gradient
    accumulation, AdamW with a linear schedule, gradients clipped to norm 1, temperature 2 and alpha 0.7, the
    teacher's forward pass on every batch of every epoch, `gc.collect()` and cache clearing after each batch,
    tqdm with the loss. It names no mixed precision, so float32, and no bucketing, so a shuffling DataLoader.

    Args:
        config: Temperature, alpha, lengths and learning rate.
        materials: The student (which is trained), the teacher and the examples.
        padded: Whether to pad every text to the maximum length, as a `Dataset` that tokenizes row by row
            does, or to the longest of the batch. The report says both "dynamic padding" and `max_length`.
    """
    student: Any = materials.student
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    student.to(device).train()
    teacher: Any = materials.teachers[0]
    teacher.to(device).eval()
    loader = _loader(config, materials, padded)
    optimizer = torch.optim.AdamW(student.parameters(), lr=config.learning_rate)
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, math.ceil(len(loader) / BATCHES_A_STEP))
    begin = time.perf_counter()
    for index, batch in enumerate(loader):
        batch = {name: values.to(device) for name, values in batch.items()}
        with torch.no_grad():
            soft_targets = teacher(**batch).logits
        outputs = student(**batch)
        loss = _loss(config, outputs, soft_targets, batch["labels"]) / BATCHES_A_STEP
        loss.backward()
        if (index + 1) % BATCHES_A_STEP == 0 or index + 1 == len(loader):
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
        loss.item()  # for the progress bar
        del batch, soft_targets, outputs, loss
        gc.collect()
        torch.cuda.empty_cache()  # nothing without a GPU
    return time.perf_counter() - begin


def _loader(config: RunConfig, materials: Materials, padded: bool) -> DataLoader:
    data = list(task_of(config.task).encode(materials.train, materials.encoder, config))
    student: Any = materials.student
    lengths = (materials.encoder.limit, config.target_tokens) if padded else (1, 1)
    family, pad = family_of(student.config.model_type), student.config.pad_token_id
    order = torch.Generator().manual_seed(config.seed)
    return DataLoader(
        data,  # type: ignore[arg-type]
        batch_size=_BATCH,
        shuffle=True,
        generator=order,
        collate_fn=lambda rows: family.collate(rows, pad, lengths),
    )


def _loss(config: RunConfig, outputs: Any, soft_targets: Any, labels: Any) -> Any:
    """`alpha · T² · KL + (1 − alpha) · cross-entropy`, padding left out of both."""
    kept, temperature = labels != IGNORED, config.temperature
    student = F.log_softmax(outputs.logits[kept] / temperature, dim=-1)
    teacher = F.softmax(soft_targets[kept] / temperature, dim=-1)
    soft = F.kl_div(student, teacher, reduction="batchmean") * temperature**2
    return config.alpha * soft + (1 - config.alpha) * outputs.loss
