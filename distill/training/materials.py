"""What a run works with: its models, the student's text encoder and its examples, loaded."""

import logging
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel

from distill import data
from distill.config import RunConfig, parse_layers
from distill.errors import BadConfig
from distill.families import family_of, inspect_named
from distill.families.model_folder import cut, load_model
from distill.tasks import task_of
from models.settings import Settings
from models.store.loading import Progress, open_tokenizer
from models.text.encoding import TextEncoder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Materials:
    """What a run works with, loaded; `left_out` counts the `empty` and the `broken` rows of the data.

    With a teacher cache `teachers` is empty: whether the teacher is needed at all shows later.
    """

    student: PreTrainedModel
    encoder: TextEncoder
    teachers: list[PreTrainedModel]
    teacher_folders: list[Path]
    train: list[data.Example]
    validation: list[data.Example]
    left_out: dict[str, int]


def load_materials(config: RunConfig, settings: Settings, progress: Progress | None = None) -> Materials:
    """Load what the config names; raises DistillError for what is not available."""
    taught_by = [inspect_named(name, settings, progress) for name in config.teachers]
    folders = [info.folder for info in taught_by]
    teachers = [] if config.teacher_cache else [load_model(folder) for folder in folders]
    depths = parse_layers(config.student)
    if depths is None:
        source = inspect_named(config.student, settings, progress)
        model = load_model(source.folder)
    else:
        source = taught_by[0]
        model = cut(teachers[0] if teachers else load_model(source.folder), depths)
    if config.input_tokens:  # it is to read in use what it learns to read
        family_of(source.model_type).limit_input(model, config.input_tokens)
    if config.frozen:
        _freeze(model, config.frozen)
    encoder = TextEncoder(open_tokenizer(source.folder, source.eos), source, config.input_tokens)
    return Materials(model, encoder, teachers, folders, *load_examples(config, settings))


def _freeze(model: PreTrainedModel, frozen: str) -> None:
    """Leave the weights out of training that have one of the parts in a name of theirs."""
    named = list(model.named_parameters(remove_duplicate=False))
    for part in filter(None, (part.strip() for part in frozen.split(","))):
        found = [weight for name, weight in named if part in name]
        if not found:
            names = ", ".join(sorted({name.rsplit(".", 2)[-2] for name, _ in named}))
            raise BadConfig(f"frozen: the student has no weight with {part!r} in its name; it has {names}.")
        for weight in found:
            weight.requires_grad_(False)
    if not any(weight.requires_grad for weight in model.parameters()):
        raise BadConfig(f"frozen={frozen} leaves nothing to train: name fewer weights.")


def load_examples(
    config: RunConfig, settings: Settings
) -> tuple[list[data.Example], list[data.Example], dict[str, int]]:
    """The examples to train on, those to validate on, and how many were `empty` or `broken`."""
    task = task_of(config.task)
    options = {
        "settings": settings,
        "document_column": config.document_column,
        "summary_column": config.summary_column,
        "summary_optional": not config.has_references,
    }
    if config.validation is None and not data.has_validation_split(config.data):
        # A fifth at most is set aside, so enough rows are read for a small run to validate as a large one
        # does.
        aside = config.validation_examples
        wanted = max(config.max_examples + aside, 5 * aside) if config.max_examples else None
        examples = task.read(config.data, limit=wanted, **options)
        log.info("%s: %s", config.data, examples.note)
        train, validation = data.split_off(examples, config.validation_examples, config.seed)
        return data.take(train, config.max_examples), validation, _left_out(examples)
    examples = task.read(config.data, limit=config.max_examples, **options)
    if config.validation not in (None, config.data):
        held_out = data.load_unseen(config.validation, limit=config.validation_examples, **options)
    else:
        held_out = task.read(config.data, split="validation", limit=config.validation_examples, **options)
    log.info("%s: %s; validation: %s", config.data, examples.note, held_out.note)
    data.warn_of_shared(examples.rows, held_out.rows)
    return examples.rows, held_out.rows, _left_out(examples, held_out)


def _left_out(*read: data.Examples) -> dict[str, int]:
    return {"empty": sum(part.empty for part in read), "broken": sum(part.broken for part in read)}
