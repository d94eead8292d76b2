"""A model as a folder: loaded to be trained, and saved with its tokenizer."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from models.engines.checkpoint import load_checkpoint, with_named_head
from models.folders.tokenizer import copy_tokenizer


def load_model(folder: Path) -> PreTrainedModel:
    """Load an encoder-decoder checkpoint in float32; see `models.engines.checkpoint.load_checkpoint`."""
    return load_checkpoint(folder, torch.float32)


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
