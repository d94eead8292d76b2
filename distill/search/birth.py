"""`python -m distill.search.birth TEACHER SHAPE SEED FOLDER`: the process that writes one student."""

import json
import sys
from pathlib import Path

from distill.families.model_folder import load_model, save_model
from distill.families.t5 import shapes
from distill.families.t5.words import words_of
from models.errors import DistillError, in_words
from models.folders.inspection import inspect
from models.folders.tokenizer import open_tokenizer


def main(teacher: str, shape: str, seed: str, folder: str) -> None:
    """Write an untrained student of a shape, which is JSON, into a new folder; the teacher is one too."""
    info = inspect(Path(teacher))
    words = words_of(open_tokenizer(info.folder))
    model = shapes.born(json.loads(shape), load_model(info.folder), shapes.shape_of(info), int(seed), words)
    save_model(model, info.folder, Path(folder))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (DistillError, OSError) as problem:
        sys.exit(in_words(problem) or str(problem))
