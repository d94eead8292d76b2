"""What the runs of a comparison share: the split of the data, the copied layers, the teacher's labels."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from distill.comparison.folder import Comparison
from distill.comparison.plan import copied
from distill.config import RunConfig, parse_layers
from distill.data import Example, load
from distill.errors import BadData
from distill.families import anatomy, inspect_named
from distill.families.model_folder import cut, load_model, save_model
from distill.jobs.files import write_json_lines
from distill.labelling import Drafting, label
from distill.training.materials import load_examples
from models.serving.pool import ModelPool
from models.settings import Settings


def split_data(folder: Path, base: RunConfig, settings: Settings) -> list[Example]:
    """Write the split down, so that every seed is judged on the same texts; the training examples."""
    train, validation = (folder / "data" / f"{name}.jsonl" for name in ("train", "validation"))
    if not validation.is_file():
        train.parent.mkdir(exist_ok=True)
        learnt, held_out, _ = load_examples(base, settings)
        write_json_lines(train, [asdict(example) for example in learnt])
        write_json_lines(validation, [asdict(example) for example in held_out])
    return load(str(train), settings=settings).rows


def copy_layers(folder: Path, base: RunConfig, settings: Settings) -> None:
    """Cut the `copy` row from the teacher: as deep as the student, or as the teacher where that is less."""
    target = copied(folder)
    if target.is_dir():
        return
    teacher = inspect_named(str(base.teacher), settings)
    depths = parse_layers(base.student)
    if depths is None:
        both = (inspect_named(base.student, settings), teacher)
        own, most = (anatomy(model.config).depths.values() for model in both)
        depths = tuple(map(min, own, most))
    model = cut(load_model(teacher.folder), depths)
    save_model(model, teacher.folder, target)


def label_texts(
    comparison: Comparison,
    base: RunConfig,
    train: Sequence[Example],
    settings: Settings,
    stop_if_asked: Callable[[], None],
) -> None:
    """Let the teacher summarise the training texts, all rules applied; its seconds are noted.

    Raises:
        BadData: The rules leave nothing.
        Cancelled: By `stop_if_asked`, which is called after each batch; what is written by then is kept.
    """
    out, began = comparison.folder / "data" / "labels.jsonl", time.monotonic()
    if out.is_file():
        return
    teacher = str(base.teacher)
    try:
        answer = label(
            train,
            Drafting(teacher),
            lambda: ModelPool(settings).get(teacher),
            out,
            on_done=lambda count: stop_if_asked(),
        )
    finally:
        before = comparison.progress("seconds").get("labelling", 0.0)
        comparison.note("seconds", "labelling", before + time.monotonic() - began)
    if not answer["written"]:
        raise BadData(f"The rules left none of {len(train)} summaries of the teacher; leave sequence out.")
