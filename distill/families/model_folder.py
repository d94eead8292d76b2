"""A model as a folder: loaded to be trained, and saved with its tokenizer."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from distill.errors import IncompatibleModels
from distill.families import family_of, model_type
from models.engines.checkpoint import with_named_head
from models.folders.tokenizer import copy_tokenizer


def load_model(folder: Path) -> PreTrainedModel:
    """Load a model or a checkpoint, as its family does: see `Family.load`."""
    return family_of(model_type(folder)).load(folder)


def cut(teacher: Any, depths: Sequence[int]) -> Any:
    """A student with this many of a loaded teacher's layers, stack by stack.

    Raises:
        IncompatibleModels: Its family's students cannot be made so, or it has fewer layers.
    """
    kind = teacher.config.model_type
    make = family_of(kind).cut
    if make is None:
        raise IncompatibleModels(f"A student cannot be cut from a {kind} model; choose a T5 as the teacher.")
    return make(teacher, depths)


def save_model(model: Any, tokenizer: PreTrainedTokenizerBase | Path, folder: Path, **options: Any) -> None:
    """Save a model with its tokenizer, readable for all, so that the folder is there whole or not at all.

    Args:
        model: What to save.
        tokenizer: A new one, or a model folder whose own is copied as it is.
        folder: Where to write it; new or empty.
        **options: Of the model's `save_pretrained`.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    model = with_named_head(model)
    # The trainer switches it off, and a program that reads the config alone would write without.
    model.config.use_cache = True
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        model.save_pretrained(scratch, **options)
        if isinstance(tokenizer, Path):
            copy_tokenizer(tokenizer, scratch)
        else:
            tokenizer.save_pretrained(scratch)
        for file in scratch.iterdir():  # the library lets nobody else read weights
            file.chmod(0o644)
        scratch.chmod(0o755)
        scratch.replace(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
