"""A run's settings in the library's words."""

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import GenerationConfig, TrainingArguments

from distill.config import RunConfig
from distill.config.precision import precision
from distill.runs import Run


@contextmanager
def writing_as(model: Any, generation: GenerationConfig) -> Iterator[None]:
    """Let a model write by these settings alone: `generate` would complete them with the model's own."""
    own = model.generation_config
    model.generation_config = copy.deepcopy(generation)  # the library fills it up with defaults
    try:
        yield
    finally:
        model.generation_config = own


def arguments(run: Run, config: RunConfig, examples: int) -> TrainingArguments:
    """The library's settings for a run on this many examples.

    Raises:
        BadConfig: The precision does not work on this machine.
    """
    batches = math.ceil(examples / (config.batch_size * config.processes))
    steps_an_epoch = math.ceil(batches / config.accumulation)
    steps = config.max_steps or math.ceil(config.epochs * steps_an_epoch)
    chosen = precision(config.precision)
    made = TrainingArguments(
        output_dir=str(run.folder / "checkpoints"),
        num_train_epochs=config.epochs,
        max_steps=config.max_steps or -1,
        per_device_train_batch_size=config.batch_size,
        # What tells the texts of a batch apart is the harder the more there are.
        per_device_eval_batch_size=config.batch_size if config.contrastive_weight else 8,
        gradient_accumulation_steps=config.accumulation,
        learning_rate=config.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=config.warmup_steps,
        weight_decay=config.weight_decay,
        max_grad_norm=config.clip,
        bf16=chosen == "bfloat16",
        fp16=chosen == "float16",
        use_cpu=not torch.cuda.is_available(),
        logging_steps=1,
        logging_nan_inf_filter=False,
        eval_strategy="steps",
        eval_steps=config.evaluation_steps or max(1, steps // 5),
        prediction_loss_only=True,
        save_strategy="steps",
        save_steps=config.save_steps,
        save_total_limit=2,
        seed=config.seed,
        train_sampling_strategy="group_by_length",
        ddp_find_unused_parameters=False,
        report_to="none",
        disable_tqdm=True,
    )
    if made.n_gpu > 1:
        made._n_gpu = 1  # the library would multiply the batch by the number of GPUs
    return made
