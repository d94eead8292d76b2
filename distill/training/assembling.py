"""Assemble a run: see that its models go together, make its trainer."""

import logging
from functools import partial

from transformers import PrinterCallback

from distill import pairing
from distill.config import RunConfig, parse_layers
from distill.errors import BadData, IncompatibleModels
from distill.families import anatomy_of, family_of
from distill.objective.objective import Objective
from distill.runs import Run
from distill.signals.cached_teacher import cached_teacher
from distill.signals.ensemble import parse_weights
from distill.signals.teacher import LiveTeacher, Teacher, Teachers
from distill.tasks import task_of
from distill.training.batches import rows_of
from distill.training.materials import Materials
from distill.training.rollouts import Rollouts
from distill.training.trainer import DistillationTrainer
from distill.training.trainer_arguments import arguments
from distill.training.validation import Validation
from models.settings import Settings
from models.store.loading import Progress

log = logging.getLogger(__name__)


def check_pair(config: RunConfig, settings: Settings, progress: Progress | None = None) -> None:
    """See that a run can be carried out with its models, before one of them is loaded.

    Raises:
        IncompatibleModels: It cannot; the check before a run says the same.
    """
    for number, teacher in enumerate(config.teachers or [None]):
        # A student that is cut from the first teacher has its vocabulary, which the others must have too.
        cut = number > 0 and parse_layers(config.student)
        student_model = config.teachers[0] if cut else config.student
        report = pairing.check(teacher, student_model, settings, config=config, progress=progress)
        for finding in report.warnings:
            log.warning("%s %s", finding.message, finding.remedy)
        if not report.compatible:
            raise IncompatibleModels(
                " ".join(f"{finding.message} {finding.remedy}" for finding in report.problems)
            )


def make_trainer(
    run: Run, config: RunConfig, materials: Materials, validation: Validation | None = None
) -> DistillationTrainer:
    """The trainer of a run, ready to start but for a `Recorder`.

    Args:
        run: The run.
        config: Its settings.
        materials: What it works with.
        validation: Scores what the student writes; without it validations give the losses alone.

    Raises:
        BadData: No example can be trained on.
        BadConfig: The precision does not work on this machine.
        Cancelled: Somebody asked the run to stop meanwhile.
    """
    model, encoder, teachers = materials.student, materials.encoder, materials.teachers
    family = family_of(model.config.model_type)
    if config.attention_weight and family.expose_attention:  # the check before a run refuses the others
        for each in (model, *teachers):
            family.expose_attention(each)
    task = task_of(config.task)
    train, held_out = (
        rows_of(run, examples, encoder, config) for examples in (materials.train, materials.validation)
    )
    if not len(train):
        raise BadData("No example is long enough to train on.")
    if config.has_references:
        task.fit(model, train.rows, encoder)
    if config.gradient_checkpointing:
        model.gradient_checkpointing_enable()

    rollouts = None
    if config.rollouts:
        rollouts = Rollouts(config.rollouts, config.reward_rules, encoder, task)
    trainer = DistillationTrainer(
        objective=Objective(config, anatomy_of(model), anatomy_of(teachers[0]) if teachers else None),
        validation=validation,
        rollouts=rollouts,
        teacher=_teacher(run, config, materials),
        model=model,
        args=arguments(run, config, len(train)),
        train_dataset=train,
        eval_dataset=held_out,
        data_collator=partial(family.collate, pad=model.config.pad_token_id),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _teacher(run: Run, config: RunConfig, materials: Materials) -> Teacher | None:
    if config.teacher_cache and materials.teacher_folders:
        loaded = next(iter(materials.teachers), None)
        return cached_teacher(
            config, materials.teacher_folders[0], materials.student.config, run.home, loaded
        )
    if not materials.teachers:
        return None
    live = [LiveTeacher(model) for model in materials.teachers]
    if len(live) == 1:
        return live[0]
    weights = parse_weights(config.teacher_weights, len(live))
    return Teachers(live, weights, config.teacher_weights == "confidence")
